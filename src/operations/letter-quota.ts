/**
 * How many letters of a kind anybody may have sent to an address by typing it, so that nobody's mailbox is flooded. Who is
 * not signed in is never told that no letter went out, since the answer must not say anything about the address. A link to
 * the account of the address works until after the quota begins again, so the letters that used it up leave its owner one.
 * When the epoch of that account rises its links are void, and the quota begins anew, up to a bound for the mailbox.
 */
import { createUserStore } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import { type Limit, limits } from '../limits.ts';
import { type Logger, logEvent } from '../logger.ts';
import { counterKey } from './account-quota.ts';
import type { Source } from './operation.ts';

type GuestKind = 'sign-up' | 'confirm-email' | 'reset-password' | 'known-device';

export type LetterQuota = {
  /** Counts one letter that a guest asks for; the log alone hears of one too many. @returns whether it may be sent */
  mayMail(kind: GuestKind, email: string, source: Source): Promise<boolean>;
  /**
   * Counts one letter.
   *
   * @param asker whose share is counted: a network address, or the id of an account whose owner is signed in
   * @returns the limit that it does not keep; null for one that may be sent
   */
  reached(kind: GuestKind | 'change-email', email: string, asker: string): Promise<Limit | null>;
};

/** Kinds whose link leads to the account of the address, and ends with its epoch. */
const toAccount: ReadonlySet<string> = new Set(['confirm-email', 'reset-password', 'known-device']);

/** One kind never uses up another, and one asker not the share of others. */
export function createLetterQuota({ db, logger }: { db: Database; logger: Logger }): LetterQuota {
  const ofAsker = new DatabaseRateLimiter(db, { name: 'letters-asker', ...limits.lettersOfAsker });
  const ofRecipient = new DatabaseRateLimiter(db, { name: 'letters', ...limits.lettersOfRecipient });
  const ofMailbox = new DatabaseRateLimiter(db, { name: 'letters-mailbox', ...limits.lettersOfMailbox });
  const users = createUserStore(db);
  const reached: LetterQuota['reached'] = async (kind, email, asker) => {
    const user = await users.findByEmail(email);
    // Of other kinds a quota that began anew would tell that there is an account.
    const state = user && toAccount.has(kind) ? [user.id, user.epoch] : [];
    const recipient = counterKey(kind, email, ...state);
    const asked = await ofAsker.penalty(counterKey(recipient, asker));
    if (asked.consumedPoints > limits.lettersOfAsker.points) return limits.lettersOfAsker;
    // Whoever asks for a change is signed in and is told no: others must not use up the first letter that they ask for.
    const isFirst = kind === 'change-email' && asked.consumedPoints === 1;
    const received = isFirst ? null : await ofRecipient.penalty(recipient);
    if (received && received.consumedPoints > limits.lettersOfRecipient.points)
      return limits.lettersOfRecipient;
    const delivered = await ofMailbox.penalty(counterKey(kind, email));
    return delivered.consumedPoints > limits.lettersOfMailbox.points ? limits.lettersOfMailbox : null;
  };

  return {
    reached,
    async mayMail(kind, email, { address, requestId }) {
      if ((await reached(kind, email, address)) === null) return true;
      const reason = `letters of ${kind}`;
      logEvent(logger, 'rate_limited', { outcome: 'refused', reason, address, requestId });
      return false;
    },
  };
}
