/** A limit for one client address on the routes it stands before. */
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../../db/database.ts';
import { DatabaseRateLimiter, type Limit } from '../../db/rate-limiter.ts';
import { tooManyTries } from '../../errors.ts';
import { type Logger, logEvent } from '../../logger.ts';
import type { AppMiddleware } from '../http/context.ts';

/**
 * @param limit its name, how many requests, in how many seconds
 * @throws {AppError} `too_many_requests` with `retryAfter`
 */
export function rateLimit(db: Database, logger: Logger, limit: Limit): AppMiddleware {
  const limiter = new DatabaseRateLimiter(db, limit);
  return async (ctx, next) => {
    try {
      await limiter.consume(ctx.state.address);
    } catch (rejection) {
      if (!(rejection instanceof RateLimiterRes)) throw rejection;
      const { address, requestId } = ctx.state;
      logEvent(logger, 'rate_limited', { outcome: 'refused', reason: limit.name, address, requestId });
      throw tooManyTries(rejection.msBeforeNext);
    }
    return next();
  };
}
