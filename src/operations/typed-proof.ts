/**
 * The password, typed once more by whoever is signed in, and a recovery code where a second factor is asked for. Must not
 * know what it is the proof for.
 */
import type { Accounts } from '../accounts/accounts.ts';
import { countedTry } from '../accounts/counted-try.ts';
import { type PasswordProof, tryPassword } from '../accounts/password-try.ts';
import { type CodeFault, faultOfCode } from '../accounts/recovery-codes.ts';
import { isDeviceOf, type KnownDevice, type SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { User } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import type { Act, Operate, Requester, Source } from './operation.ts';
import { spendCode } from './recovery-code.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';

/**
 * @property code as it was typed; one that nobody asks for is not looked at
 * @property device what the browser remembers of the account; null when it remembers nothing
 */
export type Typed = { user: User; password: string; code: string; device: KnownDevice | null };

/** What was wrong with what was typed, or is missing. */
export type Mistyped = 'password' | 'code' | CodeFault;

/** What it proves, and how many recovery codes are left where one was used. */
export type ProvenTyped = { provenBy: 'password' } | { provenBy: 'second_factor'; codesLeft: number };

/** @property refused tells the log why */
type Asked = { requester: Requester; typed: Typed; source: Source; refused: (reason: string) => void };

/**
 * Does an act in one transaction, of somebody who proves with what they typed who they are. Whoever is signed in is known at
 * least by their sign-in: strangers who guess at the account do not hold them up.
 *
 * @param work is given the transaction, and what accepts the proof: the last condition, since it uses the code up. Where
 *   that was mistyped nothing may be done. `work` itself answers for an account that is gone meanwhile
 * @returns what `work` does; or what was mistyped. A missing code is no try, and neither is what cannot be one
 * @throws {AppError} `too_many_requests`; `service_unavailable` when too many wait; what `work` throws
 */
export type ProveTyped = <T>(
  asked: Asked,
  work: (act: Act, accept: (before: StoredUser) => Promise<ProvenTyped | Mistyped>) => Promise<T>,
) => Promise<T | Mistyped>;

type Parts = {
  operate: Operate;
  accounts: Accounts;
  throttle: SignInThrottle;
  policy: SecondFactorPolicy;
};

export function createProveTyped({ operate, accounts, throttle, policy }: Parts): ProveTyped {
  /** The account is locked, and may have changed since the password was looked at. */
  async function accepted(
    act: Act,
    before: StoredUser,
    proof: PasswordProof | null,
    { typed: { code }, refused }: Asked,
  ): Promise<ProvenTyped | Mistyped> {
    if (!proof || before.passwordHash !== proof.passwordHash) {
      refused('the password has changed');
      return 'password';
    }
    if (!(await policy.asks(act.trx, before))) return { provenBy: 'password' };
    const fault = faultOfCode(code);
    if (fault) return fault;
    const codesLeft = await spendCode(act, before, code);
    if (codesLeft !== null) return { provenBy: 'second_factor', codesLeft };
    refused('the recovery code is wrong');
    return 'code';
  }

  return async (asked, work) => {
    const { requester, typed, source, refused } = asked;
    const { user, password, code } = typed;
    const own = { userId: user.id, name: requester.signInId, epoch: user.epoch };
    const device = isDeviceOf(typed.device, user) ? typed.device : own;
    const { address } = source;
    const attempt = { email: user.email, address, device };
    const proof = await tryPassword(accounts, throttle, attempt, password, policy.isPasswordEnough);
    if (proof?.user.id !== requester.userId && (await accounts.find(requester.userId))) {
      refused('the password is wrong');
      return 'password';
    }
    const done = () => operate(source, (act) => work(act, (before) => accepted(act, before, proof, asked)));
    if (!proof || proof.isEnough) return done();
    const fault = faultOfCode(code);
    if (fault) return fault;
    return countedTry(throttle, { user, address, device }, done, (answer) => !mistyped.has(answer));
  };
}

const mistyped: ReadonlySet<unknown> = new Set<Mistyped>([
  'password',
  'code',
  'missing_code',
  'malformed_code',
]);
