import { createHash } from 'node:crypto';
import Keygrip from 'keygrip';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { withoutTable } from '../support/answers.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { eve } from '../support/person.ts';
import {
  cookieNamed,
  cookiesOf,
  formType,
  jsonType,
  rowCounts,
  send,
  signedInCookie,
} from '../support/request.ts';

let running: TestApp;
let name: string;
beforeAll(async () => {
  running = await startApp();
  name = cookieNamed(running, 'session');
  await running.createAccount(eve.email, eve.password);
});
afterAll(() => running.close());
beforeEach(() => running.database.db('sessions').delete());

const dashboard = (Cookie: string) => send(running, paths.dashboard, { headers: { Cookie } });
const signIn = (Cookie: string, fields: Record<string, string>) =>
  send(running, paths.login, {
    method: 'POST',
    headers: { ...formType, Cookie },
    body: new URLSearchParams(fields).toString(),
  });
const signOut = (Cookie: string) =>
  send(running, paths.logout, { method: 'POST', headers: { ...formType, Cookie } });
const idIn = (cookie: string) => /(?:^|; )[\w-]+-session=([^;]*)/.exec(cookie)?.[1] ?? '';
const rows = () => running.database.db('sessions').select();
const hashOf = (id: string) => createHash('sha256').update(id).digest('base64url');
const signed = (id: string) => {
  const pair = `${name}=${id}`;
  return `${pair}; ${name}.sig=${new Keygrip([...running.config.secretKeys], 'sha256').sign(pair)}`;
};

describe('a session id', () => {
  it('[ASVS 7.2.3] is 256 random bits, signed with SHA-256', async () => {
    const cookie = await signedInCookie(running);
    expect(Buffer.from(idIn(cookie), 'base64url')).toHaveLength(32);
    expect(cookie).toContain(signed(idIn(cookie)));
  });

  it('is kept only as its SHA-256', async () => {
    const id = idIn(await signedInCookie(running));
    const [row] = await rows();
    expect(row.id_hash).toBe(hashOf(id));
    expect(JSON.stringify(await rows())).not.toContain(id);
  });

  it('[ASVS 7.2.4] is new at each sign-in, and the former session ends', async () => {
    const first = await signedInCookie(running);
    const second = cookiesOf(await signIn(first, person));
    expect(idIn(second)).not.toBe(idIn(first));
    expect((await rows()).map(({ id_hash }) => id_hash)).toEqual([hashOf(idIn(second))]);
    expect((await dashboard(first)).status).toBe(303);
  });

  it('[ASVS 7.2.4] is also new when somebody else was signed in, and theirs ends', async () => {
    const planted = await signedInCookie(running, eve);
    const victim = cookiesOf(await signIn(planted, person));
    expect((await dashboard(planted)).status).toBe(303);
    const page = await dashboard(victim);
    expect(page.text).toContain(person.email);
    expect(page.text).not.toContain(eve.email);
    expect(await rows()).toHaveLength(1);
  });

  it('that somebody made up is never adopted, not even with a valid signature', async () => {
    const madeUp = signed('x'.repeat(43));
    expect((await dashboard(madeUp)).status).toBe(303);
    const cookie = cookiesOf(await signIn(madeUp, person));
    expect(idIn(cookie)).not.toBe('x'.repeat(43));
    expect((await dashboard(madeUp)).status).toBe(303);
    expect(await rows()).toHaveLength(1);
  });

  it('is told to the browser once: one cookie, HttpOnly, for this site only', async () => {
    const lines = (await signIn('', person)).headers['set-cookie'] ?? [];
    const session = lines.filter((line) => line.includes('-session='));
    expect(session).toHaveLength(1);
    expect(session[0]).toMatch(/; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
  });
});

describe('a stranger', () => {
  const forgeries: [string, (cookie: string) => string][] = [
    ['an unknown id', () => signed('A'.repeat(43))],
    ['an empty id', () => signed('')],
    ['an id of 3 kB', () => signed('A'.repeat(3_000))],
    ['no signature', (cookie: string) => `${name}=${idIn(cookie)}`],
    ['a wrong signature', (cookie: string) => `${name}=${idIn(cookie)}; ${name}.sig=${'A'.repeat(43)}`],
    ['an empty signature', (cookie: string) => `${name}=${idIn(cookie)}; ${name}.sig=`],
    ['another id with this signature', (cookie: string) => cookie.replace(idIn(cookie), 'A'.repeat(43))],
    ['the hash of the id', (cookie: string) => signed(hashOf(idIn(cookie)))],
    ['a made-up session before the real one', (cookie: string) => `${name}=garbage; ${cookie}`],
    ['a made-up session after the real one', (cookie: string) => `${cookie}; ${name}=garbage`],
    ['garbage', () => `${name}=%00%FF"; ${name}.sig=;;==; =; ${name}`],
    ['JSON', () => signed(Buffer.from('{"userId":"x","_expire":9999999999999}').toString('base64url'))],
  ];

  it('is whoever comes with a cookie that is none of ours, whatever is wrong with it', async () => {
    const cookie = await signedInCookie(running);
    for (const [what, forged] of forgeries) {
      const answer = await dashboard(forged(cookie));
      const told = [answer.status, answer.headers.location, cookiesOf(answer)];
      expect(told, what).toEqual([303, '/login', '']);
    }
    expect((await dashboard(cookie)).status).toBe(200);
    expect(await rows()).toHaveLength(1);
  });

  it('[ASVS 7.6.2] owns no row and gets no session for looking or for failing', async () => {
    const before = await rowCounts(running);
    const answers = [
      await send(running, '/'),
      await send(running, paths.login),
      await send(running, paths.dashboard),
      await send(running, '/nowhere'),
      await signOut(''),
      await signIn('', { ...person, password: 'wrong' }),
      await send(running, paths.passkeyLogin, { method: 'POST', headers: jsonType, body: '{"start":true}' }),
    ];
    expect(answers.map(cookiesOf).filter((cookie) => /session/.test(cookie))).toEqual([]);
    expect(await rowCounts(running)).toEqual(before);
  });
});

describe('a sign-in that fails at its very end', () => {
  it('[ASVS 16.5.3] opens nothing and leaves no cookie', async () => {
    const answer = await withoutTable(running, 'sessions', () => signIn('', person));
    expect([answer.status, answer.headers['set-cookie'], answer.headers.location]).toEqual([
      500,
      undefined,
      undefined,
    ]);
    expect(await rows()).toHaveLength(0);
  });
});
