/**
 * The log: one JSON line per request and per security event, to standard output. Knows the closed list of
 * events; must never be handed a password, cookie, session id, challenge, signature, token or API key.
 */
import { createHash } from 'node:crypto';
import pino from 'pino';

export type Logger = pino.Logger;

/** Everything security-relevant that this application does or refuses. A new event is added here first. */
export type SecurityEvent =
  | 'sign_in'
  | 'sign_in_refused'
  | 'sign_out'
  | 'step_up'
  | 'step_up_refused'
  | 'sessions_ended'
  | 'password_rehashed'
  | 'account_created'
  | 'sign_up_requested'
  | 'email_confirmed'
  | 'email_change_requested'
  | 'email_changed'
  | 'password_set'
  | 'password_changed'
  | 'password_removed'
  | 'password_reset_requested'
  | 'password_reset'
  | 'account_locked_down'
  | 'account_deleted'
  | 'data_exported'
  | 'mail_sent'
  | 'mail_delayed'
  | 'mail_given_up'
  | 'passkey_registered'
  | 'passkey_registration_refused'
  | 'passkey_renamed'
  | 'passkey_removed'
  | 'passkeys_erased'
  | 'automatic_passkeys_changed'
  | 'passkey_backup_state_changed'
  | 'passkey_counter_regression'
  | 'ceremony_refused'
  | 'ceremony_failed_in_browser'
  | 'foreign_origin_refused'
  | 'rate_limited'
  | 'passkey_service_state'
  | 'passkey_service_misconfigured'
  | 'passkey_token_rejected';

/** Where the request behind an event came from. */
export type EventSource = { address: string; requestId: string };

/** What may stand beside an event; user ids are hashed before they get here, see {@link pseudonym}. */
export type EventFacts = {
  outcome: 'success' | 'refused' | 'changed';
  reason?: string;
  user?: string | undefined;
  method?: 'password' | 'passkey' | 'email';
  address?: string;
  requestId?: string;
  credential?: string;
};

/**
 * @param level pino level name, or `silent`
 * @param destination where lines go; standard output when left out
 */
export function createLogger(level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: withoutExtras },
    redact: {
      paths: ['password', 'token', 'credential.*', '*.password', '*.token', 'headers.cookie'],
      remove: true,
    },
  };
  return destination ? pino(options, destination) : pino(options, standardOutput());
}

/** Writes one line for a security event. */
export function logEvent(logger: Logger, event: SecurityEvent, facts: EventFacts): void {
  logger[facts.outcome === 'refused' ? 'warn' : 'info']({ event, ...facts }, event);
}

/**
 * Writes what the embedded passkey API reports: faults as errors, events with ids turned into pseudonyms.
 *
 * @param facts `userId`, `credentialId`, `err` and whatever else the event has
 */
export function logPasskeyApiReport(logger: Logger, event: string, facts: Record<string, unknown>): void {
  const { err, userId, credentialId, ...others } = facts;
  const names = { user: pseudonym(String(userId)), credential: pseudonym(String(credentialId)) };
  if (err) logger.error({ event, err }, event);
  else logger.warn({ event, ...names, ...others }, event);
}

/** A stable name for a user or a credential in the log that is not the id itself: 16 hex digits of its SHA-256. */
export function pseudonym(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}

/** Synchronous, so that the last lines before an exit are not lost; a closed reader must not end the process. */
function standardOutput(): pino.DestinationStream {
  const stream = pino.destination({ fd: 1, sync: true });
  stream.on('error', () => {});
  return stream;
}

/**
 * An error with its causes, without what drivers and parsers hang on it: PostgreSQL's `detail` has whole rows in it,
 * a parser's `body` what was posted.
 */
function withoutExtras(error: Error): object {
  const { type, message, stack, code } = pino.stdSerializers.err(error) as pino.SerializedError & {
    code?: unknown;
  };
  return { type, message, stack, code };
}
