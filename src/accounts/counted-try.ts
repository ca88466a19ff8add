/**
 * One try at a second proof, counted like a wrong password before it is judged: somebody who has the first one guesses no
 * more easily. Knows no HTTP, and nothing of what is tried.
 */
import { AppError } from '../errors.ts';
import { isDeviceOf, type KnownDevice, type SignInThrottle } from './sign-in-throttle.ts';
import type { User } from './user.ts';

/** @property device what the browser remembers; it counts only if it is of this account as it is now */
type Try = { user: User; address: string; device: KnownDevice | null };

/**
 * @param judge the try; what it throws is counted unless it is a fault
 * @param isRight whether its answer ends what is held against whoever tries
 * @throws {AppError} `too_many_requests`; what `judge` throws
 */
export async function countedTry<T>(
  throttle: SignInThrottle,
  { user, address, device }: Try,
  judge: () => Promise<T>,
  isRight: (answer: T) => boolean,
): Promise<T> {
  const known = device && isDeviceOf(device, user) ? device.name : null;
  const turn = await throttle.begin({ email: user.email, address, device: known });
  try {
    const answer = await judge();
    // What the right answer opened is committed; a fault here must not undo it.
    if (isRight(answer)) await throttle.succeed(turn).catch(() => {});
    return answer;
  } catch (error) {
    if (isFault(error)) await throttle.forgive(turn);
    throw error;
  }
}

/** A fault of ours, or of the passkey API, says nothing about who tries. */
export function isFault(error: unknown): boolean {
  if (!(error instanceof AppError)) return true;
  return error.code === 'passkey_service_unavailable' || error.code === 'service_unavailable';
}
