/** A recovery code in place of a passkey: used up in the transaction of what it opens, and told to its owner. */
import { hashOfCode } from '../accounts/recovery-codes.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import { countCodes } from './account-ways.ts';
import type { Act } from './operation.ts';

/**
 * @param typed the code as somebody typed it
 * @returns false when it is no code of the set that works, or was used before
 */
export async function spendCode(act: Act, user: StoredUser, typed: string): Promise<boolean> {
  const { recoverySet } = user;
  const codeHash = hashOfCode(typed);
  if (recoverySet === null || codeHash === null) return false;
  if (!(await act.recoveryCodes.spend(recoverySet, codeHash))) return false;
  await act.tell('recovery_code_used', user, { detail: String(await countCodes(act, user)) });
  return true;
}
