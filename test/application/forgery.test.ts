import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
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

type Route = { name: string; path: () => string; acting: string; harmless: string };

/** A request that would have an effect, and one that gets past the door but has none. */
const routes: Record<string, Omit<Route, 'name'>> = {
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
    acting: `email=${person.email}&password=${person.password}`,
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
  'POST /known-device': {
    path: () => paths.knownDevice,
    acting: `email=${person.email}&password=${person.password}`,
    harmless: 'email=x',
  },
  'POST /known-device/:token': { path: () => paths.useKnownDevice(secret), acting: 'a=b', harmless: 'a=b' },
  'POST /account/lockdown/:token': { path: () => paths.lockdown(secret), acting: 'a=b', harmless: 'a=b' },
  'POST /settings/passkeys/review': { path: () => paths.reviewPasskeys, acting: 'a=b', harmless: 'a=b' },
  'POST /settings/password': {
    path: () => paths.password,
    acting: 'password=difference-engine-no-2',
    harmless: 'a=b',
  },
  'POST /settings/password/remove': { path: () => paths.removePassword, acting: 'a=b', harmless: 'a=b' },
  'POST /login/verify': { path: () => paths.verifySignIn, acting: 'code=x', harmless: 'code=x' },
  'POST /api/passkeys/mfa/login': {
    path: () => paths.secondFactorLogin,
    acting: '{"start":true}',
    harmless: '{}',
  },
  'POST /api/passkeys/mfa/register': {
    path: () => paths.secondFactorRegistration,
    acting: '{"start":true}',
    harmless: '{}',
  },
  'POST /settings/two-factor/enable': {
    path: () => paths.turnOnSecondFactor,
    acting: 'a=b',
    harmless: 'a=b',
  },
  'POST /settings/two-factor/disable': {
    path: () => paths.turnOffSecondFactor,
    acting: 'a=b',
    harmless: 'a=b',
  },
  'POST /settings/recovery-codes': { path: () => paths.recoveryCodes, acting: 'a=b', harmless: 'a=b' },
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
  'POST /api/passkeys/confirm/remove-password': {
    path: () => paths.signRemovePassword,
    acting: '{"start":true}',
    harmless: '{}',
  },
  'POST /api/passkeys/confirm/delete-account': {
    path: () => paths.signDeleteAccount,
    acting: '{"start":true}',
    harmless: '{}',
  },
  'POST /api/passkeys/confirm/turn-off-second-factor': {
    path: () => paths.signTurnOffSecondFactor,
    acting: '{"start":true}',
    harmless: '{}',
  },
  'POST /settings/data/export': { path: () => paths.exportData, acting: 'a=b', harmless: 'a=b' },
  'POST /settings/account/delete': {
    path: () => paths.deleteAccount,
    acting: `email=${person.email}&password=${person.password}`,
    harmless: 'a=b',
  },
  'POST /passkeys/local/decline': { path: () => paths.declineLocalPasskey, acting: 'a=b', harmless: 'a=b' },
};

const named = (names: string[]): Route[] =>
  names.map((name) => ({ name, ...(routes[name] as Omit<Route, 'name'>) }));

type Said = { site?: string; origin?: string };

/** What another website makes a browser say; src/web/middleware/cross-origin-protection.test.ts has every way. */
const foreign: Said = { site: 'cross-site', origin: 'http://evil.example' };
const own = (): Said => ({ site: 'same-origin', origin: running.origin });

function headersOf(route: string, { site, origin }: Said): Record<string, string> {
  return {
    ...(route.includes('/api/') ? jsonType : formType),
    ...(site === undefined ? {} : { 'Sec-Fetch-Site': site }),
    ...(origin === undefined ? {} : { Origin: origin }),
  };
}

/** What a forged request could have changed. */
async function state() {
  const { db } = running.database;
  const dashboard = await send(running, paths.dashboard, { headers: { Cookie: cookie } });
  const tables = ['passkey_api_credentials', 'passkey_api_challenges', 'users', 'sessions'];
  const content: unknown[] = [];
  for (const table of tables) content.push(await db(table).select());
  const told = running.log.filter((line) => line.includes('ceremony_failed_in_browser')).length;
  return { content, told, rows: await rowCounts(running), signedIn: dashboard.status === 200 };
}

describe('[ASVS 3.5.1] forged requests', () => {
  it('are tried on every unsafe route', () => {
    const unsafe = running.app.router.stack.flatMap(({ methods, path }) =>
      methods.filter((method) => !['GET', 'HEAD'].includes(method)).map((method) => `${method} ${path}`),
    );
    expect(unsafe.sort()).toEqual(Object.keys(routes).sort());
  });

  async function expectRefused(route: Route, said: Said): Promise<void> {
    const headers = { ...headersOf(route.name, said), Cookie: cookie };
    const answer = await send(running, route.path(), { method: 'POST', headers, body: route.acting });
    const which = `${route.name} ${JSON.stringify(said)}`;
    expect(answer.status, which).toBe(403);
    expect(answer.text, which).toContain(
      `came from another website. This one is at ${running.origin}: open it there`,
    );
    expect(answer.headers['set-cookie'], which).toBeUndefined();
  }

  async function expectTaken(route: Route, said: Said): Promise<void> {
    // Without the session: signing out must be a harmless request, too.
    const headers = headersOf(route.name, said);
    const answer = await send(running, route.path(), { method: 'POST', headers, body: route.harmless });
    expect([303, 400, 401, 410, 422], `${route.name} ${JSON.stringify(said)}`).toContain(answer.status);
  }

  it('are refused on every route, and change nothing', async () => {
    const before = await state();
    for (const route of named(Object.keys(routes))) await expectRefused(route, foreign);
    expect(await state()).toEqual(before);
  });

  it('are not what comes from our own pages, on any route', async () => {
    for (const route of named(Object.keys(routes))) await expectTaken(route, own());
  });

  const ofEachKind = named(['POST /login', 'POST /passkeys/:id/delete', 'POST /api/passkeys/register']);

  it('are refused by site or origin alone, and change nothing', async () => {
    const before = await state();
    for (const route of ofEachKind)
      for (const said of [
        { origin: 'http://evil.example' },
        { origin: 'null' },
        { site: 'same-site', origin: 'http://localhost:1' },
        { site: 'cross-site' },
      ])
        await expectRefused(route, said);
    expect(await state()).toEqual(before);
  });

  it('are not what comes from a typed address, a browser without Fetch Metadata, or a program', async () => {
    for (const route of ofEachKind)
      for (const said of [{ site: 'none' }, { origin: running.origin }, {}]) await expectTaken(route, said);
  });

  it.each(['Host', 'X-Forwarded-Host', 'X-Original-Host', 'Forwarded', 'Referer', 'X-Forwarded-Proto'])(
    'are not made ours by %s',
    async (header) => {
      const headers = { ...formType, Origin: 'http://evil.example', [header]: 'evil.example' };
      const body = new URLSearchParams(person).toString();
      const answer = await send(running, paths.login, { method: 'POST', headers, body });
      expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
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
