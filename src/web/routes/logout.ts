/** Signing out; also when already out. */
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { AppRouter } from '../context.ts';
import { paths } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { endSession } from '../session.ts';

export function logoutRoutes(router: AppRouter, logger: Logger): void {
  router.post(paths.logout, (ctx) => {
    const { user, address, requestId } = ctx.state;
    if (user) {
      endSession(ctx);
      logEvent(logger, 'sign_out', { outcome: 'success', user: pseudonym(user.id), address, requestId });
    }
    ctx.set('Clear-Site-Data', '"cache"');
    seeOther(ctx, paths.login);
  });
}
