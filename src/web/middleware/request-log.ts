/** One line for each request, when it is over. Never a query, a header, a cookie, a body or the secret of a link. */
import type { Logger } from '../../logger.ts';
import { withoutSecrets } from '../../paths.ts';
import type { AppMiddleware } from '../http/context.ts';

/** @param logger where the line goes, at level info */
export function requestLog(logger: Logger): AppMiddleware {
  return async (ctx, next) => {
    const startedAt = performance.now();
    ctx.res.once('close', () => {
      logger.info(
        {
          requestId: ctx.state.requestId,
          method: ctx.method,
          path: withoutSecrets(ctx.path).slice(0, 200),
          status: ctx.res.statusCode,
          ms: Math.round((performance.now() - startedAt) * 10) / 10,
          address: ctx.state.address,
          ...(ctx.res.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    return next();
  };
}
