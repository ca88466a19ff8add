/** Signing out; also when already out. */
import type { SessionStore } from '../../accounts/session-store.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { AppRouter } from '../context.ts';
import { paths } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { endSession } from '../session.ts';

type Dependencies = { sessionStore: SessionStore; logger: Logger };

/** POST /logout. */
export function logoutRoutes(router: AppRouter, { sessionStore, logger }: Dependencies): void {
  router.post(paths.logout, async (ctx) => {
    const { user, address, requestId } = ctx.state;
    if (user) {
      await endSession(ctx, sessionStore);
      logEvent(logger, 'sign_out', { outcome: 'success', user: pseudonym(user.id), address, requestId });
    }
    ctx.set('Clear-Site-Data', '"cache"');
    seeOther(ctx, paths.login);
  });
}
