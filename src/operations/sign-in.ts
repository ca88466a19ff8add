/** Signing in, with a password or with a passkey: both end in the same session. */
import type { Accounts } from '../accounts/accounts.ts';
import { type PasswordProof, tryPassword } from '../accounts/password-try.ts';
import type { SessionCondition } from '../accounts/session-store.ts';
import { isDeviceOf, type KnownDevice, type SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { User } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import { AppError } from '../errors.ts';
import { recentProof } from '../lifetimes.ts';
import { type EventFacts, type Logger, logEvent, pseudonym } from '../logger.ts';
import { type Identity, notVerified, type Passkeys } from '../passkeys/passkeys.ts';
import { type OpenedSession, type Opening, openSession } from './open-session.ts';
import type { Act, Operate, Requester, Source } from './operation.ts';

/** The browser in which somebody signs in. */
export type Browser = {
  /** What this browser remembers of the account with this address; null when it remembers none. */
  deviceFor: (email: string) => KnownDevice | null;
  /** The sign-in that this browser had before. */
  former: Requester | null;
};

export type SignedIn = { user: User; session: OpenedSession };

type Parts = {
  operate: Operate;
  accounts: Accounts;
  passkeys: Passkeys;
  throttle: SignInThrottle;
  logger: Logger;
};

export function createSignIn({ operate, accounts, passkeys, throttle, logger }: Parts) {
  return {
    /**
     * @param form the address already normalised
     * @returns null when address or password is wrong, or the account changed while it was looked at
     * @throws {AppError} `too_many_requests` with `retryAfter`; `service_unavailable`
     */
    async signInWithPassword(
      { email, password }: { email: string; password: string },
      browser: Browser,
      source: Source,
    ): Promise<SignedIn | null> {
      const attempt = { email, address: source.address, device: browser.deviceFor(email) };
      const proof = await tryPassword(accounts, throttle, attempt, password);
      const signedIn = proof && (await operate(source, (act) => enterWithPassword(act, proof, browser)));
      if (!signedIn) refuse('email or password', 'password', source);
      return signedIn;
    },

    /**
     * @param identity a passkey that has been verified, and the epoch of its account from before that
     * @param offersLocal whether this browser's person wants to be asked for a passkey on this device
     * @throws {AppError} `sign_in_refused` when the passkey opens nothing any more, or the account changed meanwhile;
     *   `passkey_held` when its owner has not looked at it yet since the account was secured
     */
    async signInWithPasskey(
      identity: Identity,
      offersLocal: boolean,
      browser: Browser,
      source: Source,
    ): Promise<SignedIn> {
      const { userId, credentialId, epoch, backup, fromElsewhere } = identity;
      const signedIn = await operate(source, async (act) => {
        const user = await act.users.lock(userId);
        // Of a sign-in that does not come about nothing is noted.
        if (!user || user.epoch !== epoch) return 'gone';
        const used = await passkeys.use(act.trx, identity, user.passkeysHeldAt, source.device);
        if (typeof used === 'string') return used;
        if (used.backupChange)
          act.log('passkey_backup_state_changed', backupFacts(identity, used.backupChange));
        // A key that cannot be copied, such as a security key, is carried around on purpose: no reason to offer another.
        const offers = fromElsewhere && backup.backupEligible && offersLocal;
        const opening = { method: 'passkey', credentialId, proven: used.verified } as const;
        const how = { ...opening, ...(offers ? { invitation: 'elsewhere' as const } : {}) };
        return (await enter(act, user, how, { epoch }, browser)) ?? 'gone';
      });
      if (typeof signedIn === 'string') {
        const { reason, answer } = passkeyRefusals[signedIn];
        refuse(reason, 'passkey', source);
        throw answer();
      }
      // The owner is here: what strangers did at the password does not hold them up any longer.
      const { email } = signedIn.user;
      const attempt = { email, address: source.address, device: browser.deviceFor(email) };
      await throttle.clear(attempt).catch(() => {});
      return signedIn;
    },
  };

  async function enterWithPassword(
    act: Act,
    { user, passwordHash, replacement }: PasswordProof,
    browser: Browser,
  ): Promise<SignedIn | null> {
    const account = await act.users.lock(user.id);
    if (!account) return null;
    const mayUpgrade = passkeys.upgrades && account.automaticPasskeys;
    const upgrade = mayUpgrade ? { upgradeUntil: Date.now() + recentProof, offersUpgrade: true } : {};
    const opening = { method: 'password', proven: true, ...upgrade } as const;
    const signedIn = await enter(act, account, opening, { epoch: user.epoch, passwordHash }, browser);
    if (signedIn && replacement) {
      await act.users.replaceHash(user.id, passwordHash, replacement);
      act.log('password_rehashed', { outcome: 'changed', user: pseudonym(user.id) });
    }
    return signedIn;
  }

  /** Of a sign-in that does not come about nothing is written. */
  async function enter(
    act: Act,
    user: StoredUser,
    opening: Opening & { method: 'password' | 'passkey' },
    condition: SessionCondition,
    { deviceFor, former }: Browser,
  ): Promise<SignedIn | null> {
    const isNewDevice = !isDeviceOf(deviceFor(user.email), user);
    // Asked first, since `tell` writes this sign-in into the activity that is asked.
    const letter = isNewDevice && (await act.hasSignedIn(user));
    const session = await openSession(act, user, opening, condition, former);
    if (!session) return null;
    await act.tell('sign_in', user, { method: opening.method, letter });
    return { user: { id: user.id, email: user.email, epoch: user.epoch }, session };
  }

  function refuse(reason: string, method: 'password' | 'passkey', { address, requestId }: Source): void {
    logEvent(logger, 'sign_in_refused', { outcome: 'refused', reason, method, address, requestId });
  }
}

/** Why a passkey that was verified opens nothing (any more), as the log has it, and what whoever used it is told. */
export const passkeyRefusals = {
  held: { reason: 'the passkey is held', answer: passkeyHeld },
  gone: { reason: 'the passkey opens nothing', answer: () => notVerified('sign_in_refused') },
} as const;

/** The answer to a passkey that is right and waits until its owner has looked at it. */
function passkeyHeld(): AppError {
  const sentence =
    'This account was secured. Sign in with the link that we emailed you, or with your new password, and review your passkeys first.';
  return new AppError('passkey_held', sentence);
}

/** What an authenticator says of copies has changed: real devices do that, so it is told and refuses nobody. */
export function backupFacts(
  { userId, credentialId }: Pick<Identity, 'userId' | 'credentialId'>,
  reason: string,
): EventFacts {
  return { outcome: 'changed', user: pseudonym(userId), credential: pseudonym(credentialId), reason };
}
