/**
 * The ways into an account, counted in the transaction of an act that takes one, and the answer to whoever would lock
 * themselves out. Must not know which act it is.
 */
import { factsOf, type StoredUser } from '../accounts/user-store.ts';
import { AppError } from '../errors.ts';
import type { Passkey } from '../passkeys/passkey.ts';
import { codesWouldDo, isLockedOut, type OtherWays, otherWays, waysIn } from '../passkeys/passkeys.ts';
import type { Act } from './operation.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';

/**
 * Holds that somebody can still get in with what is left.
 *
 * @param without the id of a passkey that is about to go
 * @throws {AppError} `last_way_in`
 */
export async function expectWayIn(
  act: Act,
  policy: SecondFactorPolicy,
  user: StoredUser,
  left: readonly Passkey[],
  without?: string,
): Promise<void> {
  const asks = await policy.asks(act.trx, user);
  const others = otherWays(factsOf(user), act.mail, await countCodes(act, user), asks);
  if (isLockedOut(waysIn(others, left, without))) throw lastWayIn(others);
}

/** How many recovery codes an account has left. */
export async function countCodes(act: Act, { recoverySet }: StoredUser): Promise<number> {
  return recoverySet === null ? 0 : act.recoveryCodes.count(recoverySet);
}

function lastWayIn(others: OtherWays): AppError {
  const first = others.password ? 'your password' : 'an emailed link';
  const sentence = codesWouldDo(others)
    ? `After ${first} you are asked for a passkey, and this is your last one. Create another passkey or new recovery codes first. Then you can delete this one.`
    : 'This passkey is your only way to sign in. Create another one first. Then you can delete this one.';
  return new AppError('last_way_in', sentence);
}
