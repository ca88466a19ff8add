/**
 * The hash of a password that tests give to one account after the other, made once for a worker: it is as costly as the
 * application's, and no test is about that it was made anew. What somebody types is always verified.
 */
import { hashPassword } from '../../src/accounts/password.ts';

const kept = new Map<string, Promise<string>>();

export function keptHash(password: string): Promise<string> {
  const hash = kept.get(password) ?? hashPassword(password);
  kept.set(password, hash);
  return hash;
}
