/** What became of a ceremony, as the key of a message: from a server code or a DOMException's name and timing. */
import { Refusal } from './http.ts';

export type Kind = 'sign-in' | 'registration';

/** Nobody reads and refuses a system dialog this fast (milliseconds). */
const faster = 300;

const faults: Record<string, string> = {
  SecurityError: 'wrong_address',
  EncodingError: 'fault',
  TypeError: 'fault',
};

const ofRegistration: Record<string, string> = {
  NotAllowedError: 'cancelled',
  InvalidStateError: 'already_registered',
  NotSupportedError: 'unsupported',
  ConstraintError: 'unsupported',
};

/**
 * @param startedAt when the browser was asked, by performance.now()
 * @param timeout milliseconds that it was given
 * @returns a key of the page's messages; empty for what needs no word
 */
export function outcomeOf(error: unknown, kind: Kind, startedAt: number, timeout: number): string {
  if (error instanceof Refusal) return error.code;
  const { name } = error as Error;
  if (name === 'AbortError') return '';
  if (faults[name]) {
    // biome-ignore lint/suspicious/noConsole: a fault of ours; the console is where its finder looks
    console.error(error);
    return faults[name];
  }
  if (kind === 'registration') return ofRegistration[name] ?? 'failed';
  return name === 'NotAllowedError' ? refusalOf(performance.now() - startedAt, timeout) : 'failed';
}

function refusalOf(passed: number, timeout: number): string {
  if (passed < faster) return 'blocked';
  return passed > timeout - 1_000 ? 'timed_out' : 'cancelled';
}
