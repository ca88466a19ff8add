/**
 * What the tabs of this browser must not do at the same time. Without Web Locks each tab does as if it were alone.
 */
import { Refusal } from './http.ts';

/** Creations run beside each other, but not beside a list for password managers: read too early, it would make them delete the new passkey. */
const creations = 'passkeys';

/** Each start adds a ticket to one cookie: of two at the same moment, one ticket would be lost. */
const starts = 'passkey-start';

/** Milliseconds to wait for another tab, which may be asleep. */
const patience = 1_000;

/** Runs the work beside other creations, and not beside a list. */
export function whileCreating<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(creations, { mode: 'shared' }, work) : work();
}

/** Runs the work when nothing is being created; otherwise not at all: the next page will do it. */
export async function unlessCreating(work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request(creations, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}

/** Runs the start of a ceremony when no other tab starts one, or after a second anyway. */
export async function inTurn<T>(start: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return start();
  try {
    return await navigator.locks.request(starts, { signal: AbortSignal.timeout(patience) }, start);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return start();
  }
}
