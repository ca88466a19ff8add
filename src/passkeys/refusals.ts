/** How a failed ceremony is told: the reason to the log, one sentence to the person. Must not know HTTP. */
import { AppError, type ErrorCode } from '../errors.ts';
import { type EventFacts, type Logger, logEvent } from '../logger.ts';
import { GateRefusal } from './gate/gate.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from './hanko/service-errors.ts';
import { TokenRefusal } from './hanko/token.ts';
import { serviceUnavailable } from './hanko/unavailable.ts';

/** What a refused ceremony is called in the log, unless it is the token that was refused; and who asked from where. */
export type Refused = {
  event:
    | 'passkey_registration_refused'
    | 'ceremony_refused'
    | 'step_up_refused'
    | 'second_factor_refused'
    | 'confirmation_refused';
} & Pick<EventFacts, 'user' | 'address' | 'requestId'>;

/**
 * What a person may know of a ceremony that failed, after the log has been told why.
 *
 * @param refusal what to say when nothing better fits
 * @returns what to throw; an error that is no refusal as it is, unlogged
 */
export function judged(
  error: unknown,
  logger: Logger,
  { event, ...facts }: Refused,
  refusal: () => AppError,
): unknown {
  if (error instanceof PasskeyServiceFault) return serviceUnavailable(error, 10);
  const reason = reasonOf(error);
  if (reason === null) return error;
  const rejected = error instanceof TokenRefusal;
  logEvent(logger, rejected ? 'passkey_token_rejected' : event, { outcome: 'refused', reason, ...facts });
  if (needsVerification(error))
    return new AppError('uv_required', 'Unlock your device with your fingerprint, face or PIN.', {
      cause: error,
    });
  if (error instanceof GateRefusal && error.code === 'act_changed') return actChanged(error);
  return error instanceof AppError ? error : refusal();
}

/** The answer to a signature over something that is not what would be done now. */
export function actChanged(cause?: unknown): AppError {
  const sentence = 'Something has changed since this page was shown. Reload the page.';
  return new AppError('act_changed', sentence, { cause });
}

/** The one answer to a passkey that is not believed, whatever the reason. */
export function notVerified(code: 'sign_in_refused' | 'registration_refused', cause?: unknown): AppError {
  return new AppError(code, 'That passkey could not be verified.', { cause });
}

const named: ReadonlySet<ErrorCode> = new Set([
  'credential_unknown',
  'already_registered',
  'too_many_passkeys',
  'wrong_account',
]);

/** Why, for the log; null for what is no refusal but a fault. */
export function reasonOf(error: unknown): string | null {
  if (error instanceof GateRefusal || error instanceof TokenRefusal) return error.reason;
  if (error instanceof PasskeyApiRefusal)
    return `api ${error.status}: ${error.title} / ${error.details}`.slice(0, 200);
  if (!(error instanceof AppError)) return null;
  if (error.code === 'challenge_expired') return error.reason ?? error.code;
  return named.has(error.code) ? error.code : null;
}

function needsVerification(error: unknown): boolean {
  if (error instanceof GateRefusal) return error.code === 'uv_required';
  return error instanceof PasskeyApiRefusal && error.status === 422;
}
