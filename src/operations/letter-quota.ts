/**
 * How many letters of a kind anybody may have sent to an address by typing it, so that nobody's mailbox is flooded. Who is
 * not signed in is never told that no letter went out, since the answer must not say anything about the address. A link to
 * the account of the address works until after the quota begins again, so the letters that used it up leave its owner one.
 * When the epoch of that account rises its links are void, and the quota begins anew, up to a bound for the mailbox.
 */
import { isFault } from '../accounts/counted-try.ts';
import { createUserStore } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import { type Limit, limits } from '../limits.ts';
import { type Logger, logEvent } from '../logger.ts';
import { counterKey } from './account-quota.ts';
import type { Source } from './operation.ts';

type GuestKind = 'sign-up' | 'confirm-email' | 'reset-password' | 'known-device';

/** Each counts one letter, and does what mails it: a fault there gives the count back, since no letter went out. */
export type LetterQuota = {
  /**
   * A letter that a guest asks for; the log alone hears of one too many.
   *
   * @param work is told whether the letter may be sent
   */
  ofGuest<T>(
    kind: GuestKind,
    email: string,
    source: Source,
    work: (mayMail: boolean) => Promise<T>,
  ): Promise<T>;
  /**
   * @param asker whose share is counted: a network address, or the id of an account whose owner is signed in
   * @param work is given the limit that the letter does not keep; null for one that may be sent
   */
  counted<T>(
    kind: GuestKind | 'change-email',
    email: string,
    asker: string,
    work: (reached: Limit | null) => Promise<T>,
  ): Promise<T>;
};

/** Counts a letter. @returns how many there are by now */
type Take = (of: DatabaseRateLimiter, key: string) => Promise<number>;

/** Kinds whose link leads to the account of the address, and ends with its epoch. */
const toAccount: ReadonlySet<string> = new Set(['confirm-email', 'reset-password', 'known-device']);

/** One kind never uses up another, and one asker not the share of others. */
export function createLetterQuota({ db, logger }: { db: Database; logger: Logger }): LetterQuota {
  const ofAsker = new DatabaseRateLimiter(db, { name: 'letters-asker', ...limits.lettersOfAsker });
  const ofRecipient = new DatabaseRateLimiter(db, { name: 'letters', ...limits.lettersOfRecipient });
  const ofMailbox = new DatabaseRateLimiter(db, { name: 'letters-mailbox', ...limits.lettersOfMailbox });
  const users = createUserStore(db);
  async function reached(take: Take, kind: string, email: string, asker: string): Promise<Limit | null> {
    const user = await users.findByEmail(email);
    // Of other kinds a quota that began anew would tell that there is an account.
    const state = user && toAccount.has(kind) ? [user.id, user.epoch] : [];
    const recipient = counterKey(kind, email, ...state);
    const asked = await take(ofAsker, counterKey(recipient, asker));
    if (asked > limits.lettersOfAsker.points) return limits.lettersOfAsker;
    // Whoever asks for a change is signed in and is told no: others must not use up the first letter that they ask for.
    const isFirst = kind === 'change-email' && asked === 1;
    const received = isFirst ? 0 : await take(ofRecipient, recipient);
    if (received > limits.lettersOfRecipient.points) return limits.lettersOfRecipient;
    const delivered = await take(ofMailbox, counterKey(kind, email));
    return delivered > limits.lettersOfMailbox.points ? limits.lettersOfMailbox : null;
  }

  const counted: LetterQuota['counted'] = async (kind, email, asker, work) => {
    const taken: { of: DatabaseRateLimiter; key: string }[] = [];
    const take: Take = async (of, key) => {
      const { consumedPoints } = await of.penalty(key);
      taken.push({ of, key });
      return consumedPoints;
    };
    try {
      return await work(await reached(take, kind, email, asker));
    } catch (error) {
      if (isFault(error)) for (const { of, key } of taken) await of.reward(key).catch(() => {});
      throw error;
    }
  };

  return {
    counted,
    ofGuest: (kind, email, { address, requestId }, work) =>
      counted(kind, email, address, (limit) => {
        const reason = `letters of ${kind}`;
        if (limit) logEvent(logger, 'rate_limited', { outcome: 'refused', reason, address, requestId });
        return work(limit === null);
      }),
  };
}
