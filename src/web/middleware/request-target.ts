/**
 * Reduces a request's target to a path of ours, and says what the log calls it. Koa has no path for some targets and throws
 * where it is asked for one, so nothing behind this may meet them; the error handler needs a path too.
 */
import { AppError } from '../../errors.ts';
import { patterns } from '../../paths.ts';
import type { AppMiddleware } from '../http/context.ts';

/** What mailed links begin with, up to their secret. */
const mailedLinks = Object.values(patterns)
  .filter((pattern) => pattern.endsWith('/:token'))
  .map((pattern) => pattern.slice(0, -':token'.length));

/**
 * RFC 9112, section 3.2: a path as it is; of an absolute address its path, since whose address it names must not
 * matter. Of a mailed link nothing stays that a mail program put behind it after a slash; what it put behind the secret
 * itself, `tokenOf` leaves out.
 *
 * @param nameOf what the log calls a path
 * @throws {AppError} `invalid_request` for any other target
 */
export function requestTarget(nameOf: (path: string) => string): AppMiddleware {
  return async (ctx, next) => {
    const path = pathOf(ctx.req.url ?? '');
    ctx.req.url = path === null ? '/' : withoutGlue(path);
    if (path === null) throw new AppError('invalid_request', 'This request could not be read.');
    ctx.state.route = nameOf(ctx.path);
    return next();
  };
}

function pathOf(target: string): string | null {
  if (target.startsWith('/')) return target;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return null;
  const { pathname, search } = new URL(target);
  return pathname + search;
}

function withoutGlue(path: string): string {
  const start = mailedLinks.find((link) => path.startsWith(link));
  return start ? start + path.slice(start.length).replace(/^([^/?]+)\/[^?]*/, '$1') : path;
}
