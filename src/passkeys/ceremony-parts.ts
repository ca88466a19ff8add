/** What all ceremonies need. Knows neither accounts nor the web. */
import type { Logger } from '../logger.ts';
import type { Hanko } from './hanko/hanko.ts';
import { otherRelyingParty } from './hanko/setup.ts';
import type { TokenVerifier } from './hanko/token.ts';
import type { CeremonyObserver } from './observer.ts';
import type { PasskeyState } from './passkey-state.ts';
import type { RecordStore } from './record-store.ts';
import type { Ceremonies, Ticket } from './tickets.ts';

export type RelyingParty = { id: string; origin: string };

/** The person whose ceremony it is, and the sign-in in which they do it; the email is what their passkeys are named after. */
export type Person = { id: string; email: string; epoch: number; signInId: string };

/** Options to send to the browser, the ticket to remember, and the life of both in seconds. */
export type Start = { options: { publicKey: object }; ticket: Ticket; expiresIn: number };

/** What the ticket of somebody's ceremony is bound to besides its challenge. */
export function boundTo({ id, signInId, epoch }: Person) {
  return { userId: id, signInId, epoch };
}

export type CeremonyParts = {
  /** The API without what is gone here. */
  hanko: Hanko;
  readPasskeyState: (userId: string, credentialId?: string) => Promise<PasskeyState>;
  tokens: TokenVerifier;
  ceremonies: Ceremonies;
  records: RecordStore;
  relyingParty: RelyingParty;
  logger: Logger;
  observe: CeremonyObserver;
};

/**
 * A tenant set up for another host would make keys that never work here: an operator's fault, not a person's.
 *
 * @param rpId of the options
 * @throws {AppError} `passkey_service_unavailable`
 */
export function expectRelyingParty(
  { hanko, relyingParty }: Pick<CeremonyParts, 'hanko' | 'relyingParty'>,
  rpId: string,
): void {
  if (rpId !== relyingParty.id) throw hanko.misconfigured(otherRelyingParty);
}
