/** Signing out; also when already out. */
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import type { AppRouter } from '../http/context.ts';
import { forgetPending, pendingSignIn } from '../http/pending-cookie.ts';
import { seeOther } from '../http/redirect.ts';
import { dropSession, requesterOrNull } from '../http/session.ts';
import { sourceOf } from '../http/visitor.ts';

type Dependencies = { operations: Operations; secure: boolean };

/** POST /logout: also of a pending sign-in. */
export function signOutRoutes(router: AppRouter, { operations, secure }: Dependencies): void {
  router.post(paths.logout, async (ctx) => {
    const pending = pendingSignIn(ctx, secure);
    if (pending) {
      await operations.endPending(pending, sourceOf(ctx));
      forgetPending(ctx, secure);
    }
    const requester = ctx.state.user && requesterOrNull(ctx);
    if (requester) {
      await operations.signOut(requester, sourceOf(ctx));
      dropSession(ctx);
    }
    ctx.set('Clear-Site-Data', '"cache"');
    seeOther(ctx, paths.login);
  });
}
