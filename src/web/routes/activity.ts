/** What has happened to somebody's account, to read and to take along. */
import type { ActivityStore } from '../../accounts/activity-store.ts';
import { type AppRouter, currentUser } from '../context.ts';
import { activityFile, activityPage } from '../pages/activity-page.ts';
import { paths } from '../paths.ts';
import { visitorOf } from '../visitor.ts';

/** GET /settings/activity, GET /settings/activity.csv. */
export function activityRoutes(router: AppRouter, { activity }: { activity: ActivityStore }): void {
  router.get(paths.activity, async (ctx) => {
    const visitor = visitorOf(ctx);
    ctx.render(activityPage(visitor, await activity.listFor(visitor.id)));
  });

  router.get(paths.activityFile, async (ctx) => {
    const file = activityFile(await activity.listFor(currentUser(ctx).id));
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Disposition', 'attachment; filename="latchkey-activity.csv"');
    ctx.type = 'text/csv; charset=utf-8';
    ctx.body = file;
  });
}
