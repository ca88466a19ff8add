/** The one answer for a passkey service that cannot be used, whatever the cause. */
import { AppError } from '../../errors.ts';

/**
 * The service cannot be used now.
 *
 * @param retryAfter seconds
 * @param reason for the log
 */
export function serviceUnavailable(cause: unknown, retryAfter: number, reason?: string): AppError {
  return new AppError('passkey_service_unavailable', 'Passkeys are not available right now.', {
    cause,
    retryAfter,
    ...(reason ? { reason } : {}),
  });
}
