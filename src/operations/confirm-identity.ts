/** Step-up: proving once more who one is. The session goes on under another id, so that a copy of the old one is worth nothing. */
import { randomBytes } from 'node:crypto';
import type { Accounts } from '../accounts/accounts.ts';
import { countedTry } from '../accounts/counted-try.ts';
import { tryPassword } from '../accounts/password-try.ts';
import { hashOfCode } from '../accounts/recovery-codes.ts';
import { isDeviceOf, type KnownDevice, type SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { User } from '../accounts/user.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Passkeys, StepUpProof } from '../passkeys/passkeys.ts';
import type { ProvenBy } from './open-session.ts';
import type { Act, Operate, Requester, Source } from './operation.ts';
import { spendCode } from './recovery-code.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';
import { backupFacts, passkeyRefusals } from './sign-in.ts';

/** The session of whoever asks, as this request has read it. */
export type CurrentSession = Requester & {
  id: string;
  /** What is to be kept in it. */
  data: object;
  /** The passkey that opened it and did not count as a proof; null when none did, or it counted. */
  unprovenOpener: string | null;
};

type Parts = {
  operate: Operate;
  accounts: Accounts;
  passkeys: Passkeys;
  throttle: SignInThrottle;
  policy: SecondFactorPolicy;
  logger: Logger;
};

/** @returns what to call the session from now on; null when it was renamed by another request, which is fine */
type Renamed = { id: string; data: object } | null;

export function createConfirmIdentity({ operate, accounts, passkeys, throttle, policy, logger }: Parts) {
  async function renew(act: Act, session: CurrentSession, provenBy: ProvenBy): Promise<Renamed> {
    if (session.unprovenOpener) await passkeys.noteVerified(act.trx, session.userId, session.unprovenOpener);
    const id = randomBytes(32).toString('base64url');
    const data = { ...session.data, authenticatedAt: Date.now(), provenBy };
    return (await act.sessions.rotate(session.id, id, data)) ? { id, data } : null;
  }

  async function confirmTyped(
    act: Act,
    session: CurrentSession,
    verified: string,
    code: string,
    source: Source,
  ): Promise<{ renamed: Renamed } | false | 'code'> {
    const account = await act.lockAccountOf(session);
    if (account.passwordHash !== verified)
      return refuse(session, 'password', 'the password has changed', source);
    const asksMore = await policy.asks(act.trx, account);
    if (asksMore && !(await spendCode(act, account, hashOfCode(code) ?? ''))) {
      refuse(session, 'password', 'the recovery code is wrong', source);
      return 'code';
    }
    const renamed = await renew(act, session, asksMore ? 'second_factor' : 'password');
    if (renamed) done(act, session, 'password');
    return { renamed };
  }

  const done = (act: Act, { userId }: Requester, method: 'password' | 'passkey') =>
    act.log('step_up', { outcome: 'success', user: pseudonym(userId), method });

  return {
    /**
     * Whoever is signed in is known at least by their sign-in: strangers who guess at the account do not hold them up.
     * Where the account asks for a second factor the password is a proof only together with a recovery code, which is used
     * up by that.
     *
     * @param user whoever is signed in
     * @param remembered what the browser remembers of the account; null when it remembers nothing
     * @param typed a code that nobody asks for is not looked at
     * @returns false when the password is wrong, `code` when the recovery code is
     * @throws {AppError} `too_many_requests`, `signed_out` when the sign-in has ended meanwhile
     */
    async confirmWithPassword(
      session: CurrentSession,
      user: User,
      typed: { password: string; code?: string },
      remembered: KnownDevice | null,
      source: Source,
    ): Promise<{ renamed: Renamed } | false | 'code'> {
      const { id: userId, email, epoch } = user;
      const device = isDeviceOf(remembered, user) ? remembered : { userId, name: session.signInId, epoch };
      const attempt = { email, address: source.address, device };
      const proof = await tryPassword(accounts, throttle, attempt, typed.password, policy.isPasswordEnough);
      if (proof?.user.id !== session.userId) return refuse(session, 'password', 'password', source);
      const confirm = () =>
        operate(source, (act) => confirmTyped(act, session, proof.passwordHash, typed.code ?? '', source));
      if (proof.isEnough) return confirm();
      return countedTry(throttle, { user, address: source.address, device }, confirm, isConfirmed);
    },

    /**
     * The same with a passkey that has been verified.
     *
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile; `sign_in_refused` or `passkey_held` when the
     *   passkey opens nothing
     */
    confirmWithPasskey: (
      session: CurrentSession,
      proof: StepUpProof,
      source: Source,
    ): Promise<{ renamed: Renamed }> =>
      operate(source, async (act) => {
        const user = await act.lockAccountOf(session);
        const used = await passkeys.use(act.trx, proof, user.passkeysHeldAt, source.device);
        if (typeof used === 'string') {
          const { reason, answer } = passkeyRefusals[used];
          refuse(session, 'passkey', reason, source);
          throw answer();
        }
        if (used.backupChange) act.log('passkey_backup_state_changed', backupFacts(proof, used.backupChange));
        // It was used with verification beside another proof, so from now on it is one itself.
        await passkeys.noteVerified(act.trx, user.id, proof.credentialId);
        const renamed = await renew(act, session, 'passkey');
        if (renamed) done(act, session, 'passkey');
        return { renamed };
      }),
  };

  function refuse(
    { userId }: Requester,
    method: 'password' | 'passkey',
    reason: string,
    { address, requestId }: Source,
  ): false {
    const facts = { user: pseudonym(userId), method, reason, address, requestId } as const;
    logEvent(logger, 'step_up_refused', { outcome: 'refused', ...facts });
    return false;
  }
}

function isConfirmed(answer: { renamed: Renamed } | false | 'code'): boolean {
  return typeof answer === 'object';
}
