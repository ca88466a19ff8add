import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { loadAssets } from '../../src/web/http/assets.ts';
import { everyAnswer } from '../support/answers.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { cookiesOf, formType, send, signedInCookie } from '../support/request.ts';

const contentSecurityPolicy =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';" +
  "base-uri 'none';frame-ancestors 'none';object-src 'none';manifest-src 'self'";

const security = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'permissions-policy': 'publickey-credentials-get=(self), publickey-credentials-create=(self)',
};

const proxied = { 'X-Forwarded-Proto': 'https' };
const overHttps = {
  ORIGIN: 'https://app.example.com',
  TRUST_PROXY: '127.0.0.1',
};

const names = Object.keys(everyAnswer({} as TestApp).answers);

const settings = [
  { origin: 'an http origin', env: {}, more: {}, expected: security, asked: names },
  {
    origin: 'an https origin',
    env: overHttps,
    more: proxied,
    expected: {
      ...security,
      'content-security-policy': `${contentSecurityPolicy};upgrade-insecure-requests`,
      'strict-transport-security': 'max-age=63072000',
    },
    // The setting changes what one middleware says: a page, a redirect, JSON, a refusal and a fault are enough.
    asked: [
      '200 for a guest',
      '200 for a ceremony',
      '303 after sign-in',
      '403 for a page',
      '409 for JSON',
      '500 for a page',
    ],
  },
];

/** What else an answer may say of itself. */
const others = new Set(
  'date connection keep-alive transfer-encoding content-type content-length content-disposition cache-control allow location retry-after set-cookie vary'.split(
    ' ',
  ),
);

describe.each(settings)('the headers of every answer with $origin', ({ env, more, expected, asked }) => {
  let running: TestApp;
  beforeAll(async () => {
    running = await startApp({ env });
  });
  afterAll(() => running.close());

  it.each(asked)(
    '[ASVS 3.2.1, 3.4.1, 3.4.3, 3.4.4, 3.4.5, 3.4.6, 3.4.8, 3.5.8] are exactly these on %s',
    async (name) => {
      const { status, headers } = (await everyAnswer(running, more).answers[name]?.()) ?? {};
      expect(String(status)).toBe(name.slice(0, 3));
      const told = Object.entries(headers ?? {}).filter(([header]) => !others.has(header));
      expect(Object.fromEntries(told)).toEqual(expected);
      if (status !== 200 || !/probe|question/.test(name)) expect(headers?.['cache-control']).toBe('no-store');
      if (status !== 303) expect(headers?.location).toBeUndefined();
    },
  );
});

describe('caching', () => {
  let running: TestApp;
  beforeAll(async () => {
    running = await startApp();
  });
  afterAll(() => running.close());

  it('[ASVS 14.2.2, 14.3.2] no private page is ever stored, whoever asks and however it ends', async () => {
    const Cookie = await signedInCookie(running);
    for (const path of [paths.dashboard, paths.login, '/', '/dashboard/x.css', '/passkeys/x/rename']) {
      expect((await send(running, path, { headers: { Cookie } })).headers['cache-control']).toBe('no-store');
    }
  });

  it('[ASVS 4.1.1] built files are kept for a year, in the encoding that was asked for, without a cookie', async () => {
    // What browsers send, for each; what anybody may send, for one.
    const usual = ['gzip, deflate, br, zstd', 'br'];
    for (const [index, { path, type }] of Object.values(loadAssets(running.config.root)).entries()) {
      const others = [
        ['br', 'br'],
        ['gzip, br;q=0', 'gzip'],
        ['gzip', 'gzip'],
        ['identity', undefined],
        ['zstd', undefined],
      ];
      for (const [asked, encoding] of index === 0 ? [usual, ...others] : [usual]) {
        const { status, headers } = await send(running, path, {
          headers: { 'Accept-Encoding': asked as string },
        });
        expect([status, headers['content-type'], headers['content-encoding']]).toEqual([200, type, encoding]);
        expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
        expect([headers.vary, headers['set-cookie']]).toEqual(['Accept-Encoding', undefined]);
        expect(headers).toMatchObject(security);
      }
    }
  });

  it('[ASVS 14.3.1] signing out clears what the browser kept', async () => {
    const headers = { ...formType, Cookie: await signedInCookie(running) };
    const answer = await send(running, paths.logout, { method: 'POST', headers, body: '' });
    expect(answer.headers['clear-site-data']).toBe('"cache"');
    expect(cookiesOf(answer)).toBe('');
  });

  it('[ASVS 3.4.2] another origin is never allowed to read, not even when it asks first', async () => {
    const headers = { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' };
    for (const path of [paths.passkeyLogin, paths.login, paths.health]) {
      const answer = await send(running, path, { method: 'OPTIONS', headers });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});
