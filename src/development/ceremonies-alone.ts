/**
 * The ceremony viewer beside the passkey API served alone: watches an app of somebody's own through what it asks. In
 * development only. Must not know the API.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CeremonyMoment } from '../passkeys/observer.ts';
import { namesThisMachine } from '../settings/hosts.ts';
import type { AppContext, AppMiddleware } from '../web/http/context.ts';
import { views } from '../web/http/views.ts';
import { ceremoniesPage } from './ceremonies-page.ts';
import { createCeremonyLog } from './ceremony-log.ts';

const address = '/dev/ceremonies';
/** Read anew each time. The API has no built files, so the styles of pages come as they were written. */
const stylesheets: Readonly<Record<string, string>> = {
  '/dev/ceremonies.css': 'views/development/ceremonies.css',
  '/dev/styles.css': 'public/styles.css',
};

/** No more than the page needs, which has no script here. */
const assets = {
  'styles.css': { path: '/dev/styles.css', integrity: '' },
  'icon.svg': { path: 'data:,' },
} as unknown as Parameters<typeof views>[0]['assets'];

const policy = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'";

/** @param root the project directory */
export function createCeremoniesAlone(root: string) {
  const log = createCeremonyLog();
  const withPages = views({ root, assets, origin: '', cache: false });

  async function answer(ctx: AppContext): Promise<void> {
    ctx.set('Content-Security-Policy', policy);
    ctx.set('Cache-Control', 'no-store');
    const file = stylesheets[ctx.path];
    if (!file) return ctx.render(ceremoniesPage(log.newestFirst(), '/dev/ceremonies.css', 'another app'));
    ctx.type = 'css';
    ctx.body = await readFile(path.join(root, file), 'utf8');
  }

  const isPage = ({ path: asked }: AppContext) => asked === address || Object.hasOwn(stylesheets, asked);

  const pages: AppMiddleware = (ctx, next) =>
    isPage(ctx) && namesThisMachine(ctx.host) ? withPages(ctx, () => answer(ctx)) : next();

  return {
    address,
    /** Serves the page and its stylesheets, and leaves everything else to what comes next. */
    pages,
    observe: (moment: CeremonyMoment): void => log.add(moment),
  };
}
