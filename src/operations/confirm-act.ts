/**
 * What somebody shows for an act that is hard to take back: the signature of a passkey over exactly this act, or the password,
 * with a recovery code where the account asks for a second factor. Whoever has neither passkey nor password shows nothing
 * more than that they are signed in. Does none of the acts.
 */
import { factsOf, type StoredUser } from '../accounts/user-store.ts';
import { AppError } from '../errors.ts';
import { activityLifetime } from '../lifetimes.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Passkey } from '../passkeys/passkey.ts';
import { actChanged, digestOf, type Passkeys, type SignedAct } from '../passkeys/passkeys.ts';
import { type ActName, actData } from './act-data.ts';
import type { Act, Operate, Requester, Source } from './operation.ts';
import { passkeyRefusals, usePasskey } from './passkey-use.ts';
import type { Mistyped, ProveTyped, Typed } from './typed-proof.ts';

export type { Mistyped } from './typed-proof.ts';

/** Null for whoever has nothing to show. */
export type Confirmation = { signed: SignedAct } | { typed: Typed } | null;

/** How it was confirmed, or what was mistyped: then nothing may be done. */
export type Accepted = { method?: 'passkey' | 'password' } | Mistyped;

/**
 * Does an act in one transaction, of somebody who confirms it.
 *
 * @param work is given the transaction, and what accepts the confirmation: the last condition, since it uses something up
 * @returns what `work` does; or what was mistyped, and then nothing is done
 * @throws {AppError} `act_changed` when nothing was shown where something is needed, or something else was signed;
 *   `passkey_held` or `sign_in_refused` when the passkey opens nothing; `too_many_requests`, `service_unavailable`,
 *   `passkey_service_unavailable`; what `work` throws
 */
export type Confirm = <T>(
  requester: Requester,
  name: ActName,
  confirmation: Confirmation,
  source: Source,
  work: (act: Act, accept: (before: StoredUser) => Promise<Accepted>) => Promise<T>,
) => Promise<T | Mistyped>;

type Parts = { operate: Operate; proveTyped: ProveTyped; passkeys: Passkeys; logger: Logger };

export function createConfirm({ operate, proveTyped, passkeys, logger }: Parts): Confirm {
  function refuse(id: string, reason: string, { address, requestId }: Source): void {
    const facts = { user: pseudonym(id), reason, address, requestId };
    logEvent(logger, 'confirmation_refused', { outcome: 'refused', ...facts });
  }

  function refusal({ id }: StoredUser, reason: string, source: Source) {
    refuse(id, reason, source);
    return actChanged();
  }

  /** The signature is over what the account is at this moment, which nobody changes until the act is done. */
  async function acceptSigned(act: Act, before: StoredUser, name: ActName, signed: SignedAct) {
    const { epoch, use } = signed;
    const isSame = digestOf({ ...signed.act, passkeys: {} }) === digestOf(actData(name, factsOf(before), []));
    const held = Object.keys(signed.act.passkeys);
    if (!isSame || epoch !== before.epoch || !(await passkeys.hasNoOthersThan(act.trx, before.id, held)))
      throw refusal(before, 'something else was signed', act.source);
    const used = await usePasskey(passkeys, act, before, use);
    if (typeof used === 'string') {
      const { reason, answer } = passkeyRefusals[used];
      refuse(before.id, reason, act.source);
      throw answer();
    }
    // What deletes the account is not kept, since it would go with it.
    if (name !== 'delete_account' && !(await passkeys.keepSigned(act.trx, signed))) throw tooManySigned();
    return { method: 'passkey' } as const;
  }

  async function acceptNothing(act: Act, before: StoredUser, listed: readonly Passkey[]) {
    const left = await passkeys.thatOpen(act.trx, before.id, listed, before.passkeysHeldAt);
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
    const { typed } = confirmation;
    const refused = (reason: string) => refuse(requester.userId, reason, source);
    return proveTyped({ requester, typed, source, refused }, (act, accept) =>
      work(act, async (before) => {
        const proven = await accept(before);
        return typeof proven === 'string' ? proven : { method: 'password' };
      }),
    );
  };
}

function tooManySigned(): AppError {
  const facts = { retryAfter: activityLifetime / 1_000, reason: 'signed acts' };
  return new AppError('too_many_requests', 'You signed too many acts. Confirm with your password.', facts);
}
