/**
 * Another address: asked for by whoever has proved lately who they are, told to the old address at once, and confirmed
 * by a link to the new one, in the session that asked. So nobody attaches their address to an account that is not theirs.
 * Must not know who confirms: no password and no passkey is judged here.
 */
import { openLink } from '../accounts/links.ts';
import { hashOf } from '../accounts/token-store.ts';
import type { User } from '../accounts/user.ts';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/faults.ts';
import { AppError } from '../errors.ts';
import { type Limit, limits } from '../limits.ts';
import type { LetterQuota } from './letter-quota.ts';
import type { Act, Operate, Requester, Source } from './operation.ts';

type Parts = { operate: Operate; quota: LetterQuota; db: Database };

export function createChangeEmail({ operate, quota, db }: Parts) {
  return {
    /**
     * Mails the new address: the link, or, where it has an account, that somebody wanted it. The old address is told.
     *
     * @throws {AppError} `signed_out`; `too_many_requests` when this account has asked for too many, or the mailbox has had
     *   so many from everybody together
     */
    async requestEmailChange(requester: Requester, email: string, source: Source): Promise<void> {
      // Counted before, in this order: what was refused stays counted, and uses up nothing of the address.
      const mayAsk = await operate(source, async (act) =>
        act.mayAskForChange(await act.lockAccountOf(requester)),
      );
      if (!mayAsk) throw tooManyLinks(limits.addressChanges);
      await quota.counted('change-email', email, requester.userId, async (reached) => {
        if (reached) throw tooManyLinks(reached);
        await operate(source, (act) => postChange(act, requester, email));
      });
    },

    /**
     * @param requester who opens the link; null for a guest
     * @returns the account with its new address and epoch; `elsewhere` in another session than the one that asked, and
     *   the link still works; `gone` when it does not work (any more), or the address has an account by now
     */
    async confirmEmailChange(
      secret: string,
      requester: Requester | null,
      source: Source,
    ): Promise<User | 'elsewhere' | 'gone'> {
      const change = await openEmailChange(db, secret);
      if (!change) {
        // It opens nothing; using it all the same is what the log is told of.
        await operate(source, (act) => act.consume(secret, 'change-email'));
        return 'gone';
      }
      if (!requester || change.signInId !== requester.signInId) return 'elsewhere';
      try {
        return await operate(source, (act) => confirm(act, secret, requester));
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        await operate(source, (act) => act.tokens.forget(hashOf(secret)));
        return 'gone';
      }
    },
  };
}

/** @param limit which of the limits on links that are mailed was reached */
function tooManyLinks({ duration }: Limit): AppError {
  const minutes = Math.ceil(duration / 60);
  const sentence = `Too many links were asked for. Try again in ${minutes} minutes.`;
  return new AppError('too_many_requests', sentence, {
    retryAfter: duration,
    reason: 'letters of change-email',
  });
}

async function confirm(act: Act, secret: string, requester: Requester): Promise<User | 'gone'> {
  await act.lockAccountOf(requester);
  const consumed = await act.consume(secret, 'change-email');
  const email = consumed?.token.data.email;
  if (!consumed?.user || !email) return 'gone';
  const before = consumed.user;
  await act.users.changeEmail(before.id, email);
  const { epoch } = await act.raiseEpoch(before);
  // Both letters know one moment: whoever uses the link of one makes that of the other void.
  const link = !(await forgetAddressesBetween(act, before.id, email));
  await act.tell('email_changed', before, {
    detail: before.address === null ? `to ${email}` : `from ${before.email} to ${email}`,
    alsoTo: email,
    link,
  });
  return { id: before.id, email, epoch };
}

/**
 * An address comes back that the account has had within the last days: what was told since to other addresses takes
 * nothing back any more, and neither does what is told now. Otherwise a thief who had changed the address could, after its
 * owner has changed it back. What was told before goes on: a thief who changes it to and fro forgets nothing of its owner's.
 *
 * @returns whether it is so
 */
async function forgetAddressesBetween(act: Act, userId: string, email: string): Promise<boolean> {
  const kept = await act.tokens.listFor(userId, 'lockdown');
  const [since] = kept
    .filter(({ token }) => token.data.address === email)
    .map(({ token }) => token.data.at ?? '')
    .sort();
  if (since === undefined) return false;
  const toOthers = kept.filter(({ token: { data } }) => (data.mailedTo ?? data.address) !== email);
  const between = toOthers.filter(({ token }) => (token.data.at ?? '') > since);
  await act.tokens.forget(...between.map(({ secretHash }) => secretHash));
  return true;
}

/** From which address to which a link would change, and in which sign-in it was asked for; null when it does not work. */
export async function openEmailChange(
  db: Database,
  secret: string,
): Promise<{ userId: string; from: string; to: string; signInId: string | null } | null> {
  const found = await openLink(db, secret, 'change-email');
  const { email, signInId = null } = found?.token.data ?? {};
  return found && email ? { userId: found.user.id, from: found.user.email, to: email, signInId } : null;
}

async function postChange(act: Act, requester: Requester, email: string): Promise<void> {
  const user = await act.lockAccountOf(requester);
  const link = await act.issue('change-email', user, { email, signInId: requester.signInId });
  const taken = (await act.users.findByEmail(email)) !== null;
  await act.post(taken ? { kind: 'address-taken', to: email } : { kind: 'change-email', to: email, link });
  await act.tell('email_change_requested', user, { detail: email });
}
