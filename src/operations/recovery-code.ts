/** A recovery code in place of a passkey: used up in the transaction of what it opens, and told to its owner. */
import { hashOfCode } from '../accounts/recovery-codes.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import { countCodes } from './account-ways.ts';
import type { Act } from './operation.ts';

/**
 * @param typed the code as somebody typed it
 * @returns how many are left; null when it is no code of the set that works, or was used before
 */
export async function spendCode(act: Act, user: StoredUser, typed: string): Promise<number | null> {
  const { recoverySet } = user;
  const codeHash = hashOfCode(typed);
  if (recoverySet === null || codeHash === null) return null;
  if (!(await act.recoveryCodes.spend(recoverySet, codeHash))) return null;
  const left = await countCodes(act, user);
  await act.tell('recovery_code_used', user, { detail: String(left) });
  return left;
}
