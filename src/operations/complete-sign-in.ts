/**
 * The second step of a sign-in: a passkey or a recovery code after the password or a mailed link, or after a passkey that
 * does not count by itself. Must not know how the first step was proved, but by what it left, nor what the browser is shown.
 */
import type { FoundPendingSignIn } from '../accounts/pending-sign-in-store.ts';
import { type CodeFault, faultOfCode } from '../accounts/recovery-codes.ts';
import type { SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { pseudonym } from '../logger.ts';
import type { Passkeys, Person, VerifiedUse } from '../passkeys/passkeys.ts';
import { type Browser, enter, type SignedIn, upgradePermission } from './enter.ts';
import { openReset } from './open-reset.ts';
import type { Opening } from './open-session.ts';
import type { Act, Operate, Source } from './operation.ts';
import { type DueStep, pendingEnded, standsFor, waitingIn } from './pending-sign-in.ts';
import { createTryPending } from './pending-try.ts';
import { createSecondProofs, type Passed, type SecondProof } from './second-proofs.ts';

type Parts = {
  operate: Operate;
  passkeys: Passkeys;
  throttle: SignInThrottle;
  db: Database;
};

export function createCompleteSignIn({ operate, passkeys, throttle, db }: Parts) {
  const tryPending = createTryPending({ operate, throttle, db });
  const { byPasskey, byCode } = createSecondProofs(passkeys);

  /** @param prepare looks at the second proof as far as that can be done before the transaction */
  const tryWith = (
    pendingId: string,
    browser: Browser,
    source: Source,
    prepare: (due: DueStep) => Promise<SecondProof>,
  ): Promise<SignedIn | 'wrong'> =>
    tryPending({ pendingId, browser, source }, async (due) => {
      const prove = await prepare(due);
      const outcome = await operate(source, (act) => complete(act, pendingId, due, prove, browser));
      if (outcome instanceof AppError) throw outcome;
      return outcome;
    });

  async function complete(
    act: Act,
    pendingId: string,
    due: DueStep,
    prove: SecondProof,
    browser: Browser,
  ): Promise<SignedIn | 'wrong' | AppError> {
    const user = await act.users.lock(due.user.id);
    const pending = user && (await act.pendingSignIns.find(pendingId));
    if (!pending || !standsFor(pending, user)) throw pendingEnded();
    const passed = await prove(act, user, pending);
    if (passed === 'wrong' || passed instanceof AppError) return passed;
    const signedIn =
      (await act.pendingSignIns.end(pending.idHash)) && (await open(act, user, pending, passed, browser));
    // Thrown, so that what was proved is not used up.
    if (!signedIn) throw pendingEnded();
    await act.forgiveWrongTries(user);
    return signedIn;
  }

  async function open(
    act: Act,
    user: StoredUser,
    pending: FoundPendingSignIn,
    passed: Passed,
    browser: Browser,
  ): Promise<SignedIn | null> {
    const { opening: first, reset } = waitingIn(pending);
    const { invitation, ...known }: Opening = { ...first, ...passed, proven: true };
    // Whoever has just used a passkey here is not asked to add one.
    const opening = invitation && passed.secondFactor !== 'passkey' ? { ...known, invitation } : known;
    if (reset) return openReset(act, user, reset, opening, browser.former);
    const { method } = first;
    const upgrade = method === 'password' ? upgradePermission(passkeys, user) : {};
    return enter(act, user, { ...opening, ...upgrade, method }, { epoch: user.epoch }, browser);
  }

  return {
    /**
     * Goes on with a passkey.
     *
     * @param pendingId of this browser
     * @param verify says whose passkey it is: `passkeys.secondFactor`. It is asked when the try has been counted
     * @throws {AppError} `pending_sign_in_ended` when the sign-in has ended, or ends with this try; `too_many_requests`;
     *   what `verify` throws; `sign_in_refused` or `passkey_held` when the passkey opens nothing
     */
    async completeWithPasskey(
      pendingId: string,
      verify: (person: Person) => Promise<VerifiedUse>,
      browser: Browser,
      source: Source,
    ): Promise<SignedIn> {
      const signedIn = await tryWith(pendingId, browser, source, async ({ person }) =>
        byPasskey(await verify(person)),
      );
      // Only a code is `wrong`: what a passkey is refused with has been thrown.
      return signedIn as SignedIn;
    },

    /**
     * Goes on with a recovery code, which is used up by that.
     *
     * @param code as it was typed
     * @returns `wrong`, or why the code is no try: then nothing is counted or looked at
     * @throws {AppError} `pending_sign_in_ended` as above; `too_many_requests`
     */
    completeWithCode: async (
      pendingId: string,
      code: string,
      browser: Browser,
      source: Source,
    ): Promise<SignedIn | 'wrong' | CodeFault> =>
      faultOfCode(code) ?? tryWith(pendingId, browser, source, async () => byCode(code)),

    /** Ends it, so that whoever it was begins anew. Where none is pending, nothing happens. */
    endPending: (pendingId: string, source: Source): Promise<void> =>
      operate(source, async (act) => {
        const pending = await act.pendingSignIns.find(pendingId);
        if (!pending || !(await act.pendingSignIns.end(pending.idHash))) return;
        const reason = 'the second step was still due';
        act.log('sign_out', { outcome: 'success', user: pseudonym(pending.userId), reason });
      }),
  };
}
