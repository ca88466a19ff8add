/**
 * The sign-in page as it comes: its weight, its email field, and the hint at what one signed in with last, which is also
 * looked at in without-passkeys.test.ts.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { emailAddress } from '../../src/accounts/email-address.ts';
import { paths } from '../../src/paths.ts';
import { cookieName, cookiePrefix } from '../../src/web/http/cookies.ts';
import { intercept, letThrough } from './support/interception.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, field, fillSignIn, seesHeading } from './support/steps.ts';

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
  expect([...hosts]).toEqual([visit.origin]);
});

const byPassword = 'Sign in';
const byPasskey = 'Sign in with a passkey';

/** The buttons of the page as a screen reader is told of them: each name with its description. */
async function spokenButtons({ context, page }: Visit): Promise<Record<string, string>> {
  const cdp = await context.newCDPSession(page);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  const buttons = nodes.filter(({ role, ignored }) => role?.value === 'button' && !ignored);
  return Object.fromEntries(buttons.map(({ name, description }) => [name?.value, description?.value ?? '']));
}

/** On a sign-in page whose button for passkeys is there. */
async function sees(visit: Visit, spoken: Record<string, string>): Promise<void> {
  const { page } = visit;
  await seesHeading(page, 'Sign in');
  await button(page, byPasskey).waitFor();
  expect(await spokenButtons(visit)).toEqual({
    'Show password': '',
    [byPassword]: '',
    [byPasskey]: '',
    ...spoken,
  });
}

/** The hint is seen right below its button, before anything else. */
async function seesHintBelow({ page }: Visit, name: string): Promise<void> {
  const hint = page.getByText('Last used', { exact: true });
  expect(await hint.isVisible()).toBe(true);
  const [above, own] = [await button(page, name).boundingBox(), await hint.boundingBox()];
  const gap = (own?.y ?? 0) - (above?.y ?? 0) - (above?.height ?? 0);
  expect(gap).toBeGreaterThanOrEqual(0);
  expect(gap).toBeLessThan(16);
}

/** As a sign-in leaves it (test/application/last-method.test.ts). */
async function lastUsed(visit: Visit, value: string): Promise<void> {
  const name = cookieName(cookiePrefix(visit.origin), 'lastMethod', false);
  await visit.context.addCookies([{ name, value, url: visit.origin }]);
  await visit.open(paths.login);
}

it('before anybody has signed in there is no hint; after the password or a passkey it stands at its button, and describes it, also when a sign-in fails', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await visit.open(paths.login);
  await sees(visit, {});
  expect(await page.getByText('Last used').count()).toBe(0);
  await lastUsed(visit, 'password');
  await sees(visit, { [byPassword]: 'Last used' });
  await seesHintBelow(visit, byPassword);
  await lastUsed(visit, 'passkey');
  await sees(visit, { [byPasskey]: 'Last used' });
  await seesHintBelow(visit, byPasskey);
  await fillSignIn(visit, 'wrong password');
  await page.getByText('Email or password is wrong.').waitFor();
  await sees(visit, { [byPasskey]: 'Last used' });
});

const typed = [
  'ada@example.com',
  'Ada@Example.COM',
  ' ada@example.com ',
  'ada+tag@sub.example.co.uk',
  'a&b@example.com',
  "o'neil@example.com",
  'a!#$%*/=?^_`{|}~b@example.com',
  'a..b@example.com',
  '.ada@example.com',
  'ada.@example.com',
  'ada@a.b',
  'ada@1.example',
  'ada@127.0.0.1',
  'ada@[127.0.0.1]',
  'ada@example.com.',
  'ada@example..com',
  'ada@my_host.example',
  'ada@-example.com',
  'ada@example-.com',
  'ada@a--b.example',
  '"ada king"@example.com',
  'ada king@example.com',
  'ada',
  'ada@',
  '@example.com',
  'ada@eve@example.com',
  'ada,eve@example.com',
  'ada(x)@example.com',
  `ada@${'a'.repeat(63)}.example`,
  `ada@${'a'.repeat(64)}.example`,
  `${'a'.repeat(65)}@example.com`,
  'user@пример.рф',
  'User@ПРИМЕР.РФ',
  'user@xn--e1afmkfd.xn--p1ai',
  'user@bücher.example',
  'user@例え.テスト',
  'user@пример.рф.',
  'müller@example.com',
  'аda@example.com',
];

/** What the browser sends of it, whether it takes it, and what the server thinks of both. */
type Opinion = { text: string; taken: boolean; sent: string | undefined; raw: string | undefined };

it('what the field takes, with a dot in the domain, is an address; what it does not take is none', async () => {
  const { page, open } = await stage.visit();
  await open(paths.login);
  const input = field(page, 'Email');
  // As a person types or pastes it: what a script sets is taken as it is.
  const seen = await input.evaluate(
    (element: HTMLInputElement, typed) =>
      typed.map((text) => {
        element.select();
        document.execCommand(text ? 'insertText' : 'delete', false, text);
        return { text, value: element.value, taken: element.validity.valid };
      }),
    typed,
  );
  const opinions: Opinion[] = seen.map(({ text, value, taken }) => {
    const [sent, raw] = [value, text].map((each) => emailAddress.safeParse(each).data);
    return { text, taken, sent, raw };
  });
  const disagreed = opinions.filter(({ taken, sent, raw }) => taken !== (sent !== undefined) || sent !== raw);
  expect(disagreed).toEqual([]);
});
