/**
 * Signing in, with a password or with a passkey: both end in the same session, or wait for a second factor. Must not know how
 * the second step goes.
 */
import type { Accounts } from '../accounts/accounts.ts';
import { type PasswordProof, tryPassword } from '../accounts/password-try.ts';
import type { SessionCondition } from '../accounts/session-store.ts';
import type { SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Identity, Passkeys } from '../passkeys/passkeys.ts';
import { type Browser, enter, type SignedIn, upgradePermission } from './enter.ts';
import type { Act, Operate, Source } from './operation.ts';
import { passkeyRefusals, usePasskey } from './passkey-use.ts';
import { leavePending, type OpenedPending } from './pending-sign-in.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';

export type { Browser, SignedIn } from './enter.ts';

/** Somebody is in, or the second factor is still due. */
export type SignInOutcome = SignedIn | { pending: OpenedPending };

type Parts = {
  operate: Operate;
  accounts: Accounts;
  passkeys: Passkeys;
  throttle: SignInThrottle;
  policy: SecondFactorPolicy;
  logger: Logger;
};

export function createSignIn({ operate, accounts, passkeys, throttle, policy, logger }: Parts) {
  return {
    /**
     * @param form the address already normalised
     * @returns `pending` where the second factor is still due; null when address or password is wrong, or the account
     *   changed while it was looked at
     * @throws {AppError} `too_many_requests` with `retryAfter`; `service_unavailable`
     */
    async signInWithPassword(
      { email, password }: { email: string; password: string },
      browser: Browser,
      source: Source,
    ): Promise<SignInOutcome | null> {
      const attempt = { email, address: source.address, device: browser.deviceFor(email) };
      const proof = await tryPassword(
        accounts,
        throttle,
        attempt,
        password,
        policy.isPasswordEnough,
        'leaveOpen',
      );
      const outcome = proof && (await operate(source, (act) => goOnWithPassword(act, proof, browser)));
      if (!outcome) refuse('email or password', 'password', source);
      return outcome;
    },

    /**
     * @param identity a passkey that has been verified, and the epoch of its account from before that
     * @param offersLocal whether this browser's person wants to be asked for a passkey on this device
     * @returns `pending` for a passkey that does not count by itself, where the account asks for a second factor
     * @throws {AppError} `sign_in_refused` when the passkey opens nothing any more, or the account changed meanwhile;
     *   `passkey_held` when its owner has not looked at it yet since the account was secured
     */
    async signInWithPasskey(
      identity: Identity,
      offersLocal: boolean,
      browser: Browser,
      source: Source,
    ): Promise<SignInOutcome> {
      const { userId, credentialId, epoch, backup, fromElsewhere } = identity;
      const outcome = await operate(source, async (act) => {
        const user = await act.users.lock(userId);
        // Of a sign-in that does not come about nothing is noted.
        if (!user || user.epoch !== epoch) return 'gone';
        const used = await usePasskey(passkeys, act, user, identity);
        if (typeof used === 'string') return used;
        // A key that cannot be copied, such as a security key, is carried around on purpose: no reason to offer another.
        const offers = fromElsewhere && backup.backupEligible && offersLocal;
        const opening = { method: 'passkey', credentialId, proven: used.vouched } as const;
        const how = { ...opening, ...(offers ? { invitation: 'elsewhere' as const } : {}) };
        if (!used.vouched && (await policy.asks(act.trx, user)))
          return leavePending(act, user, { opening: how }, null, browser);
        const signedIn = await enter(act, user, how, { epoch }, browser);
        // The account is locked, so its epoch still holds.
        if (!signedIn) throw new Error('no session was opened although nothing has changed');
        return signedIn;
      });
      if (typeof outcome === 'string') {
        const { reason, answer } = passkeyRefusals[outcome];
        refuse(reason, 'passkey', source);
        throw answer();
      }
      if ('pending' in outcome) return outcome;
      // The owner is here: what strangers did at the password does not hold them up any longer.
      const { email } = outcome.user;
      const attempt = { email, address: source.address, device: browser.deviceFor(email) };
      await throttle.clear(attempt).catch(() => {});
      return outcome;
    },
  };

  async function goOnWithPassword(
    act: Act,
    { user, passwordHash, replacement }: PasswordProof,
    browser: Browser,
  ): Promise<SignInOutcome | null> {
    const account = await act.users.lock(user.id);
    if (!account) return null;
    const opening = { method: 'password', proven: true } as const;
    const condition = { epoch: user.epoch, passwordHash };
    const outcome = (await policy.asks(act.trx, account))
      ? await pend(act, account, condition, replacement ?? passwordHash, browser)
      : await enter(
          act,
          account,
          { ...opening, ...upgradePermission(passkeys, account) },
          condition,
          browser,
        );
    if (outcome && replacement) {
      await act.users.replaceHash(user.id, passwordHash, replacement);
      act.log('password_rehashed', { outcome: 'changed', user: pseudonym(user.id) });
    }
    return outcome;
  }

  /**
   * The condition is that of a session: the account is still what it was when the password was looked at.
   *
   * @param hashAfterwards what the password is kept as when this is over: a stronger one may take the place of the verified
   */
  async function pend(
    act: Act,
    account: StoredUser,
    { epoch, passwordHash }: Required<SessionCondition>,
    hashAfterwards: string,
    browser: Browser,
  ): Promise<{ pending: OpenedPending } | null> {
    if (account.epoch !== epoch || account.passwordHash !== passwordHash) return null;
    return leavePending(
      act,
      account,
      { opening: { method: 'password', proven: true } },
      hashAfterwards,
      browser,
    );
  }

  function refuse(reason: string, method: 'password' | 'passkey', { address, requestId }: Source): void {
    logEvent(logger, 'sign_in_refused', { outcome: 'refused', reason, method, address, requestId });
  }
}
