/** Changing, setting and removing the password of whoever is signed in. Everybody else is signed out by it. */
import type { User } from '../accounts/user.ts';
import { pseudonym } from '../logger.ts';
import type { Passkey } from '../passkeys/passkey.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import type { Asking, Operate, Source } from './operation.ts';

type Parts = { operate: Operate; passkeys: Passkeys };

/** So many passkeys that sign in by themselves are as good as a password: one of them may be lost. */
const enoughPasskeys = 2;

export function createPassword({ operate, passkeys }: Parts) {
  return {
    /**
     * @param hash from `hashPassword`
     * @returns the account with its new epoch, and whether there was a password before
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile
     */
    changePassword: (asking: Asking, hash: string, source: Source): Promise<{ user: User; had: boolean }> =>
      operate(source, async (act) => {
        const before = await act.asking(asking);
        const had = before.passwordHash !== null;
        await act.users.setPasswordHash(before.id, hash);
        const { user } = await act.endTrust(before, asking);
        await act.tell(had ? 'password_changed' : 'password_set', before);
        return { user, had };
      }),

    /**
     * @returns the account with its new epoch; null when there is no password, or not enough is left to sign in with
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile
     */
    async removePassword(asking: Asking, source: Source): Promise<User | null> {
      const listed = (await passkeys.listOrNull(asking.userId)) ?? [];
      return operate(source, async (act) => {
        const before = await act.asking(asking);
        const left = await passkeys.opening(act.trx, before.id, listed, before.passkeysHeldAt);
        if (before.passwordHash === null || reliable(left).length < enoughPasskeys) {
          const facts = { user: pseudonym(before.id), reason: 'not enough passkeys' };
          act.log('password_removed', { outcome: 'refused', ...facts });
          return null;
        }
        await act.users.setPasswordHash(before.id, null);
        const { user } = await act.endTrust(before, asking);
        await act.tell('password_removed', before);
        return user;
      });
    },
  };
}

/** Those that are as good as a password: they sign in alone, and prove who somebody is. */
export function reliable(passkeys: readonly Passkey[]): Passkey[] {
  return passkeys.filter(({ signsInAlone, userVerified }) => signsInAlone && userVerified);
}
