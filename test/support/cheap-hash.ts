/**
 * Password hashes for the accounts of tests: argon2id with the least work that it allows, so that to verify one takes a
 * fiftieth of a millisecond and not ten. Where the cost is the subject, a test makes the application's own.
 */
import { hash } from '@node-rs/argon2';
import { needsRehash, normalisedPassword } from '../../src/accounts/password.ts';

/** `algorithm: 2` is argon2id. It has more passes than the application's, or a sign-in would take it for weaker and replace it. */
const leastWork = { algorithm: 2, memoryCost: 8, timeCost: 3, parallelism: 1 } as const;

/** @returns a PHC string */
export async function cheapHash(password: string): Promise<string> {
  const stored = await hash(normalisedPassword(password) ?? '', leastWork);
  if (needsRehash(stored)) throw new Error('a sign-in would replace this hash: give it more passes');
  return stored;
}
