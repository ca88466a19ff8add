/** The answer to whoever would lock themselves out. Knows no operation. */
import { AppError } from '../errors.ts';

export function lastWayIn(): AppError {
  return new AppError(
    'last_way_in',
    'This passkey is your only way to sign in. Create another one first. Then you can delete this one.',
  );
}
