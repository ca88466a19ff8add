/** One ceremony at a time on this page, autofill included: whoever begins one ends the one before. Knows no options. */
import { within } from './within.ts';

/** Milliseconds; no challenge lives longer. */
const longest = 300_000;

/** Milliseconds in which browsers that keep to their time say so themselves. */
const grace = 5_000;

/** How long somebody may be asked, in milliseconds. @param timeout what the browser was given, where it was given one */
export function timeFor({ publicKey: { timeout } }: { publicKey: { timeout: number } }): number {
  return Math.min(timeout || longest, longest) + grace;
}

/** How long a request that was told to end may take to do so (milliseconds). */
const patience = 300;

let current: { controller: AbortController; settled: Promise<unknown> } | undefined;

/** Whether no ceremony is going on. */
export function isIdle(): boolean {
  return !current;
}

/**
 * Begins a ceremony when the one before has settled, which browsers need: a second request beside a pending one fails.
 *
 * @param limit milliseconds after which it is ended, whether the browser hears of that or not
 * @returns what the browser answers, unless the ceremony was ended meanwhile: then its answer counts for nothing
 * @throws {unknown} whatever the browser or a password manager does; AbortError when it was ended, TimeoutError when its
 *   time was over
 */
export async function exclusively<T>(ask: (signal: AbortSignal) => Promise<T>, limit?: number): Promise<T> {
  while (current) await endCeremony();
  const controller = new AbortController();
  const { signal } = controller;
  const asked = ask(signal);
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  const own = { controller, settled: asked.catch(() => {}) };
  current = own;
  const timer = limit && setTimeout(endCeremony, limit, new DOMException('', 'TimeoutError'));
  try {
    return await Promise.race([asked, ended]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    // One that was told to end counts until it has: whoever told it waits for that.
    if (current === own && !signal.aborted) current = undefined;
  }
}

/** Ends the ceremony that is going on, and waits until it has, but not for long. @param reason AbortError by default */
export async function endCeremony(reason?: DOMException): Promise<void> {
  const former = current;
  if (!former) return;
  former.controller.abort(reason);
  await within(patience, former.settled).catch(() => {});
  if (current === former) current = undefined;
}
