/** What has happened to somebody's account, to read and to take along. */
import * as z from 'zod';
import type { ActivityPage, ActivityStore, Place } from '../../accounts/activity-store.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import { brand } from '../../brand.ts';
import { paths } from '../../paths.ts';
import { type AppContext, type AppRouter, currentUser } from '../http/context.ts';
import { requesterOf, visitorOf } from '../http/visitor.ts';
import { whileSignedIn } from '../http/while-signed-in.ts';
import { activityFile, activityPage } from './activity-page.ts';

/** An entry, as the links of a page name it. What is none leads to the newest page. */
const place = z
  .string()
  .max(100)
  .transform((text) => text.split('_'))
  .pipe(z.tuple([z.iso.datetime(), z.string().min(1)]))
  .transform(([at, id]): Place => ({ at: new Date(at), id }))
  .optional()
  .catch(undefined);

type Dependencies = { activity: ActivityStore; sessionStore: SessionStore };

/** GET /settings/activity, GET /settings/activity.csv. */
export function activityRoutes(router: AppRouter, { activity, sessionStore }: Dependencies): void {
  router.get(paths.activity, async (ctx) => {
    const visitor = visitorOf(ctx);
    ctx.render(activityPage(visitor, await pageOf(ctx, activity, visitor.id)));
  });

  router.get(paths.activityFile, async (ctx) => {
    const entries = await activity.everything(currentUser(ctx).id);
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Disposition', `attachment; filename="${brand.slug}-activity.csv"`);
    ctx.type = 'text/csv; charset=utf-8';
    ctx.body = activityFile(whileSignedIn(sessionStore, requesterOf(ctx), entries));
  });
}

function pageOf(ctx: AppContext, activity: ActivityStore, userId: string): Promise<ActivityPage> {
  const [before, after] = [place.parse(ctx.query.before), place.parse(ctx.query.after)];
  if (before) return activity.pageBefore(userId, before);
  return after ? activity.pageAfter(userId, after) : activity.page(userId);
}
