/** Removing one's password, for whoever has enough passkeys. Everybody else is signed out by it. */
import type { User } from '../accounts/user.ts';
import { pseudonym } from '../logger.ts';
import type { Passkey } from '../passkeys/passkey.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import { codesLeft } from './account-ways.ts';
import type { Operate, Requester, Source } from './operation.ts';

type Parts = { operate: Operate; passkeys: Passkeys };

/** So many passkeys that sign in by themselves are as good as a password: one of them may be lost. */
export const enoughPasskeys = 2;

export function createRemovePassword({ operate, passkeys }: Parts) {
  return {
    /**
     * @returns the account with its new epoch; null when there is no password, or not enough is left to sign in with
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile
     */
    async removePassword(requester: Requester, source: Source): Promise<User | null> {
      const listed = (await passkeys.listOrNull(requester.userId)) ?? [];
      return operate(source, async (act) => {
        const before = await act.lockAccountOf(requester);
        const left = await passkeys.opening(act.trx, before.id, listed, before.passkeysHeldAt);
        const hasPassword = before.passwordHash !== null;
        if (!hasPassword || !isAsGood(left, await codesLeft(act, before))) {
          const reason = hasPassword ? 'not enough passkeys' : 'no password';
          const facts = { user: pseudonym(before.id), reason };
          act.log('password_removed', { outcome: 'refused', ...facts });
          return null;
        }
        await act.users.setPasswordHash(before.id, null);
        const { user } = await act.endTrust(before, requester);
        await act.tell('password_removed', before);
        return user;
      });
    },
  };
}

/** Whether somebody needs no password: one of their passkeys may be lost. @param codes recovery codes that are left */
export function isAsGood(passkeys: readonly Passkey[], codes: number): boolean {
  const those = reliable(passkeys);
  // A synced one comes back with the account of its provider, and a code stands in for it until then.
  return those.length >= enoughPasskeys || (codes > 0 && those.some(({ synced }) => synced));
}

/** Those that are as good as a password: they sign in alone, and prove who somebody is. */
export function reliable(passkeys: readonly Passkey[]): Passkey[] {
  return passkeys.filter(({ signsInAlone, userVerified }) => signsInAlone && userVerified);
}
