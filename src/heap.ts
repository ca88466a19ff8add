/** Keeps V8 from holding memory that is garbage. Knows nothing of what the process does. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

/** The young generation keeps the size that it has; V8 would let it grow to 48 MB. */
export const heapFlags = ['--semi-space-growth-factor=1'];

/** To be called when the start is over: what is alive then is what V8 begins to count with. */
export function keepHeapSmall(): void {
  for (const flag of heapFlags) setFlagsFromString(flag);
  collectAsAWholeOnce();
}

/**
 * What V8 waits for before it collects the heap as a whole counts from the last such collection, and the first would come
 * only after much growth: after 8,000 pages a process takes 137 MB with this one, and 195 without.
 */
function collectAsAWholeOnce(): void {
  setFlagsFromString('--gc-global');
  const observer = new PerformanceObserver(() => {
    setFlagsFromString('--no-gc-global');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
