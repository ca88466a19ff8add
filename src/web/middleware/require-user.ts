/** The lock: everything behind it needs somebody who is signed in. */
import { signedOut } from '../../errors.ts';
import { loginPath, paths } from '../../paths.ts';
import type { AppMiddleware } from '../http/context.ts';
import { seeOther, wantedPath } from '../http/redirect.ts';

/**
 * Lets whoever is signed in pass. Others are sent to sign in, and then back to what they asked for.
 *
 * @throws {AppError} `signed_out` on JSON addresses
 */
export function requireUser(): AppMiddleware {
  return async (ctx, next) => {
    if (ctx.state.user) return next();
    if (ctx.path.startsWith('/api/')) throw signedOut();
    // What a form carried is gone after sign-in, so its own page is where to begin again.
    const isPage = ctx.method === 'GET' || ctx.method === 'HEAD';
    return seeOther(ctx, loginPath(isPage ? wantedPath(ctx) : paths.dashboard));
  };
}
