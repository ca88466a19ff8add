import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/web/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { formType, jsonType, rowCounts, send, signedInCookie } from '../support/request.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
let visitor: Visitor;
let cookie: string;
let id: string;
/** Of a link that nobody was mailed. */
const secret = 'A'.repeat(22);

beforeAll(async () => {
  // Nothing is sent here, but there is somewhere to send it: so every form is there.
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
  visitor = createVisitor(running);
  await visitor.signIn();
  id = (await visitor.createPasskey()).body.passkey.id;
  cookie = await signedInCookie(running);
});
afterAll(() => running.close());

/** A request that would have an effect, and one that gets past the door but has none. */
const routes: Record<string, { path: () => string; acting: string; harmless: string }> = {
  'POST /login': {
    path: () => paths.login,
    acting: new URLSearchParams(person).toString(),
    harmless: 'email=x',
  },
  'POST /logout': { path: () => paths.logout, acting: '', harmless: '' },
  'POST /passkeys/:id/rename': {
    path: () => paths.renamePasskey(id),
    acting: 'name=Mine',
    harmless: 'name=',
  },
  'POST /passkeys/:id/delete': { path: () => paths.deletePasskey(id), acting: 'a=b', harmless: 'a=%' },
  'POST /api/passkeys/login': { path: () => paths.passkeyLogin, acting: '{"start":true}', harmless: '{}' },
  'POST /api/passkeys/register': {
    path: () => paths.passkeyRegistration,
    acting: '{"start":true}',
    harmless: '{}',
  },
  'POST /api/passkeys/reauth': { path: () => paths.passkeyReauth, acting: '{"start":true}', harmless: '{}' },
  'POST /api/passkeys/events': {
    path: () => paths.passkeyEvents,
    acting: '{"ceremony":"sign-in","errorName":"NotAllowedError","ms":1}',
    harmless: '{}',
  },
  'POST /reauth': {
    path: () => paths.reauth,
    acting: new URLSearchParams({ password: person.password }).toString(),
    harmless: 'password=x',
  },
  'POST /passkeys/automatic': { path: () => paths.automaticPasskeys, acting: 'a=b', harmless: 'a=b' },
  'POST /signup': {
    path: () => paths.signUp,
    acting: 'email=new@example.com&way=passkey',
    harmless: 'email=x',
  },
  'POST /verify-email/resend': { path: () => paths.resendVerification, acting: 'a=b', harmless: 'a=b' },
  'POST /verify-email/:token': { path: () => paths.verifyEmail(secret), acting: 'a=b', harmless: 'a=b' },
  'POST /password/forgot': {
    path: () => paths.forgotPassword,
    acting: `email=${person.email}`,
    harmless: 'email=x',
  },
  'POST /password/reset/:token': {
    path: () => paths.resetPassword(secret),
    acting: 'way=passkey',
    harmless: 'a=b',
  },
  'POST /settings/email/confirm/:token': {
    path: () => paths.confirmEmail(secret),
    acting: 'a=b',
    harmless: 'a=b',
  },
  'POST /account/lockdown/:token': { path: () => paths.lockdown(secret), acting: 'a=b', harmless: 'a=b' },
  'POST /settings/password': {
    path: () => paths.password,
    acting: 'password=difference-engine-no-2',
    harmless: 'a=b',
  },
  'POST /settings/password/remove': { path: () => paths.removePassword, acting: 'a=b', harmless: 'a=b' },
  'POST /settings/email': { path: () => paths.email, acting: 'email=new@example.com', harmless: 'a=b' },
  'POST /settings/sessions/:id/revoke': {
    path: () => paths.endSession('A'.repeat(22)),
    acting: 'a=b',
    harmless: 'a=b',
  },
  'POST /settings/sessions/revoke-others': {
    path: () => paths.endOtherSessions,
    acting: 'a=b',
    harmless: 'a=b',
  },
  'POST /settings/data/export': { path: () => paths.exportData, acting: 'a=b', harmless: 'a=b' },
  'POST /settings/account/delete': {
    path: () => paths.deleteAccount,
    acting: `email=${person.email}`,
    harmless: 'a=b',
  },
  'POST /passkeys/local/decline': { path: () => paths.declineLocalPasskey, acting: 'a=b', harmless: 'a=b' },
};

const absent = undefined;
const sites = [
  'same-origin',
  'none',
  'same-site',
  'cross-site',
  'Same-Origin',
  'same-origin, cross-site',
  absent,
];
const origins = ['ours', 'http://evil.example', 'null', absent];

function passes(site: string | undefined, origin: string | undefined): boolean {
  return site === absent ? origin === absent || origin === 'ours' : site === 'same-origin' || site === 'none';
}

function headersOf(
  route: string,
  site: string | undefined,
  origin: string | undefined,
): Record<string, string> {
  return {
    ...(route.includes('/api/') ? jsonType : formType),
    ...(site === absent ? {} : { 'Sec-Fetch-Site': site }),
    ...(origin === absent ? {} : { Origin: origin === 'ours' ? running.origin : origin }),
  };
}

const combinations = sites.flatMap((site) => origins.map((origin) => ({ site, origin })));
const foreign = combinations.filter(({ site, origin }) => !passes(site, origin));
const own = combinations.filter(({ site, origin }) => passes(site, origin));

/** What a forged request could have changed. */
async function state() {
  const { name } = await running.database.db('passkey_api_credentials').first('name');
  const challenges = await running.database.db('passkey_api_challenges').select();
  const { automatic_passkeys: automatic } = await running.database.db('users').first('automatic_passkeys');
  const dashboard = await send(running, paths.dashboard, { headers: { Cookie: cookie } });
  const told = running.log.filter((line) => line.includes('ceremony_failed_in_browser')).length;
  const signedIn = dashboard.status === 200;
  return { name, challenges, automatic, told, rows: await rowCounts(running), signedIn };
}

describe('[ASVS 3.5.1] forged requests', () => {
  it('are tried on every unsafe route', () => {
    const unsafe = running.app.router.stack.flatMap(({ methods, path }) =>
      methods.filter((method) => !['GET', 'HEAD'].includes(method)).map((method) => `${method} ${path}`),
    );
    expect(unsafe.sort()).toEqual(Object.keys(routes).sort());
  });

  describe.each(Object.entries(routes))('to %s', (route, { path, acting, harmless }) => {
    it.each(foreign)('are refused with site $site and origin $origin', async ({ site, origin }) => {
      const before = await state();
      const headers = { ...headersOf(route, site, origin), Cookie: cookie };
      const answer = await send(running, path(), { method: 'POST', headers, body: acting });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('This request came from another website.');
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(await state()).toEqual(before);
    });

    it.each(own)('are not what comes with site $site and origin $origin', async ({ site, origin }) => {
      // Without the session: signing out must be a harmless request, too.
      const headers = headersOf(route, site, origin);
      const answer = await send(running, path(), { method: 'POST', headers, body: harmless });
      expect([303, 400, 401, 410, 422]).toContain(answer.status);
    });
  });

  it.each([
    () => `${running.origin}/`,
    () => running.origin.toUpperCase(),
    () => `${running.origin}.evil.example`,
    () => `${running.origin}@evil.example`,
    () => running.origin.replace('http:', 'https:'),
    () => running.origin.replace('localhost', '127.0.0.1'),
    () => running.origin.replace(/:\d+$/, ''),
    () => `${running.origin}, ${running.origin}`,
    () => 'http://localhost',
  ])('are also those whose origin only looks like ours (%#)', async (claimed) => {
    const headers = { ...formType, Origin: claimed() };
    const body = new URLSearchParams(person).toString();
    const answer = await send(running, paths.login, { method: 'POST', headers, body });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
  });

  it.each(['Host', 'X-Forwarded-Host', 'X-Original-Host', 'Forwarded', 'Referer', 'X-Forwarded-Proto'])(
    'are not made ours by %s',
    async (header) => {
      const headers = { ...formType, Origin: 'http://evil.example', [header]: 'evil.example' };
      const body = new URLSearchParams(person).toString();
      expect((await send(running, paths.login, { method: 'POST', headers, body })).status).toBe(403);
    },
  );

  it('spend no challenge', async () => {
    const { credential } = await visitor.signInAnswer();
    const finish = { finish: true, credential };
    const forged = await visitor.postJson(paths.passkeyLogin, finish).set('Sec-Fetch-Site', 'cross-site');
    expect([forged.status, forged.body.code]).toEqual([403, 'foreign_origin']);
    expect((await visitor.postJson(paths.passkeyLogin, finish)).status).toBe(200);
  });

  it('may look at pages from anywhere, because looking changes nothing', async () => {
    const before = await rowCounts(running);
    const headers = { 'Sec-Fetch-Site': 'cross-site', Cookie: cookie };
    const pages = [paths.deletePasskey(id), `${paths.renamePasskey(id)}?name=Mine`, paths.dashboard];
    for (const path of [...pages, `${paths.reauth}?password=x`, paths.passkeySignals]) {
      expect((await send(running, path, { headers })).status).toBe(200);
    }
    expect(await rowCounts(running)).toEqual(before);
  });
});
