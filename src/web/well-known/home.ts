/** `/`: on to where people want to be. */
import { paths } from '../../paths.ts';
import type { AppRouter } from '../http/context.ts';
import { seeOther } from '../http/redirect.ts';

/** GET / */
export function homeRoutes(router: AppRouter): void {
  router.get(paths.home, (ctx) => seeOther(ctx, ctx.state.user ? paths.dashboard : paths.login));
}
