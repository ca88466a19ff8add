/** Whoever has proved once more who they are goes on where they were, and nowhere else. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type Answer, cookiesOf, jsonType, send, signedInCookie } from '../support/request.ts';
import { confirmPassword, registered, stepUp } from '../support/step-up.ts';

const stale = 10 * 60 + 1;
const authenticator = createAuthenticator();
let running: TestApp;
let cookie: string;
let id: string;

beforeAll(async () => {
  running = await startApp();
  id = await registered(running, await signedInCookie(running), authenticator);
  return () => running.close();
});
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  cookie = await signedInCookie(running);
});
afterEach(() => void vi.useRealTimers());

const get = (path: string) => send(running, path, { headers: { Cookie: cookie } });
const start = () =>
  send(running, paths.passkeyRegistration, {
    method: 'POST',
    headers: { ...jsonType, Cookie: cookie },
    body: '{"start":true}',
  });

describe('after the step-up', () => {
  const proofs = {
    password: (returnTo: string) =>
      confirmPassword(running, cookie, { password: person.password, return_to: returnTo }),
    passkey: (returnTo: string) => stepUp(running, cookie, authenticator, { return_to: returnTo }),
  };
  const target = ({ headers, text }: Answer) => headers.location ?? JSON.parse(text).redirect;

  describe.each(Object.entries(proofs))('by %s', (_, prove) => {
    beforeEach(() => ageProofs(running, stale));

    it('one is where one wanted to be, with the question of the address', async () => {
      const wanted = `${paths.deletePasskey(id)}?from=mail&n=1%202`;
      const sent = await get(wanted);
      const back = new URL(sent.headers.location ?? '', running.origin).searchParams.get('return_to') ?? '';
      expect(back).toBe(wanted);
      const answer = await prove(back);
      expect(target(answer)).toBe(wanted);
      cookie = cookiesOf(answer);
      expect((await get(wanted)).text).toContain('<h1>Delete passkey</h1>');
    });

    it('[ASVS 3.7.2] one stays on this site, whatever the address asked for', async () => {
      expect(target(await prove('https://evil.example/'))).toBe(paths.dashboard);
    });

    it('the next ten minutes are free of it', async () => {
      expect((await start()).status).toBe(403);
      cookie = cookiesOf(await prove(paths.dashboard));
      expect((await sessionsOf(running)).at(-1)?.data.authenticatedAt).toBe(Date.now());
      expect((await start()).status).toBe(200);
    });
  });

  it('“Cancel” goes back to the page before, also when the form comes back, and never to another site', async () => {
    const cancel = ({ text }: Answer) => /<a href="([^"]*)">Cancel</.exec(text)?.[1];
    const from = (Referer: string, wanted: string) =>
      send(running, `${paths.reauth}?return_to=${encodeURIComponent(wanted)}`, {
        headers: { Cookie: cookie, ...(Referer ? { Referer } : {}) },
      });
    const activity = `${running.origin}${paths.activity}?before=x`;
    const asked = await from(activity, paths.password);
    expect(cancel(asked)).toBe(`${paths.activity}?before=x`);
    const carried = /name="from" value="([^"]*)"/.exec(asked.text)?.[1] ?? '';
    const fields = { password: 'wrong', return_to: paths.password, from: carried };
    expect(cancel(await confirmPassword(running, cookie, fields))).toBe(`${paths.activity}?before=x`);

    expect(cancel(await from('', paths.password))).toBe(paths.security);
    expect(cancel(await from(`${running.origin}${paths.password}`, paths.password))).toBe(paths.security);
    expect(cancel(await from('', paths.deletePasskey(id)))).toBe(paths.dashboard);
    expect(cancel(await from('https://evil.example/settings/security', paths.dashboard))).toBe(
      paths.dashboard,
    );
    expect(cancel(await from('', paths.dashboard))).toBe(paths.dashboard);
  });

  it('the page takes only an address of this site, and carries it in its form', async () => {
    const own = await get(`${paths.reauth}?return_to=${encodeURIComponent('/dashboard?a=1&b="2"')}`);
    expect(own.text).toContain('name="return_to" value="/dashboard?a=1&amp;b=%222%22"');
    const foreign = await get(`${paths.reauth}?return_to=https%3A%2F%2Fevil.example%2F`);
    expect(foreign.text).not.toMatch(/name="return_to"|evil/);
  });
});
