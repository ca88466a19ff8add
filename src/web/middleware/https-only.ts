/**
 * With an https origin, a request that came over plain http does nothing: pages move to https, and what carries
 * data has lost its secrecy already and is refused. Probes of the machine itself may stay plain.
 */
import { AppError } from '../../errors.ts';
import { paths } from '../../paths.ts';
import type { AppMiddleware } from '../http/context.ts';

/** @param origin nothing is asked of requests when it is http */
export function httpsOnly(origin: string): AppMiddleware {
  const required = origin.startsWith('https:');
  return async (ctx, next) => {
    if (!required || ctx.path === paths.health || ctx.path === paths.readiness) return next();
    if (ctx.state.secure) {
      // Koa looks only at the socket; without this a Secure cookie behind the proxy would be a 500.
      ctx.cookies.secure = true;
      return next();
    }
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || ctx.path.startsWith('/api/')) {
      throw new AppError('foreign_origin', 'This address is served over https only.');
    }
    ctx.status = 308;
    ctx.set('Location', origin + ctx.path.replace(/^\/+/, '/') + ctx.search);
    ctx.body = '';
  };
}
