/** What an account has to get in with besides passkeys, as an operation sees it. */
import type { StoredUser } from '../accounts/user-store.ts';
import { AppError } from '../errors.ts';
import type { OtherWays } from '../passkeys/passkeys.ts';

/** @param mail whether mail can be sent: without it a confirmed address opens nothing */
export function otherWaysOf(user: StoredUser, mail: boolean): OtherWays {
  return { password: user.passwordHash !== null, email: mail && user.emailVerifiedAt !== null };
}

/** The answer to whoever would lock themselves out. */
export function lastWayIn(): AppError {
  return new AppError(
    'last_way_in',
    'This passkey is your only way to sign in. Create another one first, then delete this one.',
  );
}
