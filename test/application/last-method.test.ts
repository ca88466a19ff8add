/** The hint of how somebody signed in here last: a word in a cookie that is the same for everybody. */
import { beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { finishSignIn, startSignIn } from '../support/ceremonies.ts';
import { eve } from '../support/person.ts';
import { type Answer, cookieNamed, formType, jsonType, send, signedInCookie } from '../support/request.ts';
import { registered } from '../support/step-up.ts';

const keys = { ada: createAuthenticator(), eve: createAuthenticator() };
let running: TestApp;
beforeAll(async () => {
  running = await startApp();
  await running.createAccount(eve.email, eve.password);
  await registered(running, await signedInCookie(running), keys.ada);
  await registered(running, await signedInCookie(running, eve), keys.eve);
  return () => running.close();
});

const hint = (word: string) => `${cookieNamed(running, 'lastMethod')}=${word}`;
const lines = ({ headers }: Answer) =>
  (headers['set-cookie'] ?? []).filter((line) => line.includes('last_method'));
/** Without the time of its end, which is a second later a second later. */
const timeless = (answer: Answer) => lines(answer).map((line) => line.replace(/expires=[^;]+/i, 'expires='));
const byPassword = (fields: Record<string, string>, app = running, headers = {}) =>
  send(app, paths.login, {
    method: 'POST',
    headers: { ...formType, ...headers },
    body: new URLSearchParams(fields).toString(),
  });
async function byPasskey(authenticator: Authenticator): Promise<Answer> {
  const { cookie, options } = await startSignIn(running);
  return finishSignIn(running, cookie, authenticator.get(options, running.origin));
}
const page = (Cookie: string, path: string = paths.login) => send(running, path, { headers: { Cookie } });

describe('the cookie last_method', () => {
  it('says "password" or "passkey", for a year, to this site and to no script', async () => {
    for (const [method, answer] of [
      ['password', await byPassword(person)],
      ['passkey', await byPasskey(keys.ada)],
    ] as const) {
      const [line = '', ...others] = lines(answer);
      expect(others).toEqual([]);
      expect(line).toMatch(
        new RegExp(
          `^${cookieNamed(running, 'lastMethod')}=${method}; path=/; expires=[^;]+; samesite=lax; httponly$`,
          'i',
        ),
      );
      const end = Date.parse(/expires=([^;]+)/i.exec(line)?.[1] ?? '');
      expect(Math.round((end - Date.now()) / 86_400_000)).toBe(365);
    }
  });

  it('identifies nobody: the same bytes for two people', async () => {
    expect(timeless(await byPassword(person))).toEqual(timeless(await byPassword(eve)));
    expect(timeless(await byPasskey(keys.ada))).toEqual(timeless(await byPasskey(keys.eve)));
  });

  it('[ASVS 3.3.1] is __Host- and Secure with an https origin', async () => {
    const env = { ORIGIN: 'https://app.example.com', TRUST_PROXY: '127.0.0.1' };
    const secure = await startApp({ env });
    try {
      const answer = await byPassword(person, secure, { 'X-Forwarded-Proto': 'https' });
      expect(timeless(answer)).toEqual([
        '__Host-latchkey-last_method=password; path=/; expires=; samesite=lax; secure; httponly',
      ]);
      const hinted = await send(secure, paths.login, {
        headers: { 'X-Forwarded-Proto': 'https', Cookie: '__Host-latchkey-last_method=password' },
      });
      expect(hinted.text).toContain('Last used');
      const planted = await send(secure, paths.login, {
        headers: { 'X-Forwarded-Proto': 'https', Cookie: 'latchkey-last_method=password' },
      });
      expect(planted.text).not.toContain('Last used');
    } finally {
      await secure.close();
    }
  });

  it('is set by nothing that fails, and by no page', async () => {
    const { cookie, options } = await startSignIn(running);
    const assertion = keys.ada.get(options, running.origin);
    const forged = { ...assertion, response: { ...assertion.response, signature: 'AAAA' } };
    const start = { method: 'POST', headers: jsonType, body: '{"start":true}' };
    for (const answer of [
      await byPassword({ ...person, password: 'wrong' }),
      await finishSignIn(running, cookie, forged),
      await send(running, paths.passkeyLogin, start),
      await page(''),
      await page(await signedInCookie(running), paths.dashboard),
    ])
      expect(lines(answer)).toEqual([]);
  });

  it('stays when somebody signs out: it is about the browser', async () => {
    const cookie = await signedInCookie(running);
    const headers = { ...formType, Cookie: cookie };
    expect(lines(await send(running, paths.logout, { method: 'POST', headers, body: '' }))).toEqual([]);
    expect((await page(hint('password'))).text).toContain('Last used');
  });
});

describe('the sign-in page', () => {
  const described = (text: string) =>
    [...text.matchAll(/<button[^>]*aria-describedby="last-used"[^>]*>(?:<svg[\s\S]*?<\/svg>)?([^<]+)/g)].map(
      ([, name]) => name?.trim(),
    );

  it('says it beside that method, as a description: the names of the buttons stay', async () => {
    for (const [cookie, button] of [
      [hint('password'), 'Sign in'],
      [hint('passkey'), 'Sign in with a passkey'],
    ] as const) {
      const { text } = await page(cookie);
      expect(described(text)).toEqual([button]);
      expect(text.match(/id="last-used">Last used</g)).toHaveLength(1);
      expect(text).toMatch(/type="submit"[^>]*>Sign in</);
      expect(text).toContain('Sign in with a passkey</button>');
    }
    expect(described((await page('')).text)).toEqual([]);
  });

  it('is the same bytes for everybody, but for the hint', async () => {
    const device = (await byPassword(eve)).headers['set-cookie']?.find((line) => line.includes('-device='));
    const asStranger = await page(hint('passkey'));
    const asEve = await page(
      `${hint('passkey')}; ${device?.split(';')[0]}; ${cookieNamed(running, 'localPasskey')}=declined`,
    );
    expect(asEve.body.equals(asStranger.body)).toBe(true);
    const bare = (text: string) =>
      text
        .replace(' aria-describedby="last-used"', '')
        .replace('<p class="last" id="last-used">Last used</p>', '')
        .replaceAll('\n', '');
    const [none, password] = [await page(''), await page(hint('password'))];
    expect(password.text).not.toBe(asStranger.text);
    expect([bare(password.text), bare(asStranger.text)]).toEqual([bare(none.text), bare(none.text)]);
  });

  it('believes no other word, and repeats none', async () => {
    const none = await page('');
    for (const word of ['PASSKEY', '"><script>', 'passkey%0d%0a', '__proto__'])
      expect((await page(hint(word))).text, word).toBe(none.text);
  });

  it('also says it when a form comes back, or somewhere else was wanted', async () => {
    const failed = await byPassword({ ...person, password: 'wrong' }, running, {
      Cookie: hint('passkey'),
    });
    expect([failed.status, described(failed.text)]).toEqual([422, ['Sign in with a passkey']]);
    const wanted = await page(hint('password'), `${paths.login}?return_to=%2Fdashboard%3Fa`);
    expect(described(wanted.text)).toEqual(['Sign in']);
  });
});
