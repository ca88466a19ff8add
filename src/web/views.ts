/** Pages from Eta templates. Knows where views and assets are; must not know what a page says. */
import path from 'node:path';
import { Eta } from 'eta';
import type { Asset, Assets } from './assets.ts';
import type { AppMiddleware } from './context.ts';

/** A page module's answer: a template below views/pages and exactly what it prints. */
export type Page = { template: string; title: string; data: object };

/**
 * Adds `ctx.render(page)`. Pages are private and change with every visit, so none is ever stored.
 *
 * @param options.cache keep compiled templates; false while somebody edits them
 */
export function views(options: { root: string; assets: Assets; cache: boolean }): AppMiddleware {
  const eta = new Eta({
    views: path.join(options.root, 'views'),
    cache: options.cache,
    autoTrim: ['nl', false],
  });
  eta.resolvePath = remembering(eta.resolvePath);
  const assets: Record<'styles' | 'script' | 'icon', Asset> = {
    styles: options.assets['styles.css'],
    script: options.assets['main.js'],
    icon: options.assets['icon.svg'],
  };
  return (ctx, next) => {
    ctx.render = ({ template, title, data }) => {
      ctx.type = 'html';
      ctx.set('Cache-Control', 'no-store');
      ctx.body = eta.render(`pages/${template}`, { ...data, title, assets });
    };
    return next();
  };
}

type PathFinder = NonNullable<Eta['resolvePath']>;

/** Eta looks for the file of each layout and partial anew on each use; once is enough. */
function remembering(find: PathFinder): PathFinder {
  const found = new Map<string, string>();
  return function (template, options) {
    const key = `${options?.filepath ?? ''} ${template}`;
    const file = found.get(key) ?? find.call(this, template, options);
    found.set(key, file);
    return file;
  };
}
