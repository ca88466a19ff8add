import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { person, startApp, type TestApp } from '../support/app.ts';
import {
  formType,
  jsonType,
  rowCounts,
  send,
  signedInByPassword,
  signedInCookie,
} from '../support/request.ts';
import { askedForPasskey } from '../support/seated.ts';
import { createVisitor } from '../support/visitor.ts';

/**
 * What a guest and a signed-in user get; a refused body (400, 404, 422) proves that the door itself was open. Whoever has
 * given the password, and nothing after it, gets what a guest gets, but where it is named.
 */
type Row = { guest: string; user: string; pending?: string };

const toLogin = (path: string) => `303 /login?return_to=${encodeURIComponent(path)}`;
/** With the news that nothing was saved, and then to the page of the form, where its address shows one. */
const toLoginAgain = (page?: string) =>
  `303 /login?session=ended${page ? `&return_to=${encodeURIComponent(page)}` : ''}`;
const noSecret = 'A'.repeat(22);
const noPasskey = '/passkeys/AAAAAAAAAAAAAAAAAAAAAA';

const table: Record<string, Row> = {
  'GET /healthz': { guest: '200', user: '200' },
  'GET /readyz': { guest: '200', user: '200' },
  'GET /.well-known/passkey-endpoints': { guest: '200', user: '200' },
  'GET /lost-passkey': { guest: '200', user: '200' },
  'GET /help/passkeys': { guest: '200', user: '200' },
  'GET /': { guest: '303 /login', user: '303 /dashboard' },
  'GET /login': { guest: '200', user: '303 /dashboard' },
  'POST /login': { guest: '422', user: '422' },
  'GET /login/verify': { guest: '303 /login', user: '303 /dashboard', pending: '200' },
  'POST /login/verify': { guest: '303 /login', user: '303 /dashboard', pending: '422' },
  'POST /logout': { guest: '303 /login', user: '303 /login' },
  'POST /api/passkeys/login': { guest: '400', user: '400' },
  'POST /api/passkeys/mfa/login': { guest: '401', user: '401', pending: '400' },
  'POST /api/passkeys/events': { guest: '400', user: '400' },
  'GET /signup': { guest: '200', user: '303 /dashboard' },
  'POST /signup': { guest: '422', user: '303 /dashboard' },
  'GET /verify-email': { guest: '200', user: '200' },
  'POST /verify-email/resend': { guest: '303 /login', user: '303 /verify-email?again=yes' },
  'GET /verify-email/:token': { guest: '410', user: '410' },
  'POST /verify-email/:token': { guest: '410', user: '410' },
  'GET /password/forgot': { guest: '200', user: '200' },
  'POST /password/forgot': { guest: '422', user: '422' },
  'GET /password/forgot/sent': { guest: '200', user: '200' },
  'GET /password/reset/:token': { guest: '410', user: '410' },
  'POST /password/reset/:token': { guest: '410', user: '410' },
  'GET /known-device': { guest: '200', user: '200' },
  'POST /known-device': { guest: '422', user: '422' },
  'GET /known-device/sent': { guest: '200', user: '200' },
  'GET /known-device/:token': { guest: '410', user: '410' },
  'POST /known-device/:token': { guest: '410', user: '410' },
  'GET /settings/email/confirm/:token': { guest: '410', user: '410' },
  'POST /settings/email/confirm/:token': { guest: '410', user: '410' },
  'GET /account/lockdown/:token': { guest: '410', user: '410' },
  'POST /account/lockdown/:token': { guest: '410', user: '410' },
  'GET /.well-known/change-password': { guest: '303 /settings/password', user: '303 /settings/password' },
  'GET /settings': { guest: toLogin('/settings'), user: '303 /settings/security' },
  'GET /settings/security': { guest: toLogin('/settings/security'), user: '200' },
  'GET /settings/password': { guest: toLogin('/settings/password'), user: '200' },
  'POST /settings/password': { guest: toLoginAgain('/settings/password'), user: '422' },
  'GET /settings/password/remove': { guest: toLogin('/settings/password/remove'), user: '200' },
  'POST /settings/password/remove': { guest: toLoginAgain('/settings/password/remove'), user: '409' },
  'GET /settings/two-factor': { guest: toLogin('/settings/two-factor'), user: '200' },
  'GET /settings/two-factor/enable': { guest: toLogin('/settings/two-factor/enable'), user: '200' },
  'POST /settings/two-factor/enable': {
    guest: toLoginAgain('/settings/two-factor/enable'),
    user: '303 /reauth?by=passkey&return_to=%2Fsettings%2Ftwo-factor%2Fenable',
  },
  'GET /settings/two-factor/disable': {
    guest: toLogin('/settings/two-factor/disable'),
    user: '303 /settings/two-factor',
  },
  'POST /settings/two-factor/disable': {
    guest: toLoginAgain('/settings/two-factor/disable'),
    user: '303 /settings/two-factor',
  },
  'GET /settings/recovery-codes': { guest: toLogin('/settings/recovery-codes'), user: '200' },
  'POST /settings/recovery-codes': {
    guest: toLoginAgain('/settings/recovery-codes'),
    user: '303 /settings/recovery-codes',
  },
  'GET /settings/email': { guest: toLogin('/settings/email'), user: '200' },
  'POST /settings/email': { guest: toLoginAgain('/settings/email'), user: '422' },
  'GET /settings/sessions': { guest: toLogin('/settings/sessions'), user: '200' },
  'GET /settings/sessions/:id/revoke': { guest: toLogin('/settings/sessions/:id/revoke'), user: '200' },
  'POST /settings/sessions/:id/revoke': { guest: toLoginAgain('/settings/sessions/:id/revoke'), user: '404' },
  'GET /settings/sessions/revoke-others': {
    guest: toLogin('/settings/sessions/revoke-others'),
    user: '200',
  },
  'POST /settings/sessions/revoke-others': {
    guest: toLoginAgain('/settings/sessions/revoke-others'),
    user: '303 /settings/sessions',
  },
  'GET /settings/activity': { guest: toLogin('/settings/activity'), user: '200' },
  'GET /settings/activity.csv': { guest: toLogin('/settings/activity.csv'), user: '200' },
  'GET /settings/data': { guest: toLogin('/settings/data'), user: '200' },
  'GET /settings/data/export': { guest: toLogin('/settings/data/export'), user: '200' },
  'POST /settings/data/export': { guest: toLoginAgain('/settings/data/export'), user: '200' },
  'GET /settings/account/delete': { guest: toLogin('/settings/account/delete'), user: '200' },
  'POST /settings/account/delete': { guest: toLoginAgain('/settings/account/delete'), user: '422' },
  'GET /goodbye': { guest: '303 /login', user: '303 /login' },
  'GET /dashboard': { guest: '303 /login', user: '200' },
  'GET /passkeys/:id/rename': { guest: toLogin(`${noPasskey}/rename`), user: '404' },
  'POST /passkeys/:id/rename': { guest: toLoginAgain(`${noPasskey}/rename`), user: '404' },
  'GET /passkeys/:id/delete': { guest: toLogin(`${noPasskey}/delete`), user: '404' },
  'POST /passkeys/:id/delete': { guest: toLoginAgain(`${noPasskey}/delete`), user: '404' },
  'GET /settings/passkeys/review': { guest: toLogin('/settings/passkeys/review'), user: '303 /dashboard' },
  'POST /settings/passkeys/review': {
    guest: toLoginAgain('/settings/passkeys/review'),
    user: '303 /dashboard',
  },
  'POST /passkeys/automatic': { guest: toLoginAgain(), user: '303 /dashboard' },
  'POST /passkeys/local/decline': { guest: toLoginAgain(), user: '303 /dashboard' },
  'GET /reauth': { guest: toLogin('/reauth'), user: '200' },
  'POST /reauth': { guest: toLoginAgain(), user: '422' },
  'POST /api/passkeys/register': { guest: '401', user: '400' },
  'POST /api/passkeys/mfa/register': { guest: '401', user: '400' },
  'POST /api/passkeys/confirm/remove-password': { guest: '401', user: '400' },
  'POST /api/passkeys/confirm/delete-account': { guest: '401', user: '400' },
  'POST /api/passkeys/confirm/turn-off-second-factor': { guest: '401', user: '400' },
  'POST /api/passkeys/reauth': { guest: '401', user: '400' },
  'GET /api/passkeys/signals': { guest: '401', user: '200' },
};

describe('the access table', () => {
  let running: TestApp;
  let session: string;
  const who = { guest: () => '', user: () => session };
  beforeAll(async () => {
    // Nothing is sent here, but there is somewhere to send it: so every door is there.
    running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
    session = await signedInCookie(running);
  });
  afterAll(() => running.close());

  it('[ASVS 6.3.4, 8.1.1] names every registered route, and no other', () => {
    const registered = running.app.router.stack.flatMap(({ methods, path }) =>
      methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`),
    );
    expect(registered.sort()).toEqual(Object.keys(table).sort());
  });

  /** @returns the status, and where to */
  async function answerTo(
    route: string,
    Cookie: string,
    posted?: { type: object; body: string },
  ): Promise<string> {
    const [method = '', pattern = ''] = route.split(' ');
    const path = pattern.replace('/passkeys/:id', noPasskey).replace(':token', noSecret);
    const usual = pattern.startsWith('/api/')
      ? { type: jsonType, body: '{}' }
      : { type: formType, body: 'name=New' };
    const { type, body } = posted ?? usual;
    const headers = { ...(method === 'POST' ? type : {}), Cookie };
    const answer = await send(running, path, { method, headers, ...(method === 'POST' ? { body } : {}) });
    return `${answer.status} ${answer.headers.location ?? ''}`.trim();
  }

  /** What each route answers. @param after what is to be done after one */
  async function answers(
    cookie: () => string,
    after?: (route: string) => Promise<void>,
    routes = Object.keys(table),
  ) {
    const found: Record<string, string> = {};
    for (const route of routes) {
      found[route] = await answerTo(route, cookie());
      await after?.(route);
    }
    return found;
  }
  const expected = (of: (row: Row) => string, rows = Object.entries(table)) =>
    Object.fromEntries(rows.map(([route, row]) => [route, of(row)]));

  it('answers a list of JSON at a route of forms as no form, and never with a fault', async () => {
    const forms = Object.keys(table).filter((route) => /^POST \/(?!api\/|logout)/.test(route));
    const taken: string[] = [];
    for (const Cookie of [session, ''])
      for (const route of forms) {
        const answer = await answerTo(route, Cookie, { type: jsonType, body: '[]' });
        if (!/^(303|404|415)/.test(answer)) taken.push(`${route}: ${answer}`);
      }
    expect(taken).toEqual([]);
  });

  describe.each(['guest', 'user'] as const)('for a %s', (kind) => {
    it('[ASVS 8.2.1, 8.3.1] each route answers as it says', async () => {
      const found = await answers(who[kind], async (route) => {
        if (route === 'POST /logout') session = await signedInCookie(running);
      });
      expect(found).toEqual(expected((row) => row[kind]));
    });
  });

  // Who asks makes no difference to what is not there.
  it('[ASVS 5.3.2, 13.4.1, 13.4.3, 13.4.5] there is nothing at any other address', async () => {
    for (const path of [
      '/nowhere',
      '/login/',
      '/Login',
      '//dashboard',
      '/passkeys/AAAAAAAAAAAAAAAAAAAAAA',
      '/api/passkeys',
      '/.well-known/webauthn',
      '/.well-known/openid-configuration',
      '/.well-known/security.txt',
      '/.well-known/passkey-endpoints/',
      '/.well-known',
      '/help',
      '/.env',
      '/assets/',
      '/assets/manifest.json',
      '/assets/../package.json',
      '/assets/%2e%2e/package.json',
      '/styles.css',
      '/1c6f2b1e-5d0c-4f2a-9b7e-6a1d3c8e4f50/credentials?user_id=x',
      '/1c6f2b1e-5d0c-4f2a-9b7e-6a1d3c8e4f50/.well-known/jwks.json',
    ]) {
      const answer = await send(running, path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.text, path).toContain('Check the address.');
    }
    expect((await send(running, '/passkeys', { headers: { Cookie: session } })).status).toBe(404);
  });

  it('[ASVS 4.1.4, 13.4.4] another method is refused, and the right ones are named', async () => {
    for (const [method, path, allowed] of [
      ['DELETE', '/login', 'HEAD, GET, POST'],
      ['PUT', '/dashboard', 'HEAD, GET'],
      ['GET', '/logout', 'POST'],
      ['GET', '/api/passkeys/login', 'POST'],
      ['PATCH', `${noPasskey}/rename`, 'HEAD, GET, POST'],
      ['TRACE', '/login', 'HEAD, GET, POST'],
      ['TRACE', '/dashboard', 'HEAD, GET'],
      ['PROPFIND', '/', 'HEAD, GET'],
    ] as const) {
      const answer = await send(running, path, { method });
      expect([method, path, answer.status, answer.headers.allow]).toEqual([method, path, 405, allowed]);
      expect(answer.text, path).toContain('This page can’t do what your browser asked for.');
    }
    const signedIn = await send(running, '/dashboard', { method: 'PUT', headers: { Cookie: session } });
    expect(signedIn.status).toBe(405);
  });

  describe('for whoever has given the password, and no passkey after it', () => {
    const owner = { ...person, email: 'owner@example.com' };

    it('[ASVS 6.3.3, 8.2.1] each route answers as to a guest, and changes nothing', async () => {
      // What answers alike to everybody has nothing to keep from them.
      const rows = Object.entries(table).filter(
        ([route, { guest, user }]) => guest !== user || /login|logout/.test(route),
      );
      await running.createAccount(owner.email, owner.password);
      await askedForPasskey(running, createVisitor(running), owner);
      let cookie = await signedInByPassword(running, owner);
      const before = await rowCounts(running);
      const found = await answers(
        () => cookie,
        async (route) => {
          if (route !== 'POST /logout') return;
          // Signing out ends what was pending, and is all that changes anything.
          const pending_sign_ins = Number(before.pending_sign_ins) - 1;
          expect(await rowCounts(running)).toEqual({ ...before, pending_sign_ins });
          cookie = await signedInByPassword(running, owner);
        },
        rows.map(([route]) => route),
      );
      expect(found).toEqual(expected(({ guest, pending = guest }) => pending, rows));
      expect(await rowCounts(running)).toEqual(before);
    });

    it('[ASVS 6.3.3] everything that asks for a sign-in answers 401 or 303, as to anybody', () => {
      const open = ['GET /login/verify', 'POST /login/verify', 'POST /api/passkeys/mfa/login'];
      const named = Object.entries(table).filter(([, row]) => row.pending !== undefined);
      expect(named.map(([route]) => route)).toEqual(open);
    });
  });

  it('[ASVS 3.5.3] a method that is overridden in a field or header stays what it is', async () => {
    const headers = { ...formType, 'X-HTTP-Method-Override': 'GET', Cookie: session };
    const answer = await send(running, '/dashboard?_method=GET', {
      method: 'POST',
      headers,
      body: '_method=GET',
    });
    expect(answer.status).toBe(405);
  });

  it.each([
    ['a path of this site', '/passkeys/x/delete', '&return_to=%2Fpasskeys%2Fx%2Fdelete'],
    ['another site', 'https://elsewhere.example/', ''],
  ])('a proof that came too late leads to what it was for, where that is %s', async (_, asked, carried) => {
    const body = new URLSearchParams({ password: person.password, return_to: asked }).toString();
    const answer = await send(running, '/reauth', { method: 'POST', headers: formType, body });
    expect(answer.headers.location).toBe(`/login?session=ended${carried}`);
  });

  it('whose sign-in had ended when they sent a form is told so, and comes back to its page', async () => {
    const sent = await send(running, '/settings/email', {
      method: 'POST',
      headers: formType,
      body: 'email=a',
    });
    const page = await send(running, String(sent.headers.location));
    expect(page.text).toContain(
      '<p class="note" role="status">You were signed out before this was saved. Sign in, and try again.</p>',
    );
    expect(page.text).toContain('<input type="hidden" name="return_to" value="/settings/email">');
    const plain = await send(running, '/login?return_to=%2Fsettings%2Femail');
    expect(plain.text).not.toContain('signed out');
  });

  it('HEAD is answered as GET, without the page', async () => {
    const answer = await send(running, '/login', { method: 'HEAD' });
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
  });
});
