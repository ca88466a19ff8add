/** The headers that are sent, by what a real browser makes of them. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { useStage } from './support/stage.ts';
import { seesHeading, signsInUnseen } from './support/steps.ts';

const stage = useStage();
const elsewhere = 'http://elsewhere.example';

/** Another site that shows this page. */
async function visitElsewhere(page: Page, body: string): Promise<void> {
  await page.route(`${elsewhere}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Elsewhere</title>${body}` }),
  );
  await page.goto(`${elsewhere}/`);
}

it('[ASVS 3.4.6] another site that opens our page in a window has no hold of it, and cannot frame any page', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/frame|ERR_BLOCKED_BY_RESPONSE/);
  await visitElsewhere(page, `<a href="${visit.origin}${paths.login}" target="ours" rel="opener">Go</a>`);
  const [opened] = await Promise.all([
    visit.context.waitForEvent('page'),
    page.getByRole('link', { name: 'Go' }).click(),
  ]);
  await seesHeading(opened, 'Sign in');
  expect(await opened.evaluate(() => window.opener)).toBeNull();
  await opened.close();

  await signsInUnseen(visit);
  // All pages have the same headers (test/application/headers.test.ts).
  const framed = [paths.login, paths.dashboard];
  const frames = framed.map((path) => `<iframe title="ours" src="${visit.origin}${path}"></iframe>`);
  await page.unrouteAll();
  await visitElsewhere(page, frames.join(''));
  await soon(() => page.frames().length).toBe(1 + framed.length);
  for (const frame of page.frames().slice(1)) {
    await soon(() => frame.url()).toMatch(/^chrome-error:/);
    expect(await frame.content()).not.toContain(brand.name);
  }
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

// That the permissions let us create and use passkeys is what every other file here stands on.
it('[ASVS 3.4.3] on every page of ours nothing runs, loads or is sent that is not ours, and passkeys are for us alone', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/Content Security Policy|Content-Security-Policy/);
  const sent: string[] = [];
  await page.route(`${elsewhere}/**`, (route) => {
    sent.push(route.request().url());
    return route.abort();
  });
  for (const path of [paths.login, paths.dashboard]) {
    if (path === paths.dashboard) await signsInUnseen(visit);
    await visit.open(path);
    expect(await page.evaluate(allowlists), path).toEqual([[visit.origin], [visit.origin]]);
    expect(page.url()).toBe(visit.origin + path);
    expect(await page.evaluate(misbehave, { elsewhere, count: forbidden.length }), path).toEqual(forbidden);
    expect(await page.evaluate(() => Reflect.get(window, 'ran')), path).toBeUndefined();
    expect(sent, path).toEqual([]);
  }
});

/** In the page: who may use passkeys, and who may create them. */
function allowlists(): string[][] {
  const { featurePolicy } = document as unknown as {
    featurePolicy: { getAllowlistForFeature(feature: string): string[] };
  };
  return ['publickey-credentials-get', 'publickey-credentials-create'].map((feature) =>
    featurePolicy.getAllowlistForFeature(feature),
  );
}

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
