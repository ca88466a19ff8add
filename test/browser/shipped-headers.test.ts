/** The headers that are sent, by what a real browser makes of them. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { useStage } from './support/stage.ts';
import { arriveSignedIn, seesHeading, signsInUnseen } from './support/steps.ts';

const stage = useStage();
const elsewhere = 'http://elsewhere.example';

/** Another site that shows this page. */
async function visitElsewhere(page: Page, body: string): Promise<void> {
  await page.route(`${elsewhere}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Elsewhere</title>${body}` }),
  );
  await page.goto(`${elsewhere}/`);
}

describe('the permissions of a page', () => {
  // That they let us create and use passkeys is what every other file here stands on.
  it('leave passkeys to us alone', async () => {
    const visit = await stage.visit();
    for (const path of [paths.login, paths.dashboard, paths.reauth]) {
      if (path === paths.dashboard) await arriveSignedIn(visit);
      else await visit.open(path);
      const allowed = await visit.page.evaluate(() => {
        const { featurePolicy } = document as unknown as {
          featurePolicy: { getAllowlistForFeature(feature: string): string[] };
        };
        return ['publickey-credentials-get', 'publickey-credentials-create'].map((feature) =>
          featurePolicy.getAllowlistForFeature(feature),
        );
      });
      expect(allowed, path).toEqual([[visit.origin], [visit.origin]]);
      expect(visit.page.url()).toBe(visit.origin + path);
    }
  });
});

describe('[ASVS 3.4.6] another site', () => {
  it('cannot frame any page', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/frame|ERR_BLOCKED_BY_RESPONSE/);
    await arriveSignedIn(visit);
    const framed = [paths.login, paths.dashboard, paths.reauth, paths.helpPasskeys];
    const frames = framed.map((path) => `<iframe title="ours" src="${visit.origin}${path}"></iframe>`);
    await visitElsewhere(page, frames.join(''));
    await soon(() => page.frames().length).toBe(1 + framed.length);
    for (const frame of page.frames().slice(1)) {
      await soon(() => frame.url()).toMatch(/^chrome-error:/);
      expect(await frame.content()).not.toContain(brand.name);
    }
  });

  it('that opens our page in a window has no hold of it', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    await visitElsewhere(page, `<a href="${visit.origin}${paths.login}" target="ours" rel="opener">Go</a>`);
    const [opened] = await Promise.all([
      visit.context.waitForEvent('page'),
      page.getByRole('link', { name: 'Go' }).click(),
    ]);
    await seesHeading(opened, 'Sign in');
    expect(await opened.evaluate(() => window.opener)).toBeNull();
  });
});

/** What the browser calls each thing that it must not do. */
const forbidden = [
  'base-uri',
  'connect-src',
  'form-action',
  'frame-src',
  'img-src',
  'script-src-elem',
  'script-src-elem',
  'style-src-elem',
];

describe('[ASVS 3.4.3] on every page of ours', () => {
  it.each([paths.login, paths.dashboard])(
    '%s: nothing runs, loads or is sent that is not ours',
    async (path) => {
      const visit = await stage.visit();
      const { page } = visit;
      visit.expectReport(/Content Security Policy|Content-Security-Policy/);
      const sent: string[] = [];
      await page.route(`${elsewhere}/**`, (route) => {
        sent.push(route.request().url());
        return route.abort();
      });
      if (path !== paths.login) await signsInUnseen(visit);
      await visit.open(path);
      expect(await page.evaluate(misbehave, { elsewhere, count: forbidden.length })).toEqual(forbidden);
      expect(await page.evaluate(() => Reflect.get(window, 'ran'))).toBeUndefined();
      expect(sent).toEqual([]);
    },
  );
});

/** In the page: everything that somebody would do who could write into it. @returns what the browser forbade */
async function misbehave({ elsewhere, count }: { elsewhere: string; count: number }): Promise<string[]> {
  const seen: string[] = [];
  const all = new Promise<void>((resolve) => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      if (seen.push(effectiveDirective) === count) resolve();
    });
  });
  const add = <T extends HTMLElement>(element: T, more: Partial<T>) =>
    document.body.appendChild(Object.assign(element, more));
  add(document.createElement('script'), { textContent: 'window.ran = true' });
  add(document.createElement('script'), { src: `${elsewhere}/script.js` });
  add(document.createElement('style'), { textContent: 'body { display: none }' });
  add(document.createElement('img'), { src: `${elsewhere}/image.png` });
  add(document.createElement('iframe'), { src: `${elsewhere}/frame` });
  add(document.createElement('base'), { href: elsewhere });
  add(document.createElement('form'), { action: `${elsewhere}/form`, method: 'post' }).submit();
  await fetch(`${elsewhere}/data`).catch(() => {});
  await all;
  return seen.sort();
}
