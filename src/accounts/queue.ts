/** A bounded queue for work that takes a core: a few at once, some waiting, and a clear refusal beyond. */
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { AppError } from '../errors.ts';

export type Queue = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * @param atOnce how many run together
 * @param waiting how many may wait for their turn
 * @returns runs work in its turn, and answers what it answers
 * @throws {AppError} `service_unavailable` when too many wait already
 */
export function createQueue(atOnce: number, waiting: number): Queue {
  const places = bulkhead(atOnce, waiting);
  return async (work) => {
    try {
      return await places.execute(work);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      const sentence = 'Too many people are signing in right now. Try again in a moment.';
      throw new AppError('service_unavailable', sentence, { cause: error, retryAfter: 2 });
    }
  };
}
