/**
 * Requests of a page that a test answers itself. Whenever that begins or ends, the page is at rest: Chromium may never
 * answer a request that is on its way at that moment.
 */
import type { Page, Route } from 'playwright-core';
import { atRest } from './rest.ts';

type Answering = (route: Route) => unknown;

/** From now on the page's requests to this path are answered by the test. @param options.times how many; all by default */
export async function intercept(
  page: Page,
  path: string,
  answer: Answering,
  options: { times?: number } = {},
): Promise<void> {
  await atRest(page);
  await page.route(`**${path}`, answer, options);
}

/** From now on they reach the application again. @param path of all paths when left out */
export async function letThrough(page: Page, path?: string): Promise<void> {
  await atRest(page);
  await (path === undefined ? page.unrouteAll() : page.unroute(`**${path}`));
}
