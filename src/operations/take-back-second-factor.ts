/** What "This wasn't me" makes of the second factor. Knows no passkey but that there is one. */
import type { FactorState } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import type { Act } from './operation.ts';

/**
 * The recovery codes of then work again, and those since are void: somebody else may have them. What was on is on again, and
 * what has been turned on since stays on; but only while its owner has a passkey from before, or a code. Without one nobody
 * could come in, and their mailbox is all that they have.
 *
 * @param now the account before it is taken back
 * @param hasPasskey whether one that proves who its owner is has been there before and is there still
 * @returns whether recovery codes of then work: somebody else may have made those, before what was taken back
 */
export async function takeBackSecondFactor(
  act: Act,
  now: StoredUser,
  then: FactorState,
  hasPasskey: boolean,
): Promise<boolean> {
  const { recoverySet } = then;
  if (now.recoverySet && now.recoverySet !== recoverySet) await act.recoveryCodes.retire(now.recoverySet);
  if (recoverySet) await act.recoveryCodes.bringBack(recoverySet);
  const codesLeft = recoverySet ? await act.recoveryCodes.count(recoverySet) : 0;
  const since = then.secondFactorAt ?? now.secondFactorAt;
  const canComeIn = hasPasskey || codesLeft > 0;
  await act.users.setSecondFactor(now.id, { secondFactorAt: canComeIn ? since : null, recoverySet });
  return codesLeft > 0;
}
