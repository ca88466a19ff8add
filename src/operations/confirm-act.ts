/**
 * What somebody shows for an act that is hard to take back: the signature of a passkey over exactly this act, or the password,
 * with a recovery code where the account asks for a second factor. Whoever has neither passkey nor password shows nothing
 * more than that they are signed in. Does none of the acts.
 */
import type { Accounts } from '../accounts/accounts.ts';
import { countedTry } from '../accounts/counted-try.ts';
import { type PasswordProof, tryPassword } from '../accounts/password-try.ts';
import { hashOfCode } from '../accounts/recovery-codes.ts';
import { isDeviceOf, type KnownDevice, type SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { User } from '../accounts/user.ts';
import { factsOf, type StoredUser } from '../accounts/user-store.ts';
import { tooManyTries } from '../errors.ts';
import { limits } from '../limits.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Passkey } from '../passkeys/passkey.ts';
import { actChanged, digestOf, type Passkeys, type SignedAct } from '../passkeys/passkeys.ts';
import { type ActName, actData } from './act-data.ts';
import type { Act, Operate, Requester, Source } from './operation.ts';
import { spendCode } from './recovery-code.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';
import { backupFacts, passkeyRefusals } from './sign-in.ts';

/** @property device what the browser remembers of the account; null when it remembers nothing */
type Typed = { user: User; password: string; code: string; device: KnownDevice | null };

/** Null for whoever has nothing to show. */
export type Confirmation = { signed: SignedAct } | { typed: Typed } | null;

/** What was wrong with what was typed. */
export type Mistyped = 'password' | 'code';

/** How it was confirmed, or `code` when the recovery code was wrong: then nothing may be done. */
export type Accepted = { method?: 'passkey' | 'password' } | 'code';

/**
 * Does an act in one transaction, of somebody who confirms it.
 *
 * @param work is given the transaction, and what accepts the confirmation: the last condition, since it uses something up
 */
export type Confirm = <T>(
  requester: Requester,
  name: ActName,
  confirmation: Confirmation,
  source: Source,
  work: (act: Act, accept: (before: StoredUser) => Promise<Accepted>) => Promise<T>,
) => Promise<T | Mistyped>;

type Parts = {
  operate: Operate;
  accounts: Accounts;
  passkeys: Passkeys;
  throttle: SignInThrottle;
  policy: SecondFactorPolicy;
  logger: Logger;
};

/** @returns what answers `password` or `code` where that was wrong, and throws {AppError} `act_changed` where it does not hold */
export function createConfirm({ operate, accounts, passkeys, throttle, policy, logger }: Parts): Confirm {
  function refuse({ id }: Pick<User, 'id'>, reason: string, { address, requestId }: Source): void {
    const facts = { user: pseudonym(id), reason, address, requestId };
    logEvent(logger, 'confirmation_refused', { outcome: 'refused', ...facts });
  }

  function refusal(account: Pick<User, 'id'>, reason: string, source: Source) {
    refuse(account, reason, source);
    return actChanged();
  }

  /** The signature is over what the account is at this moment, which nobody changes until the act is done. */
  async function acceptSigned(act: Act, before: StoredUser, name: ActName, signed: SignedAct) {
    const { epoch, use } = signed;
    const isSame = digestOf({ ...signed.act, passkeys: {} }) === digestOf(actData(name, factsOf(before), []));
    const held = Object.keys(signed.act.passkeys);
    if (!isSame || epoch !== before.epoch || !(await passkeys.areAll(act.trx, before.id, held)))
      throw refusal(before, 'something else was signed', act.source);
    const used = await passkeys.use(act.trx, use, before.passkeysHeldAt, act.source.device);
    if (typeof used === 'string') {
      const { reason, answer } = passkeyRefusals[used];
      refuse(before, reason, act.source);
      throw answer();
    }
    if (used.backupChange) act.log('passkey_backup_state_changed', backupFacts(use, used.backupChange));
    if (!(await passkeys.keepSigned(act.trx, signed)))
      throw tooManyTries(limits.entriesOfEventKept.duration * 1_000);
    return { method: 'passkey' } as const;
  }

  async function acceptTyped(act: Act, before: StoredUser, proof: PasswordProof, code: string) {
    if (before.passwordHash !== proof.passwordHash)
      throw refusal(before, 'the password has changed', act.source);
    if ((await policy.asks(act.trx, before)) && !(await spendCode(act, before, hashOfCode(code) ?? ''))) {
      refuse(before, 'the recovery code is wrong', act.source);
      return 'code';
    }
    return { method: 'password' } as const;
  }

  async function acceptNothing(act: Act, before: StoredUser, listed: readonly Passkey[]) {
    const left = await passkeys.opening(act.trx, before.id, listed, before.passkeysHeldAt);
    if (before.passwordHash !== null || left.length > 0)
      throw refusal(before, 'nothing was shown', act.source);
    return {};
  }

  return async (requester, name, confirmation, source, work) => {
    if (!confirmation) {
      const listed = await passkeys.listFor(requester.userId);
      return operate(source, (act) => work(act, (before) => acceptNothing(act, before, listed)));
    }
    if ('signed' in confirmation)
      return operate(source, (act) =>
        work(act, (before) => acceptSigned(act, before, name, confirmation.signed)),
      );
    const { user, password, code, device: remembered } = confirmation.typed;
    const { signInId } = requester;
    const device = isDeviceOf(remembered, user)
      ? remembered
      : { userId: user.id, name: signInId, epoch: user.epoch };
    const { address } = source;
    const proof = await tryPassword(
      accounts,
      throttle,
      { email: user.email, address, device },
      password,
      policy.isPasswordEnough,
    );
    const run = () =>
      operate(source, (act) =>
        work(act, (before) => {
          if (!proof) throw refusal(before, 'password', source);
          return acceptTyped(act, before, proof, code);
        }),
      );
    if (proof?.user.id !== requester.userId && (await accounts.find(requester.userId))) {
      refuse(user, 'password', source);
      return 'password';
    }
    if (!proof || proof.isEnough) return run();
    return countedTry(throttle, { user, address, device }, run, (answer) => answer !== 'code');
  };
}
