/**
 * Step-up: proving once more who one is. The session goes on under another id, so that a copy of the old one is worth nothing.
 * Must not know what the proof is asked for.
 */
import { randomBytes } from 'node:crypto';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import { expired, type Passkeys, type StepUpProof } from '../passkeys/passkeys.ts';
import type { Act, Operate, Requester, Source } from './operation.ts';
import { passkeyRefusals, usePasskey } from './passkey-use.ts';
import type { Mistyped, ProvenTyped, ProveTyped, Typed } from './typed-proof.ts';

/** The session of whoever asks, as this request has read it. */
export type CurrentSession = Requester & {
  id: string;
  /** What is to be kept in it. */
  data: object;
  /** The passkey that opened it and did not count as a proof; null when none did, or it counted. */
  unprovenOpener: string | null;
};

type Parts = { operate: Operate; proveTyped: ProveTyped; passkeys: Passkeys; logger: Logger };

/** @returns what to call the session from now on; null when it was renamed by another request, which is fine */
type Renamed = { id: string; data: object } | null;

/** By what it was proved, and with which passkey, if it was one. */
type Proof = ProvenTyped | { provenBy: 'passkey'; provenWith: string };

export function createConfirmIdentity({ operate, proveTyped, passkeys, logger }: Parts) {
  async function renew(act: Act, session: CurrentSession, proof: Proof): Promise<Renamed> {
    if (session.unprovenOpener) await passkeys.vouch(act.trx, session.userId, session.unprovenOpener);
    const id = randomBytes(32).toString('base64url');
    const data = { ...session.data, authenticatedAt: Date.now(), ...proof };
    return (await act.sessions.rotate(session.id, id, data)) ? { id, data } : null;
  }

  const done = (act: Act, { userId }: Requester, method: 'password' | 'passkey') =>
    act.log('step_up', { outcome: 'success', user: pseudonym(userId), method });

  return {
    /**
     * Where a second factor is asked for, the password is a proof only together with a recovery code, which is used up by
     * that.
     *
     * @returns the session as it goes on, and how many recovery codes are left where one was used; or what was mistyped
     * @throws {AppError} `too_many_requests`, `service_unavailable`, `signed_out` when the sign-in has ended meanwhile
     */
    confirmWithPassword: (
      session: CurrentSession,
      typed: Typed,
      source: Source,
    ): Promise<{ renamed: Renamed; codesLeft?: number } | Mistyped> => {
      const refused = (reason: string) => refuse(session, 'password', reason, source);
      return proveTyped({ requester: session, typed, source, refused }, async (act, accept) => {
        const before = await act.lockAccountOf(session);
        // Sent twice: the first has used the code up, which the second cannot, and the session has been renamed.
        if (!(await act.sessions.hasId(session.id))) return { renamed: null };
        const proven = await accept(before);
        if (typeof proven === 'string') return proven;
        const renamed = await renew(act, session, proven);
        if (renamed) done(act, session, 'password');
        return 'codesLeft' in proven ? { renamed, codesLeft: proven.codesLeft } : { renamed };
      });
    },

    /**
     * The same with a passkey that has been verified.
     *
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile; `challenge_expired` when what the account trusts
     *   has changed since the request began; `sign_in_refused`, `credential_unknown` or `passkey_held` when the passkey
     *   opens nothing
     */
    confirmWithPasskey: (
      session: CurrentSession,
      proof: StepUpProof,
      source: Source,
    ): Promise<{ renamed: Renamed }> =>
      operate(source, async (act) => {
        const user = await act.lockAccountOf(session);
        // Whether a passkey that was created automatically counts was judged by the account of then.
        if (user.epoch !== proof.epoch) {
          refuse(session, 'passkey', 'the account has changed', source);
          throw expired('the account has changed');
        }
        const used = await usePasskey(passkeys, act, user, proof);
        if (typeof used === 'string') {
          const { reason, answer } = passkeyRefusals[used];
          refuse(session, 'passkey', reason, source);
          throw answer();
        }
        // It was used with verification beside another proof, so from now on it is one itself.
        await passkeys.vouch(act.trx, user.id, proof.credentialId);
        const renamed = await renew(act, session, { provenBy: 'passkey', provenWith: proof.credentialId });
        if (renamed) done(act, session, 'passkey');
        return { renamed };
      }),
  };

  function refuse(
    { userId }: Requester,
    method: 'password' | 'passkey',
    reason: string,
    { address, requestId }: Source,
  ): void {
    const facts = { user: pseudonym(userId), method, reason, address, requestId } as const;
    logEvent(logger, 'step_up_refused', { outcome: 'refused', ...facts });
  }
}
