/**
 * One line for each request, when it is over. Never a path, a query, a header, a cookie or a body: what the log calls an
 * address is in route-names.ts.
 */
import { type Logger, logRequest } from '../../logger.ts';
import type { AppMiddleware } from '../http/context.ts';

/**
 * @param logger where the line goes: at level info; at debug when the connection broke before there was an answer, since
 *   whoever likes can do that as often as they like, and the server counts it
 */
export function requestLog(logger: Logger): AppMiddleware {
  return async (ctx, next) => {
    const startedAt = performance.now();
    ctx.res.once('close', () => {
      const { headersSent, statusCode, writableFinished } = ctx.res;
      logRequest(logger, headersSent ? 'info' : 'debug', {
        requestId: ctx.state.requestId,
        method: ctx.method,
        route: ctx.state.route ?? 'unknown',
        ...(headersSent ? { status: statusCode } : {}),
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        address: ctx.state.address,
        ...(writableFinished ? {} : { aborted: true }),
      });
    });
    return next();
  };
}
