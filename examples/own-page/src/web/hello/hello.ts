/** A page of our own, for whoever is signed in. */
import { paths } from '../../paths.ts';
import { type AppRouter, currentUser } from '../http/context.ts';
import { visitorOf } from '../http/visitor.ts';
import { helloPage } from './hello-page.ts';

/** GET /hello. */
export function helloRoutes(router: AppRouter): void {
  router.get(paths.hello, (ctx) => ctx.render(helloPage(visitorOf(ctx), currentUser(ctx).createdAt)));
}
