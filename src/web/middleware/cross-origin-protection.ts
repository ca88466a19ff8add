/**
 * Refuses what another website made a browser send, before body, session or database are touched. Browsers say where
 * a request comes from (Fetch Metadata, Origin); a client that says nothing is not a browser and carries no cookies
 * of a person.
 */
import { AppError } from '../../errors.ts';
import { type Logger, logEvent } from '../../logger.ts';
import type { AppContext, AppMiddleware } from '../http/context.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** @param options.origin the configured origin; nothing that a request says about its host counts */
export function crossOriginProtection(options: { origin: string; logger: Logger }): AppMiddleware {
  return (ctx, next) => {
    if (safeMethods.has(ctx.method) || isOwn(ctx, options.origin)) return next();
    logEvent(options.logger, 'foreign_origin_refused', {
      outcome: 'refused',
      reason: `${ctx.method} ${ctx.state.route}`,
      address: ctx.state.address,
      requestId: ctx.state.requestId,
    });
    const sentence = `This request came from another website. This one is at ${options.origin}: open it there and try again.`;
    throw new AppError('foreign_origin', sentence);
  };
}

function isOwn(ctx: AppContext, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site !== '') return site === 'same-origin' || site === 'none';
  const claimed = ctx.get('Origin');
  return claimed === '' || claimed === origin;
}
