/** Signing out: oneself, one other session, or everybody else. Must not know cookies. */
import type { User } from '../accounts/user.ts';
import { pseudonym } from '../logger.ts';
import type { Operate, OperatorFor, Requester, Source } from './operation.ts';

export function createEndSessions({ operate }: { operate: Operate }) {
  return {
    /** Signs out, whatever the session is called by now. No session is fine. */
    signOut: ({ userId, signInId }: Requester, source: Source): Promise<void> =>
      operate(source, async (act) => {
        await act.sessions.endSignIn(userId, signInId);
        act.log('sign_out', { outcome: 'success', user: pseudonym(userId) });
      }),

    /**
     * Ends one other session.
     *
     * @param device its words, for the activity
     * @returns false when there is no such session
     * @throws {AppError} `signed_out` when the sign-in that asks has ended meanwhile
     */
    endSession: (requester: Requester, signInId: string, device: string, source: Source): Promise<boolean> =>
      operate(source, async (act) => {
        const user = await act.lockAccountOf(requester);
        if (!(await act.sessions.endSignIn(user.id, signInId))) return false;
        const reason = `by their owner: ${device}`;
        await act.tell('sessions_ended', user, { detail: device, reason, letter: false });
        return true;
      }),

    /**
     * Ends all other sessions, and all of them for an operator. Whatever else was issued before opens nothing any more.
     *
     * @returns how many ended, and the account with its new epoch
     * @throws {AppError} `signed_out` as above
     */
    endOtherSessions: (
      who: Requester | OperatorFor,
      source: Source,
    ): Promise<{ ended: number; user: User }> =>
      operate(source, async (act) => {
        const before = await act.lockAccountOf(who);
        const { user, ended } = await act.endTrust(before, who);
        const byOperator = 'operator' in who;
        const reason = byOperator ? `by an operator: ${ended}` : `by their owner: all others (${ended})`;
        const detail = byOperator ? String(ended) : `all others (${ended})`;
        // Their owner is told also where nobody else was signed in: links and known devices have ended, and somebody who is
        // inside could end the owner's again and again.
        if (ended > 0 || !byOperator) await act.tell('sessions_ended', before, { detail, reason });
        return { ended, user };
      }),
  };
}
