/**
 * The refusals of this application: a closed list of codes, each with a sentence for people. Knows no status
 * numbers and no HTTP; `web/middleware/render-errors.ts` gives each code its status.
 */

export type ErrorCode =
  | 'invalid_input'
  | 'invalid_request'
  | 'unsupported_media_type'
  | 'foreign_origin'
  | 'https_required'
  | 'signed_out'
  | 'pending_sign_in_ended'
  | 'reauth_required'
  | 'upgrade_not_allowed'
  | 'wrong_account'
  | 'act_changed'
  | 'not_found'
  | 'sign_up_closed'
  | 'mail_off'
  | 'too_many_requests'
  | 'challenge_expired'
  | 'uv_required'
  | 'sign_in_refused'
  | 'registration_refused'
  | 'credential_unknown'
  | 'passkey_held'
  | 'already_registered'
  | 'too_many_passkeys'
  | 'last_way_in'
  | 'passkey_service_unavailable'
  | 'service_unavailable';

export type AppErrorOptions = {
  cause?: unknown;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
  /** Why, for the log only; never shown. */
  reason?: string;
};

/** A command that refuses throws one of these. The message is shown to people; `cause` and `reason` are not. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfter: number | undefined;
  readonly reason: string | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.reason = options.reason;
  }
}

/**
 * The answer to whoever tries too often.
 *
 * @param milliseconds until trying again makes sense
 * @param reason which limit was reached, for the log
 */
export function tooManyTries(milliseconds: number, reason: string): AppError {
  const retryAfter = Math.max(1, Math.ceil(milliseconds / 1000));
  const wait =
    retryAfter < 120
      ? `${retryAfter} ${retryAfter === 1 ? 'second' : 'seconds'}`
      : `${Math.ceil(retryAfter / 60)} minutes`;
  return new AppError('too_many_requests', `Too many attempts. Try again in ${wait}.`, {
    retryAfter,
    reason,
  });
}

/** The answer to whoever acts in a sign-in that has ended, or in none. */
export function signedOut(): AppError {
  return new AppError('signed_out', 'Your session has ended. Sign in again.');
}

/** The answer at an address where there is nothing. */
export function nothingThere(): AppError {
  return new AppError('not_found', 'Check the address.');
}

/** The answer of an account that is not there any more. */
export function accountGone(): AppError {
  return new AppError('signed_out', 'This account no longer exists.');
}
