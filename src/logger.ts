/**
 * The log: one JSON line per request and per security event, to standard output. Knows the closed list of
 * events (event-words.ts); must never be handed a password, cookie, session id, challenge, signature, token or API key.
 */
import { createHash } from 'node:crypto';
import pino from 'pino';
import type { SecurityEvent } from './event-words.ts';

/** The facts of a request that is over. */
export type RequestFacts = {
  requestId: string;
  method: string;
  /** What the log calls the address, see route-names.ts. */
  route: string;
  /** Missing where the connection broke before there was an answer. */
  status?: number;
  ms: number;
  address: string;
  aborted?: true;
};

/** Hears of all that happens, also of what the level keeps out of the log. Must not throw, or wait. */
export type LogListener = {
  event(event: SecurityEvent, facts: EventFacts): void;
  request(facts: RequestFacts): void;
};

export type Logger = pino.Logger & { listener?: LogListener | undefined };

/** Characters of lines that a slow reader of standard output has not taken yet. */
const mostWaiting = 1_000_000;

/** Where the request behind an event came from. */
export type EventSource = { address: string; requestId: string };

/** What may stand beside an event; user ids are hashed before they get here, see {@link pseudonym}. */
export type EventFacts = {
  outcome: 'success' | 'refused' | 'changed';
  reason?: string;
  user?: string | undefined;
  method?: 'password' | 'passkey' | 'email' | 'automatic';
  /** What the second step of a sign-in was passed with. */
  secondFactor?: 'passkey' | 'recovery_code';
  address?: string;
  requestId?: string;
  credential?: string;
  /** How often, where a line stands for several. */
  count?: number;
};

/**
 * @param level pino level name, or `silent`
 * @param destination where lines go; standard output when left out
 * @param listener who counts; nobody when left out
 */
export function createLogger(
  level: string,
  destination: pino.DestinationStream = standardOutput(),
  listener?: LogListener,
): Logger {
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
  return Object.assign(pino(options, destination), { listener });
}

/** Writes one line for a security event. */
export function logEvent(logger: Logger, event: SecurityEvent, facts: EventFacts): void {
  logger[facts.outcome === 'refused' ? 'warn' : 'info']({ event, ...facts }, event);
  logger.listener?.event(event, facts);
}

/** Writes one line for a request that is over. @param level `debug` where it came to no answer */
export function logRequest(logger: Logger, level: 'info' | 'debug', facts: RequestFacts): void {
  logger[level](facts, 'request');
  logger.listener?.request(facts);
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
  if (event === 'passkey_counter_regression') logger.listener?.event(event, { outcome: 'refused', ...names });
}

/** A stable name for a user or a credential in the log that is not the id itself: 16 hex digits of its SHA-256. */
export function pseudonym(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}

/**
 * Never waited for: a pipe that is full is written to when its reader goes on, and what does not find room until then is
 * dropped, as is what a reader that is gone or a full disk does not take. Who answers requests must not depend on who reads
 * the log. Errors of the stream are heard where the process begins.
 */
function standardOutput(): pino.DestinationStream & { flush(done: () => void): void } {
  return {
    write: (line) => {
      if (process.stdout.writableLength < mostWaiting) process.stdout.write(line);
    },
    flush: (done) => {
      process.stdout.write('', done);
    },
  };
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
