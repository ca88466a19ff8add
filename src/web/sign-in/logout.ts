/** Signing out; also when already out. */
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import type { AppRouter } from '../http/context.ts';
import { seeOther } from '../http/redirect.ts';
import { dropSession, requesterIn } from '../http/session.ts';
import { placeOf } from '../http/visitor.ts';

/** POST /logout. */
export function logoutRoutes(router: AppRouter, { operations }: { operations: Operations }): void {
  router.post(paths.logout, async (ctx) => {
    const requester = ctx.state.user && requesterIn(ctx);
    if (requester) {
      await operations.signOut(requester, placeOf(ctx));
      dropSession(ctx);
    }
    ctx.set('Clear-Site-Data', '"cache"');
    seeOther(ctx, paths.login);
  });
}
