/** Work for a circuit breaker that ends in every way there is, and counts how often it is done. */
import { expect, vi } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';

export function work(outcome: () => unknown) {
  return vi.fn(async () => outcome());
}

export const fails = (kind: 'network' | 'deadline' | 'status' | 'shape' = 'network') =>
  work(() => {
    throw new PasskeyServiceFault(kind);
  });
export const works = () => work(() => 'done');
export const refuses = (status: number, title = '') =>
  work(() => {
    throw new PasskeyApiRefusal(status, { title }, status === 429 ? 7 : undefined);
  });

/** The refusal that a person gets; fails the test when there is none. */
export async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}
