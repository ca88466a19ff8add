/** Deleting one's account. */
import { pseudonym } from '../logger.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import type { Operate, Requester, Source } from './operation.ts';

type Parts = { operate: Operate; passkeys: Passkeys };

export function createDeleteAccount({ operate, passkeys }: Parts) {
  return {
    /**
     * Deletes the account: at once and for good here, at the passkey API now or when it answers again. Whoever presses
     * the button twice leaves once, and gets the same answer twice.
     *
     * @throws {AppError} `signed_out` when the sign-in has ended, and the account has not
     */
    async deleteAccount(requester: Requester, source: Source): Promise<void> {
      await operate(source, async (act) => {
        if (!(await act.users.lock(requester.userId))) return;
        const user = await act.lockAccountOf(requester);
        await act.post({ kind: 'account-deleted', to: user.email });
        await act.users.remove(user.id);
        await passkeys.delete(act.trx, user.id, null);
        act.log('account_deleted', { outcome: 'changed', user: pseudonym(user.id) });
      });
      await passkeys.settle(requester.userId);
    },
  };
}
