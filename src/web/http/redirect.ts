/** Where to go next. Only paths of this origin ever leave here. Must not know what was done before. */
import { paths } from '../../paths.ts';
import type { AppContext } from './context.ts';

/** Characters of an address to return to; a longer one would not fit into headers on its way back. */
const longestReturnTo = 2_048;

/** Where a request wanted to go; the dashboard when that is too long to be carried along. */
export function wantedPath(ctx: AppContext): string {
  const wanted = ctx.path + ctx.search;
  return wanted.length <= longestReturnTo ? wanted : paths.dashboard;
}

/** Answers 303 with our own, empty body (Koa's redirect accepts foreign addresses and writes markup). */
export function seeOther(ctx: AppContext, location: string): void {
  ctx.status = 303;
  ctx.set('Location', location);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = '';
}

/**
 * The path that somebody asked to return to, if it is one of this origin; else the dashboard. What is validated is
 * what is returned.
 *
 * @param asked anything that came with a request
 */
export function safeReturnTo(asked: unknown, origin: string): string {
  if (
    typeof asked !== 'string' ||
    asked === '' ||
    asked.length > longestReturnTo ||
    !URL.canParse(asked, origin)
  )
    return paths.dashboard;
  const url = new URL(asked, origin);
  const path = url.pathname + url.search;
  return url.origin === origin && /^\/(?!\/)/.test(path) ? path : paths.dashboard;
}
