/** The end of a sign-in: the session, and what is told of it. Knows neither how it began nor what had to be proved. */
import type { SessionCondition } from '../accounts/session-store.ts';
import { isDeviceOf, type KnownDevice } from '../accounts/sign-in-throttle.ts';
import { toUser, type User } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import { recentProof } from '../lifetimes.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import { type OpenedSession, type Opening, openSession } from './open-session.ts';
import type { Act, Requester } from './operation.ts';

/** The browser in which somebody signs in. */
export type Browser = {
  /** What this browser remembers of the account with this address; null when it remembers none. */
  deviceFor: (email: string) => KnownDevice | null;
  /** The sign-in that this browser had before. */
  former: Requester | null;
};

export type SignedIn = { user: User; session: OpenedSession };

/**
 * Opens the session and tells of it. Of a sign-in that does not come about nothing is written.
 *
 * @returns null when the account has changed since it was looked at, or is gone
 */
export async function enter(
  act: Act,
  user: StoredUser,
  opening: Opening & { method: 'password' | 'passkey' },
  condition: SessionCondition,
  { deviceFor, former }: Browser,
): Promise<SignedIn | null> {
  const isNewDevice = !isDeviceOf(deviceFor(user.email), user);
  // Asked first, since `tell` writes this sign-in into the activity that is asked.
  const letter = isNewDevice && (await act.hasSignedIn(user));
  const session = await openSession(act, user, opening, condition, former);
  if (!session) return null;
  const { method, secondFactor } = opening;
  await act.tell('sign_in', user, { method, secondFactor, letter });
  return { user: toUser(user), session };
}

/** The permission to create a passkey automatically, which comes with a sign-in by password that is complete. */
export function upgradePermission(
  { upgrades }: Pick<Passkeys, 'upgrades'>,
  { automaticPasskeys }: StoredUser,
): Pick<Opening, 'upgradeUntil' | 'offersUpgrade'> {
  return upgrades && automaticPasskeys ? { upgradeUntil: Date.now() + recentProof, offersUpgrade: true } : {};
}
