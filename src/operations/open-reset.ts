/** What a mailed link into an account does in the end: everybody is signed out, and whoever opened it is in. */
import type { StoredUser } from '../accounts/user-store.ts';
import { accountGone } from '../errors.ts';
import type { SignedIn } from './enter.ts';
import { type Opening, openSession } from './open-session.ts';
import type { Act, Requester } from './operation.ts';
import type { Reset } from './pending-sign-in.ts';

/**
 * @param reset the new password, null to keep the one there is, and whether the address counts as confirmed
 * @param former the sign-in that this browser had before
 * @returns the account with its new epoch, and the session
 * @throws {AppError} `signed_out` when the account is gone
 */
export async function openReset(
  act: Act,
  before: StoredUser,
  { passwordHash, confirmsEmail }: Reset,
  opening: Opening,
  former: Requester | null,
): Promise<SignedIn> {
  if (passwordHash) await act.users.setPasswordHash(before.id, passwordHash);
  if (confirmsEmail) await act.users.verifyEmail(before.id);
  const { user } = await act.endTrust(before);
  const session = await openSession(act, user, opening, { epoch: user.epoch }, former);
  if (!session) throw accountGone();
  const detail = passwordHash ? 'new password' : null;
  await act.tell('password_reset', before, { method: 'email', detail, secondFactor: opening.secondFactor });
  return { user, session };
}
