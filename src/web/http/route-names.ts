/**
 * What the log calls an address. A path may hold the secret of a mailed link, also where it matches nothing, because a
 * mail program or a person has changed it: the log is told patterns and names of files, and never what was asked for.
 */
import type { Assets } from './assets.ts';
import type { AppRouter } from './context.ts';

/** @returns tells the pattern of the route that has a path, whatever the method; `unknown` where none has */
export function routeNames(router: AppRouter, assets: Assets): (path: string) => string {
  const files = new Set(Object.values(assets).map((asset) => asset.path));
  return (path) => {
    if (files.has(path)) return path;
    const route = router.stack.find((layer) => layer.methods.length > 0 && layer.match(path));
    return route ? String(route.path) : 'unknown';
  };
}
