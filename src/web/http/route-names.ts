/**
 * What the log calls an address. A path may hold the secret of a mailed link, also where it matches nothing, because a
 * mail program or a person has changed it: the log is told patterns and names of files, and never what was asked for.
 */
import type { Assets } from './assets.ts';
import type { AppRouter } from './context.ts';

/** @returns tells the pattern of the route that has a path, whatever the method; `unknown` where none has */
export function routeNames(router: AppRouter, assets: Assets): (path: string) => string {
  const routes = router.stack.filter((layer) => layer.methods.length > 0);
  const patterns = routes.map((layer) => String(layer.path));
  // Most requests are for these; to try one pattern after the other takes as long as the whole sign-in page.
  const alone = [
    ...Object.values(assets).map((asset) => asset.path),
    ...patterns.filter((each) => !each.includes(':')),
  ];
  const exact = new Set(alone);
  return (path) =>
    exact.has(path) ? path : (patterns[routes.findIndex((layer) => layer.match(path))] ?? 'unknown');
}
