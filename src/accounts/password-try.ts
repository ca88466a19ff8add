/** One try at a password, with its limits: for signing in, and for proving once more who one is. Knows no HTTP. */
import type { Accounts } from './accounts.ts';
import type { Attempt, SignInThrottle } from './sign-in-throttle.ts';
import type { User } from './user.ts';

/**
 * Judges a password when its turn has come. A fault of ours is never counted as a wrong password.
 *
 * @returns the account, or null when address or password is wrong
 * @throws {AppError} `too_many_requests` with `retryAfter`; `service_unavailable` when too many wait
 */
export function tryPassword(
  accounts: Accounts,
  throttle: SignInThrottle,
  attempt: Attempt,
  password: string,
): Promise<User | null> {
  return throttle.inTurn(async () => {
    const turn = await throttle.begin(attempt);
    try {
      const user = await accounts.authenticate(attempt.email, password);
      if (user) await throttle.succeed(turn);
      return user;
    } catch (error) {
      await throttle.forgive(turn);
      throw error;
    }
  });
}
