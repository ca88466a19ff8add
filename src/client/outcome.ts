/** What became of a ceremony, as the key of a message: from a server code or a DOMException's name and timing. */
import { Refusal } from './http.ts';

/** Nobody reads and refuses a system dialog this fast (milliseconds). */
const faster = 300;

const byName: Record<string, string> = {
  AbortError: '',
  SecurityError: 'wrong_address',
  EncodingError: 'fault',
  TypeError: 'fault',
  InvalidStateError: 'already_registered',
  NotSupportedError: 'unsupported',
  ConstraintError: 'unsupported',
};

/**
 * @param startedAt when the browser was asked, by performance.now()
 * @param timeout milliseconds that it was given
 * @returns a key of the page's messages; empty for what needs no word
 */
export function outcomeOf(error: unknown, startedAt: number, timeout: number): string {
  if (error instanceof Refusal) return error.code;
  const { name } = error as Error;
  if (name !== 'NotAllowedError') return byName[name] ?? 'failed';
  const passed = performance.now() - startedAt;
  if (passed < faster) return 'blocked';
  return passed > timeout - 1_000 ? 'timed_out' : 'cancelled';
}
