/**
 * What the tabs of this browser must not do at the same time. Without Web Locks, and where a lock cannot be had, each tab
 * does as if it were alone.
 */

/** Creations run beside each other, but not beside a list for password managers: read too early, it would make them delete the new passkey. */
const creations = 'passkeys';

/** Each start adds a ticket to one cookie: of two at the same moment, one ticket would be lost. */
const starts = 'passkey-start';

/** Milliseconds to wait for a list in another tab, which takes no longer, unless that tab is asleep. */
const patienceWithLists = 10_000;

/** Milliseconds to wait for a start in another tab, which may be asleep. */
const patienceWithStarts = 1_000;

/** Runs the work beside other creations, and not beside a list. */
export function whileCreating<T>(work: () => Promise<T>): Promise<T> {
  return locked(creations, 'shared', patienceWithLists, work);
}

/** Runs the work when nothing is being created; otherwise not at all: the next page will do it. */
export async function unlessCreating(work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request(creations, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}

/** Runs the start of a ceremony when no other tab starts one, or after a second anyway. */
export function inTurn<T>(start: () => Promise<T>): Promise<T> {
  return locked(starts, 'exclusive', patienceWithStarts, start);
}

async function locked<T>(
  name: string,
  mode: LockMode,
  milliseconds: number,
  work: () => Promise<T>,
): Promise<T> {
  let begun: Promise<T> | undefined;
  const begin = () => {
    begun ??= work();
    return begun;
  };
  const signal = AbortSignal.timeout(milliseconds);
  await navigator.locks?.request(name, { mode, signal }, begin).catch(() => {});
  return begin();
}
