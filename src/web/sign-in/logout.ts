/** Signing out; also when already out. */
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import type { AppRouter } from '../http/context.ts';
import { seeOther } from '../http/redirect.ts';
import { askingIn, dropSession } from '../http/session.ts';
import { placeOf } from '../http/visitor.ts';

/** POST /logout. */
export function logoutRoutes(router: AppRouter, { operations }: { operations: Operations }): void {
  router.post(paths.logout, async (ctx) => {
    const asking = ctx.state.user && askingIn(ctx);
    if (asking) {
      await operations.signOut(asking, placeOf(ctx));
      dropSession(ctx);
    }
    ctx.set('Clear-Site-Data', '"cache"');
    seeOther(ctx, paths.login);
  });
}
