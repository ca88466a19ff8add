/**
 * A browser profile with one page. A new one costs more than most tests do in it, so one visit after the other may have the
 * same: whatever was brought into it is taken out in between. What stays is what the browser has fetched, and the process.
 */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  CDPSession,
  Disposable,
  Page,
} from 'playwright-core';
import { paths } from '../../../src/paths.ts';
import { addAuthenticator, type VirtualAuthenticator } from '../../support/virtual-authenticator.ts';
import { patience } from './patience.ts';
import { watchTraffic } from './rest.ts';

export type Profile = {
  context: BrowserContext;
  page: Page;
  authenticator: VirtualAuthenticator;
  /** What the pages have said on the console, thrown and had blocked since it was empty. */
  reports: string[];
  /** @returns whether it is as new: a clock that was installed stays */
  empties(): Promise<boolean>;
};

export async function createProfile(browser: Browser, options: BrowserContextOptions): Promise<Profile> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patience);
  const reports = watch(context);
  watchTraffic(context);
  const page = await context.newPage();
  const takeOut = followsWhatStays(context, page);
  const authenticator = await addAuthenticator(page);
  const profile: Profile = { context, page, authenticator, reports, empties };
  return profile;

  async function empties(): Promise<boolean> {
    if (page.isClosed() || takeOut.has(page.clock)) return false;
    for (const one of [...takeOut.values()].flat()) await one();
    takeOut.clear();
    await Promise.all(context.pages().map((one) => one !== page && one.close()));
    // A page of the same origin has the same process; a new one is most of what a new profile costs.
    await page.goto(paths.health);
    await page.evaluate(() => {
      for (const storage of [localStorage, sessionStorage]) storage.clear();
    });
    await Promise.all([page.unrouteAll(), context.unrouteAll(), context.clearCookies()]);
    profile.authenticator = await addAuthenticator(page);
    reports.length = 0;
    return true;
  }
}

type TakenOut = Map<object, (() => unknown)[]>;

/** Follows what outlives a page. @returns how it is taken out, of each object that was told to keep it */
function followsWhatStays(context: BrowserContext, page: Page): TakenOut {
  const takeOut: TakenOut = new Map();
  const follow = <T>(owner: object, name: string, back: (made: T, ...parts: never[]) => unknown) => {
    const real = Reflect.get(owner, name) as (...parts: unknown[]) => T;
    const followed = (...parts: unknown[]) => {
      const made = real.apply(owner, parts);
      takeOut.set(owner, [...(takeOut.get(owner) ?? []), () => back(made, ...(parts as never[]))]);
      return made;
    };
    Object.assign(owner, { [name]: followed });
  };
  const { setOffline } = context;
  const { setViewportSize, emulateMedia } = page;
  const size = page.viewportSize() ?? { width: 1280, height: 720 };
  for (const name of ['addInitScript', 'exposeFunction'])
    follow<Promise<Disposable>>(context, name, async (made) => (await made).dispose());
  follow<Promise<CDPSession>>(context, 'newCDPSession', async (made) => (await made).detach());
  follow(context, 'setOffline', () => setOffline.call(context, false));
  follow(page, 'setViewportSize', () => setViewportSize.call(page, size));
  follow(page, 'emulateMedia', () => emulateMedia.call(page, { colorScheme: null }));
  follow(page, 'on', (_, event, listener) => page.off(event, listener));
  follow(page.clock, 'install', () => {});
  return takeOut;
}

/** Policy violations are among the console's errors. */
function watch(context: BrowserContext): string[] {
  const reports: string[] = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) reports.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (fault) => reports.push(`uncaught: ${fault.error().message}`));
  return reports;
}
