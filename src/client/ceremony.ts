/** One ceremony at a time on this page, autofill included: whoever begins one ends the one before. Knows no options. */

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
 * @param limit milliseconds after which it is ended, if it must not wait for somebody
 * @returns what the browser answers, unless the ceremony was ended meanwhile: then its answer counts for nothing
 * @throws {DOMException} as the browser does; AbortError when it was ended
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
  const timer = limit && setTimeout(endCeremony, limit);
  try {
    return await Promise.race([asked, ended]);
  } finally {
    clearTimeout(timer);
    // One that was told to end counts until it has: whoever told it waits for that.
    if (current === own && !signal.aborted) current = undefined;
  }
}

/** Ends the ceremony that is going on, and waits until it has, but not for long. */
export async function endCeremony(): Promise<void> {
  const former = current;
  if (!former) return;
  former.controller.abort();
  await Promise.race([former.settled, new Promise((resolve) => setTimeout(resolve, patience))]);
  if (current === former) current = undefined;
}
