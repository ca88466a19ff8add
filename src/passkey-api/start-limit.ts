/**
 * Bounds the sign-ins that anybody can begin without the key: each leaves a challenge that waits. Whoever has the key
 * answers for their own visitors. Knows addresses and numbers, no ceremony.
 */
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import type { ApiRequest } from './exchange.ts';
import { Problem } from './problem.ts';

type Limit = { points: number /** seconds */; duration: number };

type Parts = {
  db: Database;
  ofAddress: Limit;
  inAll: Limit;
  /** Told of each that is refused. */
  onRefused: (address: string) => void;
};

/** @throws {Problem} 429 when an address, or all together, have begun too many */
export type StartLimit = (request: ApiRequest) => Promise<void>;

export function createStartLimit({ db, ofAddress, inAll, onRefused }: Parts): StartLimit {
  const byAddress = new DatabaseRateLimiter(db, { name: 'passkey-api-starts', ...ofAddress });
  const together = new DatabaseRateLimiter(db, { name: 'passkey-api-starts-in-all', ...inAll });

  async function count(address: string, limiter: DatabaseRateLimiter, key: string, { points }: Limit) {
    const { consumedPoints, msBeforeNext } = await limiter.penalty(key);
    if (consumedPoints <= points) return;
    onRefused(address);
    const seconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
    throw new Problem(429, 'Too Many Requests', 'too many sign-ins were begun', {
      'retry-after': String(seconds),
    });
  }

  return async ({ address }) => {
    // One address that is refused uses nothing up that is everybody's.
    await count(address, byAddress, address, ofAddress);
    await count(address, together, 'all', inAll);
  };
}
