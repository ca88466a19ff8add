/**
 * How many letters of a kind anybody may have sent to an address by typing it, so that nobody's mailbox is flooded. Who is
 * not signed in is never told that no letter went out, since the answer must not say anything about the address. A link to
 * the account of the address works until after the quota begins again, so the letters that used it up leave its owner one.
 * When the epoch of that account rises its links are void, and what all askers may have sent begins anew.
 */
import { createUserStore } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import { limits } from '../limits.ts';
import { counterKey } from './account-quota.ts';
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
    // Not by epoch: whoever raises it again and again sends no more from one network address.
    const asked = await ofAsker.penalty(`${counterKey(kind, email)} ${address}`);
    if (asked.consumedPoints > limits.lettersOfAsker.points) return false;
    const received = await ofRecipient.penalty(counterKey(kind, email, epoch));
    return received.consumedPoints <= limits.lettersOfRecipient.points;
  };
}
