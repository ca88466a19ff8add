/**
 * A pending sign-in: the first step has passed, and the second is still due. It is no session, and opens nothing but its own
 * end. Knows no cookie.
 */
import { randomBytes } from 'node:crypto';
import { createPendingSignInStore, type FoundPendingSignIn } from '../accounts/pending-sign-in-store.ts';
import { isDeviceOf } from '../accounts/sign-in-throttle.ts';
import { hashOf } from '../accounts/token-store.ts';
import { toUser, type User } from '../accounts/user.ts';
import { createUserStore, type StoredUser } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { pseudonym } from '../logger.ts';
import type { Person } from '../passkeys/passkeys.ts';
import type { Browser } from './enter.ts';
import type { Opening } from './open-session.ts';
import type { Act } from './operation.ts';

/** The secret of a pending sign-in: 256 bits, which only the browser keeps. */
export type OpenedPending = { id: string };

/**
 * What waits until the second step has passed. The first was the right password, a mailed link, or a passkey that does not
 * count by itself.
 */
export type Waiting =
  | { opening: OpeningBy<'password' | 'passkey'>; reset?: undefined }
  | { opening: OpeningBy<'email'>; reset: Reset };

/** What the session is to be opened with. */
type OpeningBy<M extends Opening['method']> = Opening & { method: M };

/** What a mailed link is to change: the new password, null for none, and whether the address counts as confirmed. */
export type Reset = { passwordHash: string | null; confirmsEmail: boolean };

/** What a pending sign-in still waits for. */
export type DueStep = {
  user: User;
  /** For a ceremony: the sign-in in which it happens is this one. */
  person: Person;
  /** With what it began. */
  method: Opening['method'];
  /** Whether its end saves a new password, which was given with a mailed link. */
  setsPassword: boolean;
};

/**
 * Leaves a sign-in pending. The account is locked, and is as it was when the first proof was looked at.
 *
 * @param verified the hash that the password was verified against; null where no password was
 * @param browser its sign-in of before ends; one that is known has places that strangers cannot take
 */
export async function leavePending(
  act: Act,
  user: User,
  waiting: Waiting,
  verified: string | null,
  { deviceFor, former }: Browser,
): Promise<{ pending: OpenedPending }> {
  const id = randomBytes(32).toString('base64url');
  const { id: userId, epoch } = user;
  const { method } = waiting.opening;
  const isKnown = method === 'email' || isDeviceOf(deviceFor(user.email), user);
  await act.pendingSignIns.insert(id, { userId, epoch, passwordHash: verified, isKnown, data: waiting });
  if (former) await act.sessions.endSignIn(former.userId, former.signInId);
  act.log('second_factor_asked', { outcome: 'changed', user: pseudonym(userId), method });
  return { pending: { id } };
}

/** What is still due; null when the sign-in is unknown, has ended or failed too often, or the account has changed since. */
export async function openPending(db: Database, id: string): Promise<DueStep | null> {
  const pending = await createPendingSignInStore(db).find(id);
  const user = pending && (await createUserStore(db).findById(pending.userId));
  if (!user || !standsFor(pending, user) || pending.tries >= limits.triesOfSecondFactor) return null;
  const { opening, reset } = waitingIn(pending);
  return {
    user: toUser(user),
    person: { ...toUser(user), signInId: pending.idHash },
    method: opening.method,
    setsPassword: typeof reset?.passwordHash === 'string',
  };
}

/** Whether a sign-in has ended because what it waits for was tried too often. */
export async function wentWrongTooOften(db: Database, id: string): Promise<boolean> {
  const pending = await createPendingSignInStore(db).find(id);
  return pending !== null && pending.tries >= limits.triesOfSecondFactor;
}

/** Whether the account is still what it was when the first proof was looked at. */
export function standsFor({ epoch, verifiedHash }: FoundPendingSignIn, user: StoredUser): boolean {
  if (epoch !== user.epoch) return false;
  return verifiedHash === null || (user.passwordHash !== null && hashOf(user.passwordHash) === verifiedHash);
}

/** What it was left with, which waits for its end. */
export function waitingIn({ data }: FoundPendingSignIn): Waiting {
  return data as Waiting;
}

/** The answer to whoever would go on with a sign-in that has ended. */
export function pendingEnded(cause?: unknown): AppError {
  return new AppError('pending_sign_in_ended', 'Your sign-in has ended. Sign in again.', { cause });
}
