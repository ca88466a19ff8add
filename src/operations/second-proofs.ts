/**
 * What proves at the second step of a sign-in who somebody is: each judged in the transaction that completes it, where
 * nobody else changes the account. Must not know how a try is counted, nor what is opened.
 */
import type { FoundPendingSignIn } from '../accounts/pending-sign-in-store.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import type { AppError } from '../errors.ts';
import { pseudonym } from '../logger.ts';
import type { Passkeys, VerifiedUse } from '../passkeys/passkeys.ts';
import type { Opening } from './open-session.ts';
import type { Act } from './operation.ts';
import { passkeyRefusals, usePasskey } from './passkey-use.ts';
import { pendingEnded, waitingIn } from './pending-sign-in.ts';
import { spendCode } from './recovery-code.ts';

/** What the session is to know of a proof that has passed. */
export type Passed = Required<Pick<Opening, 'secondFactor'>> & Pick<Opening, 'credentialId' | 'codesLeft'>;

/**
 * @returns what the session is to know of it; `wrong` for a code, or what to answer a passkey, and then the log is told why.
 *   That is answered and not thrown, so that what is noted of the refusal stays
 */
export type SecondProof = (
  act: Act,
  user: StoredUser,
  pending: FoundPendingSignIn,
) => Promise<Passed | 'wrong' | AppError>;

export function createSecondProofs(passkeys: Passkeys) {
  /**
   * A passkey that was created automatically, and opened this sign-in, has now stood beside another proof. In a step-up it may
   * be gone, since the session that it opened stands; here it is the first of two proofs.
   *
   * @throws {AppError} `pending_sign_in_ended` when its owner has deleted it meanwhile: what it proved counts no more
   */
  async function vouchForOpener(act: Act, user: StoredUser, pending: FoundPendingSignIn): Promise<void> {
    const { method, credentialId } = waitingIn(pending).opening;
    if (method !== 'passkey' || !credentialId) return;
    if (!(await passkeys.vouch(act.trx, user.id, credentialId))) throw pendingEnded();
  }

  return {
    /** A passkey that its ceremony has verified. */
    byPasskey:
      (use: VerifiedUse): SecondProof =>
      async (act, user, pending) => {
        // Whoever comes by a mailed link may have nothing but passkeys that wait to be looked at.
        const heldSince = waitingIn(pending).opening.method === 'email' ? null : user.passkeysHeldAt;
        const used = await usePasskey(passkeys, act, user, use, heldSince);
        if (typeof used === 'string') {
          const { reason, answer } = passkeyRefusals[used];
          logRefusal(act, user, reason);
          return answer();
        }
        await vouchForOpener(act, user, pending);
        return { secondFactor: 'passkey', credentialId: use.credentialId };
      },

    /** A recovery code as it was typed, which is used up. */
    byCode:
      (typed: string): SecondProof =>
      async (act, user, pending) => {
        const codesLeft = await spendCode(act, user, typed);
        if (codesLeft === null) {
          logRefusal(act, user, 'the recovery code is wrong');
          return 'wrong';
        }
        await vouchForOpener(act, user, pending);
        return { secondFactor: 'recovery_code', codesLeft };
      },
  };
}

function logRefusal(act: Act, { id }: StoredUser, reason: string): void {
  act.log('second_factor_refused', { outcome: 'refused', user: pseudonym(id), reason });
}
