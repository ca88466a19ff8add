/**
 * What makes it safe that test files share a worker: a file that leaves something behind, which the next one would
 * meet, fails. Knows nothing of what is tested.
 */
import { afterAll, beforeAll, expect, vi } from 'vitest';

/** Everything of a worker that any file can change for all others. */
const state = () => ({
  fetch: globalThis.fetch,
  globals: Object.getOwnPropertyNames(globalThis).toSorted(),
  clock: vi.isFakeTimers() ? 'fake' : 'real',
  environment: { ...process.env },
  directory: process.cwd(),
  listeners: Object.fromEntries(process.eventNames().map((name) => [name, process.listenerCount(name)])),
});

let before: ReturnType<typeof state>;
beforeAll(() => {
  before = state();
});
afterAll(() => expect(state(), 'what this file leaves to the next').toEqual(before));
