/**
 * Bounds the sign-ins that anybody can begin without the key: each leaves a challenge that waits. Whoever has the key
 * answers for their own visitors. Knows addresses and numbers, no ceremony.
 */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import { Problem } from './problem.ts';

type Limit = { points: number /** seconds */; duration: number };

type Parts = {
  db: Database;
  ofAddress: Limit;
  inAll: Limit;
  /** Where a request comes from. */
  addressOf: (request: IncomingMessage) => string;
  /** Told of each that is refused. */
  onRefused: (address: string) => void;
};

/** @throws {Problem} 429 when an address, or all together, have begun too many */
export type StartLimit = (ctx: Context) => Promise<void>;

export function createStartLimit({ db, ofAddress, inAll, addressOf, onRefused }: Parts): StartLimit {
  const byAddress = new DatabaseRateLimiter(db, { name: 'passkey-api-starts', ...ofAddress });
  const together = new DatabaseRateLimiter(db, { name: 'passkey-api-starts-in-all', ...inAll });

  async function count(ctx: Context, limiter: DatabaseRateLimiter, key: string, { points }: Limit) {
    const { consumedPoints, msBeforeNext } = await limiter.penalty(key);
    if (consumedPoints <= points) return;
    onRefused(addressOf(ctx.req));
    ctx.set('Retry-After', String(Math.max(1, Math.ceil(msBeforeNext / 1_000))));
    throw new Problem(429, 'Too Many Requests', 'too many sign-ins were begun');
  }

  return async (ctx) => {
    // One address that is refused uses nothing up that is everybody's.
    await count(ctx, byAddress, addressOf(ctx.req), ofAddress);
    await count(ctx, together, 'all', inAll);
  };
}
