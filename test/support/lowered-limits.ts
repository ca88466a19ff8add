/** Limits that are others for one test: what they bound is then reached with less. Must not know what is limited. */
import { onTestFinished } from 'vitest';
import { type Limit, limits } from '../../src/limits.ts';

/** Until the test is over, however it ends: later files of the worker share the limits. */
export function withLimits(others: { [name in keyof typeof limits]?: number | Limit }): void {
  const usual = { ...limits };
  Object.assign(limits, others);
  onTestFinished(() => void Object.assign(limits, usual));
}
