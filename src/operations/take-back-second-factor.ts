/** What "This wasn't me" makes of the second factor. Must not know which passkeys there are. */
import type { FactorState } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import type { Act } from './operation.ts';
import type { Secured } from './secure-account.ts';

type Parts = {
  /** The account before it is taken back. */
  before: StoredUser;
  moment: FactorState;
  /** Whether a passkey that proves who its owner is, and that is as old, is there still. */
  hasPasskey: boolean;
  /** Only codes from before then count: see {@link beforeAnyLetter}. */
  oldEnough: Date;
};

/**
 * The recovery codes of then work again, and those since are void: somebody else may have them. What was on is on again, and
 * what has been turned on since stays on; but only while there is a passkey or a code that its owner surely knows of.
 * Otherwise it goes off, and the codes with it: somebody else's would shut the owner out, whose mailbox may be all they have.
 *
 * @returns whether recovery codes of then work, which somebody else may have made before what was taken back; and whether the
 *   second factor, which was on, is off
 */
export async function takeBackSecondFactor(
  act: Act,
  { before, moment, hasPasskey, oldEnough }: Parts,
): Promise<Pick<Secured, 'hasCodes' | 'isTurnedOff'>> {
  const canComeIn = hasPasskey || (await countOf(act, moment.recoverySet, oldEnough)) > 0;
  const recoverySet = canComeIn ? moment.recoverySet : null;
  if (before.recoverySet && before.recoverySet !== recoverySet)
    await act.recoveryCodes.retire(before.recoverySet);
  if (recoverySet) await act.recoveryCodes.bringBack(recoverySet);
  const since = moment.secondFactorAt ?? before.secondFactorAt;
  await act.users.setSecondFactor(before.id, { secondFactorAt: canComeIn ? since : null, recoverySet });
  return { hasCodes: (await countOf(act, recoverySet)) > 0, isTurnedOff: since !== null && !canComeIn };
}

async function countOf(act: Act, set: string | null, before?: Date): Promise<number> {
  return set === null ? 0 : act.recoveryCodes.count(set, before);
}
