/**
 * How many letters of a kind anybody may have sent to an address by typing it. Nobody's mailbox is flooded; beyond the
 * quota no letter goes out, and nobody is told, since the answer must not say anything about the address. The letters
 * that used it up are in the mailbox, and the link of the last one works until after the quota begins again, or until the
 * account of the address has another epoch: then its links are void, and its quota begins anew.
 */
import { createHash } from 'node:crypto';
import { createUserStore } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import { limits } from '../limits.ts';
import type { Source } from './operation.ts';

/** Counts one letter. @returns whether it may be sent */
export type LetterQuota = (
  kind: 'sign-up' | 'confirm-email' | 'reset-password' | 'known-device' | 'change-email',
  email: string,
  source: Source,
) => Promise<boolean>;

/** One kind never uses up another, and one asker not the share of others. */
export function createLetterQuota(db: Database): LetterQuota {
  const ofAsker = new DatabaseRateLimiter(db, { name: 'letters-asker', ...limits.lettersOfAsker });
  const ofRecipient = new DatabaseRateLimiter(db, { name: 'letters', ...limits.lettersOfRecipient });
  const users = createUserStore(db);
  return async (kind, email, { address }) => {
    const epoch = (await users.findByEmail(email))?.epoch ?? 0;
    const recipient = hashOf(kind, email, epoch);
    const asked = await ofAsker.penalty(`${recipient} ${address}`);
    if (asked.consumedPoints > limits.lettersOfAsker.points) return false;
    const received = await ofRecipient.penalty(recipient);
    return received.consumedPoints <= limits.lettersOfRecipient.points;
  };
}

/** No address is kept in the counters. */
function hashOf(...parts: (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
