/** How a failed ceremony is told: the reason to the log, one sentence to the person. */
import { AppError } from '../errors.ts';
import { type Logger, logEvent } from '../logger.ts';
import { GateRefusal } from './gate.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';
import { TokenRefusal } from './token.ts';
import { serviceUnavailable } from './unavailable.ts';

/** What a person may know of a failed finish, after the log has been told why. */
export function judged(
  error: unknown,
  logger: Logger,
  event: 'passkey_registration_refused' | 'ceremony_refused',
  user: string | undefined,
  refusal: () => AppError,
): unknown {
  if (error instanceof PasskeyServiceFault) return serviceUnavailable(error, 10);
  const reason = reasonOf(error);
  if (reason === null) return error;
  const rejected = error instanceof TokenRefusal;
  logEvent(logger, rejected ? 'passkey_token_rejected' : event, { outcome: 'refused', reason, user });
  return needsVerification(error)
    ? new AppError('uv_required', 'Unlock your device with PIN, fingerprint or face.', { cause: error })
    : error instanceof AppError
      ? error
      : refusal();
}

function reasonOf(error: unknown): string | null {
  if (error instanceof GateRefusal || error instanceof TokenRefusal) return error.reason;
  if (error instanceof PasskeyApiRefusal)
    return `api ${error.status}: ${error.title} / ${error.details}`.slice(0, 200);
  if (error instanceof AppError && /^(credential_unknown|already_registered)$/.test(error.code))
    return error.code;
  return null;
}

function needsVerification(error: unknown): boolean {
  if (error instanceof GateRefusal) return error.code === 'uv_required';
  return error instanceof PasskeyApiRefusal && error.status === 422;
}
