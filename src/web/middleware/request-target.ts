/**
 * Takes only targets that are a path of ours (RFC 9112, section 3.2.1). Koa has no path for others and throws where it
 * is asked for one, so nothing behind this may meet them; the error door needs a path too.
 */
import { AppError } from '../../errors.ts';
import type { AppMiddleware } from '../context.ts';

/** @throws {AppError} `invalid_request` for an absolute, empty or asterisk target */
export function requestTarget(): AppMiddleware {
  return async (ctx, next) => {
    if (ctx.req.url?.startsWith('/')) return next();
    ctx.req.url = '/';
    throw new AppError('invalid_request', 'This request could not be read.');
  };
}
