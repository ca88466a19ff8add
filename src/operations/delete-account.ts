/** Deleting one's account, once that is confirmed. Must not know how, nor what a table keeps: its rows go with the account. */
import { pseudonym } from '../logger.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import type { Confirm, Confirmation, Mistyped } from './confirm-act.ts';
import type { Requester, Source } from './operation.ts';

type Parts = { confirm: Confirm; passkeys: Passkeys };

export function createDeleteAccount({ confirm, passkeys }: Parts) {
  return {
    /**
     * Deletes the account: at once and for good here, at the passkey API now or when it answers again. Whoever presses
     * the button twice leaves once, and gets the same answer twice. What was signed goes with the account; that it was
     * signed stays in the log.
     *
     * @returns `deleted`; or what was wrong with what was typed, and then nothing is
     * @throws {AppError} `signed_out` when the sign-in has ended, and the account has not; what `Confirm`
     *   throws
     */
    async deleteAccount(
      requester: Requester,
      confirmation: Confirmation,
      source: Source,
    ): Promise<'deleted' | Mistyped> {
      const answer = await confirm(requester, 'delete_account', confirmation, source, async (act, accept) => {
        if (!(await act.users.lock(requester.userId))) return 'deleted';
        const user = await act.lockAccountOf(requester);
        const accepted = await accept(user);
        if (typeof accepted === 'string') return accepted;
        for (const to of [user.email, ...(await act.earlierAddresses(user))])
          await act.post({ kind: 'account-deleted', to });
        await act.users.remove(user.id);
        await passkeys.delete(act.trx, user.id, null);
        act.log('account_deleted', { outcome: 'changed', user: pseudonym(user.id), ...accepted });
        return 'deleted';
      });
      if (answer === 'deleted') await passkeys.settle(requester.userId);
      return answer;
    },
  };
}
