import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { intercept, letThrough } from './support/interception.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button } from './support/steps.ts';

const stage = useStage();
const listening: (() => void)[] = [];
afterEach(() => {
  for (const stop of listening.splice(0)) stop();
});

/** Every request that reaches the server from now on. */
function requests(): string[] {
  const seen: string[] = [];
  const { server } = stage.app();
  const note = ({ method, url }: IncomingMessage, _response: ServerResponse) => seen.push(`${method} ${url}`);
  server.on('request', note);
  listening.push(() => server.off('request', note));
  return seen;
}

/** How heavy, in brotli, each answer is that this page gets from now on. */
function weighAnswers(page: Page): { script: boolean; weight: Promise<number> }[] {
  const answers: { script: boolean; weight: Promise<number> }[] = [];
  page.on('response', (response) => {
    const weight = response.body().then((body) => brotliCompressSync(body).length);
    answers.push({ script: response.request().resourceType() === 'script', weight });
  });
  return answers;
}

/** How much is transferred to this page from now on, in bytes. */
async function countBytes({ context, page }: Visit): Promise<() => number> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  let transferred = 0;
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => {
    transferred += encodedDataLength;
  });
  return () => transferred;
}

it('is small: at most four requests with the start of a passkey sign-in, 10 KB in brotli, a script of 4 KB, no more than a server may send at once and nothing from elsewhere; blocks nothing for its script, and reveals the passkey button without moving the form', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  const seen = requests();
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  const answers = weighAnswers(page);
  const transferred = await countBytes(visit);
  await Promise.all([page.waitForResponse(`**${paths.passkeyLogin}`), visit.open(paths.login)]);
  await atRest(page);

  expect(seen).toHaveLength(new Set(seen).size);
  expect(seen).toContain(`POST ${paths.passkeyLogin}`);
  expect(seen.length).toBeLessThanOrEqual(4);

  const weights = await Promise.all(answers.map(({ weight }) => weight));
  const scripts = weights.filter((_, at) => answers[at]?.script);
  expect(scripts).toHaveLength(1);
  expect(scripts[0]).toBeLessThanOrEqual(4_096);
  expect(weights.length).toBeGreaterThanOrEqual(3);
  expect(weights.reduce((sum, weight) => sum + weight)).toBeLessThanOrEqual(10_240);

  expect(transferred()).toBeGreaterThan(2_000);
  // On a new connection: ten segments of 1460 bytes, RFC 6928.
  expect(transferred()).toBeLessThanOrEqual(14_600);

  await button(page, 'Sign in with a passkey').waitFor();
  const blocking = await page
    .locator('script')
    .evaluateAll((all) => all.filter((script) => (script as HTMLScriptElement).type !== 'module').length);
  expect(blocking).toBe(0);
  const revealed = await page.locator('form').boundingBox();
  await intercept(page, '/assets/*.js', (route) => route.abort());
  visit.expectReport(/ERR_FAILED/);
  await page.reload();
  expect(await button(page, 'Sign in with a passkey').count()).toBe(0);
  expect(revealed).not.toBeNull();
  expect(await page.locator('form').boundingBox(), 'without its script').toEqual(revealed);
  await letThrough(page);
  await arriveSignedIn(visit);
  expect([...hosts]).toEqual([visit.origin]);
});
