/**
 * What makes it safe that test files share a worker: a file that leaves something behind, which the next one would
 * meet, fails. Looks at the process and its globals; must not know what is tested.
 */
import { afterAll, expect, vi } from 'vitest';

/** Read before the file is loaded: setup files are loaded anew for each. */
const before = state();
afterAll(() => expect(state(), 'what this file leaves to the next').toEqual(before));

function state() {
  return {
    clock: vi.isFakeTimers() ? 'fake' : 'real',
    environment: { ...process.env },
    directory: process.cwd(),
    listeners: Object.fromEntries(process.eventNames().map((name) => [name, process.listenerCount(name)])),
    // Functions are compared by what they are. Libraries may add globals, and Node fills its own when they are used.
    globals: [fetch, Date, Date.now, Math.random, setTimeout, setInterval, queueMicrotask],
    console: { ...console },
  };
}
