/**
 * The switch "Also ask for a passkey after my password", and the recovery codes that come with it. Must not know how somebody
 * signs in with them.
 */
import { newRecoveryCodes } from '../accounts/recovery-codes.ts';
import type { User } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import type { Accepted, Confirm, Confirmation, Mistyped } from './confirm-act.ts';
import type { Act, Operate, OperatorFor, Requester, Source } from './operation.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';

type Parts = { operate: Operate; confirm: Confirm; passkeys: Passkeys; policy: SecondFactorPolicy };

export function createSecondFactor({ operate, confirm, passkeys, policy }: Parts) {
  /** @param accept the confirmation, which an operator need not give */
  async function turnOff(
    act: Act,
    who: Requester | OperatorFor,
    accept: (before: StoredUser) => Promise<Accepted>,
  ): Promise<'off' | 'required' | Mistyped> {
    const before = await act.lockAccountOf(who);
    if (await policy.insistsOn(act.trx, before)) return 'required';
    if (before.secondFactorAt === null) return 'off';
    const accepted = await accept(before);
    if (typeof accepted === 'string') return accepted;
    if (before.recoverySet) await act.recoveryCodes.retire(before.recoverySet);
    await act.users.setSecondFactor(before.id, { secondFactorAt: null, recoverySet: null });
    await act.pendingSignIns.endAll(before.id);
    await act.tell('second_factor_off', before, { ...accepted, reason: byWhom(who) });
    return 'off';
  }

  return {
    /**
     * Turns it on, for whoever has proved lately with a passkey who they are. Everybody else is signed out. Passkeys that were
     * created automatically count as no proof any more, but for the one that was used: whoever knew the password could have
     * made them, and have had them vouched for by the password.
     *
     * @param who.provenWith the passkey of their proof
     * @returns the account with its new epoch and ten recovery codes, to be shown once; null when there is no password, no
     *   passkey that counts, or it is on already
     * @throws {AppError} `passkey_service_unavailable`, `signed_out`; `too_many_requests` when codes were made too often
     */
    async turnOnSecondFactor(
      { provenWith, ...who }: Requester & { provenWith?: string | undefined },
      source: Source,
    ): Promise<{ user: User; codes: string[] } | null> {
      const listed = await passkeys.listFor(who.userId);
      return operate(source, async (act) => {
        const before = await act.lockAccountOf(who);
        const there = await passkeys.thatOpen(act.trx, before.id, listed, before.passkeysHeldAt);
        const mayTurnOn =
          before.secondFactorAt === null &&
          before.passwordHash !== null &&
          there.some(({ id, automatic, vouched }) => vouched && (!automatic || id === provenWith));
        if (!mayTurnOn) return null;
        await expectFewSets(act, who, before);
        const secondFactorAt = new Date().toISOString();
        const codes = await replaceCodes(act, before, secondFactorAt);
        await passkeys.doubtAutomatic(act.trx, before.id, provenWith);
        const { user } = await act.endTrust(before, who);
        // Whoever had the password, and not its owner, may have made this passkey; it is older than what is taken back.
        await act.tell('second_factor_on', before, provenWith === undefined ? {} : { takesBack: provenWith });
        return { user, codes };
      });
    },

    /**
     * Turns it off. The codes work no more, and pending sign-ins have to begin anew.
     *
     * @param confirmation of its owner; an operator gives none
     * @returns `required` where this site asks everybody who has a passkey; what was wrong with what was typed; `off` also
     *   when it was
     * @throws {AppError} `signed_out`; what `Confirm` throws
     */
    turnOffSecondFactor: (
      who: Requester | OperatorFor,
      confirmation: Confirmation,
      source: Source,
    ): Promise<'off' | 'required' | Mistyped> =>
      'operator' in who
        ? operate(source, (act) => turnOff(act, who, async () => ({})))
        : confirm(who, 'turn_off_second_factor', confirmation, source, (act, accept) =>
            turnOff(act, who, accept),
          ),

    /**
     * Makes ten recovery codes; the former ones work no more.
     *
     * @returns to be shown once; null where no second factor is asked for
     * @throws {AppError} `signed_out`; `too_many_requests` as above
     */
    renewRecoveryCodes: (who: Requester | OperatorFor, source: Source): Promise<{ codes: string[] } | null> =>
      operate(source, async (act) => {
        const before = await act.lockAccountOf(who);
        if (!(await policy.asks(act.trx, before))) return null;
        await expectFewSets(act, who, before);
        const codes = await replaceCodes(act, before, before.secondFactorAt);
        await act.tell('recovery_codes_made', before, { reason: byWhom(who) });
        return { codes };
      }),
  };
}

async function expectFewSets(act: Act, who: Requester | OperatorFor, user: User): Promise<void> {
  if ('operator' in who || (await act.mayMakeCodes(user))) return;
  const { duration } = limits.recoverySets;
  const sentence = 'You created new recovery codes too often. Try again tomorrow.';
  throw new AppError('too_many_requests', sentence, { retryAfter: duration, reason: 'recovery codes' });
}

/** Retires the set that there is. @returns the ten codes of the new one, to be shown once */
async function replaceCodes(
  act: Act,
  { id, recoverySet: former }: StoredUser,
  secondFactorAt: string | null,
) {
  const { codes, hashes } = newRecoveryCodes();
  if (former) await act.recoveryCodes.retire(former);
  const recoverySet = await act.recoveryCodes.add(id, hashes);
  await act.users.setSecondFactor(id, { secondFactorAt, recoverySet });
  return codes;
}

function byWhom(who: Requester | OperatorFor): string {
  return 'operator' in who ? 'by an operator' : 'by their owner';
}
