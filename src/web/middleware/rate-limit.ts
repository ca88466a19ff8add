/** A limit for one client address on the routes it stands before. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../../db/database.ts';
import { DatabaseRateLimiter, type Limit } from '../../db/rate-limiter.ts';
import { tooManyTries } from '../../errors.ts';
import type { AppMiddleware } from '../http/context.ts';

/**
 * @param limit its name, how many requests, in how many seconds
 * @param atATime how many requests of an address this process counts by itself before it counts them for all processes:
 *   whoever comes now and then costs no write. It may let as many more pass.
 * @throws {AppError} `too_many_requests` with `retryAfter`
 */
export function rateLimit(db: Database, limit: Limit, atATime = 1): AppMiddleware {
  const count = counter(db, limit, atATime);
  return async (ctx, next) => {
    try {
      await count(ctx.state.address);
    } catch (rejection) {
      if (!(rejection instanceof RateLimiterRes)) throw rejection;
      throw tooManyTries(rejection.msBeforeNext, limit.name);
    }
    return next();
  };
}

/** @returns counts a request; throws what the library throws when there were too many */
function counter(db: Database, limit: Limit, atATime: number): (address: string) => Promise<unknown> {
  const shared = new DatabaseRateLimiter(db, limit);
  if (atATime === 1) return (address) => shared.consume(address);
  // Refuses only what has been blocked.
  const own = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: limit.duration });

  return async (address) => {
    const { consumedPoints } = await own.consume(address);
    if (consumedPoints % atATime !== 0) return;
    await shared.consume(address, atATime).catch(async (rejection) => {
      if (rejection instanceof RateLimiterRes) await own.block(address, rejection.msBeforeNext / 1_000);
      throw rejection;
    });
  };
}
