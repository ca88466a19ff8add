/**
 * Removing one's password, for whoever has enough passkeys, once that is confirmed. Everybody else is signed out by it. Must
 * not know how it is confirmed.
 */
import type { User } from '../accounts/user.ts';
import { pseudonym } from '../logger.ts';
import type { Passkey } from '../passkeys/passkey.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import { countCodes } from './account-ways.ts';
import type { Confirm, Confirmation, Mistyped } from './confirm-act.ts';
import type { Requester, Source } from './operation.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';

type Parts = { confirm: Confirm; passkeys: Passkeys; policy: SecondFactorPolicy };

/** So many passkeys that sign in by themselves are as good as a password: one of them may be lost. */
const enoughPasskeys = 2;

export function createRemovePassword({ confirm, passkeys, policy }: Parts) {
  return {
    /**
     * @returns the account with its new epoch; null when there is no password, or not enough is left to sign in with; what
     *   was wrong with what was typed
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile; `passkey_service_unavailable` when nobody knows
     *   what is left; what `Confirm` throws
     */
    async removePassword(
      requester: Requester,
      confirmation: Confirmation,
      source: Source,
    ): Promise<User | Mistyped | null> {
      const listed = await passkeys.listFor(requester.userId);
      return confirm(requester, 'remove_password', confirmation, source, async (act, accept) => {
        const before = await act.lockAccountOf(requester);
        const left = await passkeys.thatOpen(act.trx, before.id, listed, before.passkeysHeldAt);
        const hasPassword = before.passwordHash !== null;
        // The code by which it is confirmed is none that is left.
        const isTyped = confirmation !== null && 'typed' in confirmation;
        const spent = isTyped && (await policy.asks(act.trx, before)) ? 1 : 0;
        if (!hasPassword || !isAsGood(left, (await countCodes(act, before)) - spent)) {
          const reason = hasPassword ? 'not enough passkeys' : 'no password';
          const facts = { user: pseudonym(before.id), reason };
          act.log('password_removed', { outcome: 'refused', ...facts });
          return null;
        }
        const accepted = await accept(before);
        if (typeof accepted === 'string') return accepted;
        await act.users.setPasswordHash(before.id, null);
        const { user } = await act.endTrust(before, requester);
        await act.tell('password_removed', before, accepted);
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
  return passkeys.filter(({ signsInAlone, vouched }) => signsInAlone && vouched);
}
