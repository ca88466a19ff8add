/** What people read when something was refused or failed: in their own frame, in plain words, with the next step as a button. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionLifetime } from '../../src/lifetimes.ts';
import { paths } from '../../src/paths.ts';
import { withoutTable } from '../support/answers.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { formType, send, signedInCookie, type Wording } from '../support/request.ts';

let running: MailedApp;
let closed: TestApp;
let Cookie: string;
beforeAll(async () => {
  running = await startMailedApp();
  closed = await startApp({ database: running.database });
  Cookie = await signedInCookie(running);
});
afterAll(async () => {
  await closed.close();
  await running.close();
});

const Accept = 'text/html,application/xhtml+xml';
const shown = (html: string) => ({
  heading: /<h1>([^<]+)<\/h1>/.exec(html)?.[1],
  buttons: [...html.matchAll(/<a class="button wide" href="([^"]+)">([^<]+)<\/a>/g)].map(([, href, text]) => [
    href,
    text,
  ]),
});
const isFramed = (html: string) =>
  html.includes(`>${person.email}</span>`) && html.includes(`action="${paths.logout}"`);

async function ask(path: string, { headers, ...wording }: Wording = {}, app: TestApp = running) {
  const guest = await send(app, path, { ...wording, headers: { Accept, ...headers } });
  const user = await send(app, path, { ...wording, headers: { Accept, Cookie, ...headers } });
  return { guest, user };
}

const post = (body: string, headers: Record<string, string> = formType): Wording => ({
  method: 'POST',
  headers,
  body,
});
const toSignIn = [paths.login, 'Go to the sign-in page'];
const toDashboard = [paths.dashboard, 'Go to your dashboard'];
const back = (path: string) => [path, 'Go back'];

type Case = [
  what: string,
  status: number,
  path: string,
  wording: Wording,
  heading: string,
  guest: string[],
  user: string[],
];
const cases: Case[] = [
  ['a page that is not there', 404, '/nowhere', {}, 'Page not found', toSignIn, toDashboard],
  ['a foreign address', 404, '//evil.example/x', {}, 'Page not found', toSignIn, toDashboard],
  [
    'a way that a page does not work',
    405,
    paths.lostPasskey,
    { method: 'DELETE' },
    'This page can’t do that',
    back(paths.lostPasskey),
    back(paths.lostPasskey),
  ],
  [
    'a form that is too long',
    413,
    paths.knownDevice,
    post(`email=${'a'.repeat(20_000)}`),
    'That is too long',
    back(paths.knownDevice),
    back(paths.knownDevice),
  ],
  [
    'a form that is none',
    415,
    paths.login,
    post('{}', { 'Content-Type': 'application/json' }),
    'That did not work',
    back(paths.login),
    back(paths.login),
  ],
  [
    'a form that cannot be read',
    400,
    paths.login,
    post('email=%ff'),
    'That did not work',
    back(paths.login),
    back(paths.login),
  ],
];

it.each(cases)('of %s (%s)', async (_, status, path, wording, heading, guestWay, userWay) => {
  const { guest, user } = await ask(path, wording);
  expect([guest.status, shown(guest.text)]).toEqual([status, { heading, buttons: [guestWay] }]);
  expect([user.status, shown(user.text)]).toEqual([status, { heading, buttons: [userWay] }]);
  expect([isFramed(guest.text), isFramed(user.text)]).toEqual([false, true]);
});

describe('of what another website sent', () => {
  it.each([{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }])('%j', async (said) => {
    const wording = post('email=a&password=b', { ...formType, ...said });
    const { guest, user } = await ask(paths.login, wording);
    for (const { status, headers, text } of [guest, user]) {
      expect([status, headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
      expect(shown(text)).toEqual({
        heading: 'We blocked this request',
        buttons: [[paths.home, 'Go to the start page']],
      });
      expect(isFramed(text)).toBe(false);
    }
    const api = await send(running, paths.login, {
      ...wording,
      headers: { ...wording.headers, Accept: 'application/json' },
    });
    expect(JSON.parse(api.text)).toMatchObject({ status: 403, code: 'foreign_origin' });
  });
});

it('of an address for scripts, where a browser shows the answer to a person', async () => {
  const wording = post('{}', { 'Content-Type': 'application/json', Origin: 'https://evil.example' });
  expect(shown((await ask(paths.passkeyLogin, wording)).guest.text).heading).toBe('We blocked this request');
  for (const asked of ['*/*', 'application/json', '']) {
    const headers = { ...wording.headers, ...(asked ? { Accept: asked } : {}) };
    const { text } = await send(running, paths.passkeyLogin, { ...wording, headers });
    expect(JSON.parse(text)).toMatchObject({ status: 403, code: 'foreign_origin' });
  }
});

it('of a site on which nobody signs up, or which sends no mail', async () => {
  const signUp = await ask(paths.signUp, {}, closed);
  expect([signUp.guest.status, shown(signUp.guest.text)]).toEqual([
    404,
    { heading: 'Sign-up is closed', buttons: [toSignIn] },
  ]);
  const email = await ask(paths.email, { headers: { Cookie: await signedInCookie(closed) } }, closed);
  expect(shown(email.user.text)).toEqual({
    heading: 'This site does not send email',
    buttons: [toDashboard],
  });
  const posted = await send(closed, paths.signUp, {
    method: 'POST',
    headers: { ...formType, Accept: 'application/json' },
    body: '',
  });
  expect(JSON.parse(posted.text)).toMatchObject({ status: 404, code: 'not_found' });
});

it('of a fault of ours, with its number, and of a database that does not answer', async () => {
  const failed = await withoutTable(running, 'activity', () =>
    send(running, `${paths.activity}?before=x`, { headers: { Accept, Cookie } }),
  );
  expect([failed.status, shown(failed.text)]).toEqual([
    500,
    { heading: 'Something went wrong', buttons: [[`${paths.activity}?before=x`, 'Try again']] },
  ]);
  expect(isFramed(failed.text)).toBe(true);
  expect(failed.text).toContain(`<code>${failed.headers['x-request-id'] ?? ''}`);
});

it('of a link that does not work any more: in the frame of whoever looks', async () => {
  const { guest, user } = await ask(paths.resetPassword('x'.repeat(22)));
  const told = {
    heading: 'This link no longer works',
    buttons: [[paths.forgotPassword, 'Get a new link']],
  };
  expect([guest.status, shown(guest.text), isFramed(guest.text)]).toEqual([410, told, false]);
  expect([user.status, shown(user.text), isFramed(user.text)]).toEqual([410, told, true]);
});

it('renews a session like any other page, and its browser hears of it', async () => {
  const soon = new Date(Date.now() + sessionLifetime.idle / 2 - 60_000).toISOString();
  await running.database.db('sessions').update({ expires_at: soon });
  const answer = await send(running, '/passkeys/some-id-of-nobody/rename', { headers: { Accept, Cookie } });
  const [line = ''] = [answer.headers['set-cookie'] ?? []].flat();
  expect([answer.status, line]).toEqual([404, expect.stringMatching(/^[\w-]+-session=/)]);
  const [, expires = ''] = /expires=([^;]+)/.exec(line) ?? [];
  expect(Date.parse(expires) - Date.now()).toBeGreaterThan(sessionLifetime.idle - 60_000);
});

it('takes nothing that waits for a page of their own: neither news nor an offer', async () => {
  const { db } = running.database;
  const [session] = await db('sessions').select('id_hash', 'data');
  const data = { ...JSON.parse(session.data), flash: 'Renamed to Mine.', offersUpgrade: true };
  await db('sessions')
    .where({ id_hash: session.id_hash })
    .update({ data: JSON.stringify(data) });
  const missing = await send(running, '/nowhere', { headers: { Accept, Cookie } });
  expect(missing.text).not.toMatch(/passkey-upgrade|passkey-signals|Renamed/);
  expect((await send(running, paths.dashboard, { headers: { Accept, Cookie } })).text).toContain(
    'Renamed to Mine.',
  );
});
