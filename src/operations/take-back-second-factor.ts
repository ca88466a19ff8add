/** What "This wasn't me" makes of the second factor. Knows no passkey but that there is one. */
import type { FactorState } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import { tokenLifetime } from '../lifetimes.ts';
import type { Act } from './operation.ts';

type Parts = {
  /** The account before it is taken back. */
  now: StoredUser;
  moment: FactorState;
  /** Whether a passkey that proves who its owner is, and that was created before `known`, is there still. */
  hasPasskey: boolean;
  /** {@link beforeAnyLetter} */
  known: Date;
};

/**
 * Passkeys and codes from before then are older than every letter with "This wasn't me" that still works. Whatever is younger
 * may be somebody else's, and its owner may not know of it yet.
 */
export function beforeAnyLetter(now: Date): Date {
  return new Date(now.getTime() - tokenLifetime.lockdown);
}

/**
 * The recovery codes of then work again, and those since are void: somebody else may have them. What was on is on again, and
 * what has been turned on since stays on; but only while there is a passkey or a code that its owner surely knows of.
 * Otherwise it goes off, and the codes with it: somebody else's would shut the owner out, whose mailbox may be all they have.
 *
 * @returns whether recovery codes of then work: somebody else may have made those, before what was taken back
 */
export async function takeBackSecondFactor(
  act: Act,
  { now, moment, hasPasskey, known }: Parts,
): Promise<boolean> {
  const canComeIn = hasPasskey || (await countOf(act, moment.recoverySet, known)) > 0;
  const recoverySet = canComeIn ? moment.recoverySet : null;
  if (now.recoverySet && now.recoverySet !== recoverySet) await act.recoveryCodes.retire(now.recoverySet);
  if (recoverySet) await act.recoveryCodes.bringBack(recoverySet);
  const since = moment.secondFactorAt ?? now.secondFactorAt;
  await act.users.setSecondFactor(now.id, { secondFactorAt: canComeIn ? since : null, recoverySet });
  return (await countOf(act, recoverySet)) > 0;
}

async function countOf(act: Act, set: string | null, before?: Date): Promise<number> {
  return set === null ? 0 : act.recoveryCodes.count(set, before);
}
