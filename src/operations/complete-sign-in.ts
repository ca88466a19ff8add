/**
 * The second step of a sign-in: a passkey or a recovery code after the password or a mailed link, or the password after a
 * passkey. Must not know how the first step was proved, but by what it left, nor what the browser is shown.
 */
import type { Accounts } from '../accounts/accounts.ts';
import { countedTry, isFault } from '../accounts/counted-try.ts';
import { lineOf } from '../accounts/password-try.ts';
import type { FoundPendingSignIn } from '../accounts/pending-sign-in-store.ts';
import type { SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { User } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { pseudonym } from '../logger.ts';
import type { Passkeys, Person, StepUpProof } from '../passkeys/passkeys.ts';
import { type Browser, enter, type SignedIn, upgradePermission } from './enter.ts';
import { openReset } from './open-reset.ts';
import type { Opening } from './open-session.ts';
import type { Act, Operate, Source } from './operation.ts';
import { openPending, type PendingPage, pendingEnded, standsFor, waitingIn } from './pending-sign-in.ts';
import { spendCode } from './recovery-code.ts';
import { backupFacts, passkeyRefusals } from './sign-in.ts';

type Parts = {
  operate: Operate;
  accounts: Accounts;
  passkeys: Passkeys;
  throttle: SignInThrottle;
  db: Database;
};

/** What the session knows of the second proof; or why it is refused, null where the log was told, and what to answer. */
type Proof =
  | { refused?: undefined; credentialId?: string }
  | { refused: string | null; answer?: () => AppError };

/** The second proof, judged where nobody else changes the account. */
type Step = (act: Act, user: StoredUser, pending: FoundPendingSignIn) => Promise<Proof>;

/** @returns null when it is wrong already */
type Judge = (page: PendingPage) => Promise<Step | null>;

export function createCompleteSignIn({ operate, accounts, passkeys, throttle, db }: Parts) {
  /** One try: counted before it is judged, and not at all after a fault of ours. */
  async function tried(
    id: string,
    browser: Browser,
    source: Source,
    judge: Judge,
  ): Promise<SignedIn | 'wrong'> {
    const page = await openPending(db, id);
    if (!page) throw pendingEnded();
    const who = { user: page.user, address: source.address, device: browser.deviceFor(page.user.email) };
    const judged = () => counted(id, page, browser, source, judge);
    return countedTry(throttle, who, judged, (answer) => answer !== 'wrong');
  }

  async function counted(
    id: string,
    page: PendingPage,
    browser: Browser,
    source: Source,
    judge: Judge,
  ): Promise<SignedIn | 'wrong'> {
    const { signInId: idHash } = page.person;
    const tries = await operate(source, (act) => act.pendingSignIns.countTry(idHash));
    // Of many at once no more are judged; whether one of those is right is not for the others to say.
    if (tries === null || tries > limits.triesOfSecondFactor) throw pendingEnded();
    const ended = await judge(page)
      .catch(refusing)
      .then((step) => operate(source, (act) => complete(act, id, page, step, browser)))
      .catch(async (fault) => {
        await operate(source, (act) => act.pendingSignIns.takeBackTry(idHash));
        throw fault;
      });
    if (typeof ended === 'object' && 'session' in ended) return ended;
    // It stays as it is: one of those that were counted before may still be judged, and be right.
    if (tries === limits.triesOfSecondFactor) throw pendingEnded(ended);
    if (ended instanceof AppError) throw ended;
    return ended;
  }

  /** An error is answered and not thrown, so that what is noted of the refusal stays. */
  async function complete(
    act: Act,
    id: string,
    page: PendingPage,
    step: Step | null,
    browser: Browser,
  ): Promise<SignedIn | 'wrong' | AppError> {
    const user = await act.users.lock(page.user.id);
    const pending = user && (await act.pendingSignIns.find(id));
    if (!pending || !standsFor(pending, user)) return pendingEnded();
    const proof = step ? await step(act, user, pending) : { refused: 'the password is wrong' };
    if (proof.refused !== undefined) {
      refuse(act, page.user, proof.refused);
      return proof.answer?.() ?? 'wrong';
    }
    const signedIn =
      (await act.pendingSignIns.end(pending.idHash)) && (await open(act, user, pending, proof, browser));
    // Thrown, so that what was proved is not used up.
    if (!signedIn) throw pendingEnded();
    return signedIn;
  }

  async function open(
    act: Act,
    user: StoredUser,
    pending: FoundPendingSignIn,
    proof: Pick<Opening, 'credentialId'>,
    browser: Browser,
  ): Promise<SignedIn | null> {
    const { opening: first, reset } = waitingIn(pending);
    const opening: Opening = { ...first, ...proof, proven: true, provenBy: 'second_factor' };
    const { method } = opening;
    if (method === 'email') return openReset(act, user, reset ?? nothing, opening, browser.former);
    const upgrade = method === 'password' ? upgradePermission(passkeys, user) : {};
    return enter(act, user, { ...opening, ...upgrade, method }, { epoch: user.epoch }, browser);
  }

  function refuse(act: Act, user: User, reason: string | null): void {
    if (reason) act.log('second_factor_refused', { outcome: 'refused', user: pseudonym(user.id), reason });
  }

  const byPasskey =
    (use: StepUpProof): Step =>
    async (act, user, pending) => {
      if (use.userId !== user.id) return { refused: 'the passkey is of another account' };
      // Whoever comes by a mailed link may have nothing but passkeys that wait to be looked at.
      const heldSince = waitingIn(pending).opening.method === 'email' ? null : user.passkeysHeldAt;
      const used = await passkeys.use(act.trx, use, heldSince, act.source.device);
      if (typeof used === 'string') {
        const { reason: refused, answer } = passkeyRefusals[used];
        return { refused, answer };
      }
      if (used.backupChange) act.log('passkey_backup_state_changed', backupFacts(use, used.backupChange));
      await vouchForOpener(act, user, pending);
      return { credentialId: use.credentialId };
    };

  const byCode =
    (code: string): Step =>
    async (act, user) =>
      (await spendCode(act, user, code)) ? {} : { refused: 'the recovery code is wrong' };

  const byPassword =
    (verified: string): Step =>
    async (act, user, pending) => {
      const isRight = user.passwordHash === verified && waitingIn(pending).opening.method === 'passkey';
      if (!isRight) return { refused: 'the password is wrong' };
      await vouchForOpener(act, user, pending);
      return {};
    };

  /** A passkey that was created automatically has now stood beside another proof. */
  async function vouchForOpener(act: Act, user: StoredUser, pending: FoundPendingSignIn): Promise<void> {
    const { method, credentialId } = waitingIn(pending).opening;
    if (method === 'passkey' && credentialId) await passkeys.noteVerified(act.trx, user.id, credentialId);
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
      verify: (person: Person) => Promise<StepUpProof>,
      browser: Browser,
      source: Source,
    ): Promise<SignedIn> {
      const signedIn = await tried(pendingId, browser, source, async ({ person }) =>
        byPasskey(await verify(person)),
      );
      if (signedIn === 'wrong') throw passkeyRefusals.gone.answer();
      return signedIn;
    },

    /**
     * Goes on with a recovery code, which is used up by that.
     *
     * @param code as it was typed
     * @throws {AppError} `pending_sign_in_ended` as above; `too_many_requests`
     */
    completeWithCode: (
      pendingId: string,
      code: string,
      browser: Browser,
      source: Source,
    ): Promise<SignedIn | 'wrong'> => tried(pendingId, browser, source, async () => byCode(code)),

    /**
     * Goes on with the password, after a passkey that does not count by itself.
     *
     * @throws {AppError} `pending_sign_in_ended` as above; `too_many_requests`; `service_unavailable` when too many wait
     */
    completeWithPassword: (
      pendingId: string,
      password: string,
      browser: Browser,
      source: Source,
    ): Promise<SignedIn | 'wrong'> =>
      tried(pendingId, browser, source, ({ user }) =>
        throttle.inTurn(lineOf(source.address), async () => {
          const proof = await accounts.verify(await accounts.candidate(user.email), password);
          return proof && byPassword(proof.passwordHash);
        }),
      ),

    /** Gives up: whoever it was begins anew. No sign-in that is half done is fine. */
    endPending: (pendingId: string, source: Source): Promise<void> =>
      operate(source, async (act) => {
        const pending = await act.pendingSignIns.find(pendingId);
        if (!pending || !(await act.pendingSignIns.end(pending.idHash))) return;
        act.log('sign_out', { outcome: 'success', user: pseudonym(pending.userId) });
      }),
  };
}

const nothing = { passwordHash: null, confirmsEmail: false };

/** What refuses a passkey that its ceremony has refused. @throws what is no refusal */
function refusing(error: unknown): Step {
  if (!(error instanceof AppError) || isFault(error)) throw error;
  return async () => ({ refused: null, answer: () => error });
}
