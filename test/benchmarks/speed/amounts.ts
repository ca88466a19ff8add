/** How much is done in one round, the same for all who are compared: enough that a collection of garbage is not chance. */
import type { Amount } from '../measuring/rounds.ts';

export const page: Amount = { times: 600, atOnce: 8, warmUps: 8 };
/** Latchkey hashes two passwords at a time, so more sign-ins would only wait. */
export const password: Amount = { times: 24, atOnce: 2, warmUps: 2 };
export const passkey: Amount = { times: 48, atOnce: 4, warmUps: 8 };
export const registration: Amount = { times: 24, atOnce: 4, warmUps: 6 };
