/**
 * Passwords as argon2id hashes (OWASP: m=19456, t=2, p=1). The only file that knows argon2; it must not know
 * whose password it is.
 */
import { hash as argonHash, verify as argonVerify } from '@node-rs/argon2';
import { AppError } from '../errors.ts';
import { createQueue } from './queue.ts';

/** `algorithm: 2` is argon2id; the package's enum does not survive isolated modules. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const phcString = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/;

/**
 * What a password is compared with where there is no account, or one without a password, so that it costs as much. The
 * password that it was made of was 48 random bytes, which nobody has kept.
 */
export const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$YSjAXEceH5o+jWRQgYNLnw$366ukxPKMAlV8vXZvMeUGPKLC63UWEtD93rSIsG83D8';

/** Longest accepted input; what is longer cannot match and is not hashed. */
const passwordLimit = { codePoints: 1_024, bytes: 4_096 } as const;
export const shortestPassword = 15;

// Each hash takes a core for about 10 ms: few at once, and queues that end before patience does. Those who choose a
// password wait apart from those who sign in, so that many of the ones do not keep out the others.
const tries = createQueue(2, 128);
const newPasswords = createQueue(1, 128);

/**
 * The password in the form that is hashed: NFKC, nothing else (docs/decisions/0004).
 *
 * @returns null when it is too long to be a password here
 */
export function normalisedPassword(password: string): string | null {
  const text = password.normalize('NFKC');
  const fits = [...text].length <= passwordLimit.codePoints && Buffer.byteLength(text) <= passwordLimit.bytes;
  return fits ? text : null;
}

/**
 * A PHC string for storage.
 *
 * @param whose line it waits in, such as that of a network address: whoever sends many keeps themselves waiting
 * @throws {AppError} `invalid_input` when the password is too long, `service_unavailable` when too many wait
 */
export async function hashPassword(password: string, whose = 'this site'): Promise<string> {
  const text = normalisedPassword(password);
  if (text === null) throw new AppError('invalid_input', 'This password is too long.');
  return newPasswords(whose, () => argonHash(text, parameters));
}

/**
 * Whether a password belongs to a hash. A password that is too long costs the same and belongs to none.
 *
 * @param stored a PHC string
 * @throws {AppError} `service_unavailable` when too many wait
 */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const text = normalisedPassword(password);
  const matches = await tries('everybody', () => argonVerify(stored, text ?? ''));
  return matches && text !== null;
}

/**
 * Whether today's parameters are stronger than those of a stored hash: one is higher and none is lower. Any other
 * algorithm counts as weaker; a hash that is stronger in anything stays.
 *
 * @param stored a PHC string
 */
export function needsRehash(stored: string): boolean {
  const found = phcString.exec(stored)?.slice(1).map(Number);
  if (!found) return true;
  const today = [parameters.memoryCost, parameters.timeCost, parameters.parallelism];
  const rises = today.map((cost, index) => cost - (found[index] ?? 0));
  return rises.some((rise) => rise > 0) && rises.every((rise) => rise >= 0);
}
