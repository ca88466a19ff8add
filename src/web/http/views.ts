/** Pages from Eta templates. Knows where views and assets are; must not know what a page says. */
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { Eta } from 'eta';
import { brand } from '../../brand.ts';
import { inHtml } from '../../names.ts';
import type { Asset, Assets } from './assets.ts';
import type { AppMiddleware } from './context.ts';
import { type Encoding, sendEncoded } from './encoding.ts';

/** A page module's answer: a template and exactly what it prints. */
export type Page = {
  /** Below views/pages, or below views itself when it begins with a slash. */
  template: string;
  title: string;
  /** What a search engine may show of a page that everybody can come to: a sentence or two. */
  description?: string;
  data: object;
  /** A name for what is the same bytes for everybody, so that it is rendered and compressed once; there must be few. */
  constant?: string;
};

/** The same page, plain and in brotli. */
type Rendered = ReadonlyMap<Encoding, string | Buffer>;

/**
 * Adds `ctx.render(page)`. Pages are private and change with every visit, so none is ever stored.
 *
 * @param options.origin the address that people should be at, for a page that is shown at another
 * @param options.cache keep compiled templates; false while somebody edits them
 */
export function views(options: {
  root: string;
  assets: Assets;
  origin: string;
  cache: boolean;
}): AppMiddleware {
  const eta = new Eta({
    views: path.join(options.root, 'views'),
    cache: options.cache,
    autoTrim: ['nl', false],
  });
  const { escapeFunction } = eta.config;
  eta.config.escapeFunction = (value) => inHtml(escapeFunction(value));
  eta.resolvePath = remembering(eta.resolvePath);
  const assets: Record<'styles' | 'guest' | 'account' | 'icon', Asset> = {
    styles: options.assets['styles.css'],
    guest: options.assets['guest.js'],
    account: options.assets['account.js'],
    icon: options.assets['icon.svg'],
  };
  const { origin } = options;
  const render = ({ template, title, description = '', data }: Page) =>
    eta.render(path.posix.resolve('/pages', template), {
      ...data,
      title,
      description,
      assets,
      brand,
      origin,
    });
  const constants = new Map<string, Rendered>();

  function constant(page: Page, name: string): Rendered {
    const html = render(page);
    const rendered = new Map<Encoding, string | Buffer>([
      ['identity', html],
      ['br', brotliCompressSync(html)],
    ]);
    if (options.cache) constants.set(name, rendered);
    return rendered;
  }

  return (ctx, next) => {
    ctx.render = (page) => {
      ctx.type = 'html';
      ctx.set('Cache-Control', 'no-store');
      // Compression is safe here alone: a page that is the same for everybody has no secret to guess by its size.
      if (page.constant) sendEncoded(ctx, constants.get(page.constant) ?? constant(page, page.constant));
      else ctx.body = render(page);
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
