/** Everything that is registered after it needs somebody who is signed in. Must not know what that is. */
import { signedOut } from '../../errors.ts';
import { paths, signInPath } from '../../paths.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { safeReturnTo, seeOther, wantedPath } from '../http/redirect.ts';

/**
 * Lets whoever is signed in pass. Others are sent to sign in, and then back to what they asked for. Whoever sent a form
 * is told that it was not saved, and comes back to its page.
 *
 * @param router knows which address shows a page
 * @param origin of the site
 * @throws {AppError} `signed_out` on JSON addresses
 */
export function requireUser(router: AppRouter, origin: string): AppMiddleware {
  return async (ctx, next) => {
    if (ctx.state.user) return next();
    if (ctx.path.startsWith('/api/')) throw signedOut();
    const isPage = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (isPage) return seeOther(ctx, signInPath(wantedPath(ctx)));
    return seeOther(ctx, signInPath(pageOfForm(ctx, router, origin), 'session'));
  };
}

/** What the form carried is gone after sign-in, so its own page is where to begin again; the dashboard if it has none. */
function pageOfForm(ctx: AppContext, router: AppRouter, origin: string): string {
  // Signing in is as good as the proof that was given here: what it was for comes next.
  if (ctx.path === paths.reauth) return safeReturnTo(returnToIn(ctx.request.body), origin);
  return router.match(ctx.path, 'GET').route ? wantedPath(ctx) : paths.dashboard;
}

function returnToIn(body: unknown): unknown {
  return (body as { return_to?: unknown } | undefined)?.return_to;
}
