/** Changing or setting one's password. Everybody else is signed out by it. */
import type { User } from '../accounts/user.ts';
import type { Operate, Requester, Source } from './operation.ts';

export function createChangePassword({ operate }: { operate: Operate }) {
  return {
    /**
     * @param hash from `hashPassword`
     * @returns the account with its new epoch, and whether there was a password before
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile
     */
    changePassword: (
      requester: Requester,
      hash: string,
      source: Source,
    ): Promise<{ user: User; had: boolean }> =>
      operate(source, async (act) => {
        const before = await act.lockAccountOf(requester);
        const had = before.passwordHash !== null;
        await act.users.setPasswordHash(before.id, hash);
        const { user } = await act.endTrust(before, requester);
        await act.tell(had ? 'password_changed' : 'password_set', before);
        return { user, had };
      }),
  };
}
