/** Creating and deleting a passkey need a proof of the last ten minutes; whoever has none is led to where it is given. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths, signInPath } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { finishRegistration, startRegistration } from '../support/ceremonies.ts';
import { type Answer, formType, jsonType, rowCounts, send, signedInCookie } from '../support/request.ts';
import { confirmPassword, registered } from '../support/step-up.ts';
import { createWire } from '../support/wire.ts';

const fresh = 10 * 60 - 1;
const stale = 10 * 60 + 1;
const wire = createWire();
const authenticator = createAuthenticator();
let running: TestApp;
let cookie: string;
let id: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  id = await registered(running, await signedInCookie(running), authenticator);
  return () => running.close();
});
beforeEach(async () => {
  // The clock stands still, so that a second is a second on a busy machine, too.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  cookie = await signedInCookie(running);
});
afterEach(() => void vi.useRealTimers());

const get = (path: string) => send(running, path, { headers: { Cookie: cookie } });
const form = (path: string, body: string) =>
  send(running, path, { method: 'POST', headers: { ...formType, Cookie: cookie }, body });
const start = () =>
  send(running, paths.passkeyRegistration, {
    method: 'POST',
    headers: { ...jsonType, Cookie: cookie },
    body: '{"start":true}',
  });

describe('[ASVS 7.5.1] a proof that is 9 min 59 s old', () => {
  beforeEach(() => ageProofs(running, fresh));

  it('is enough to create a passkey', async () => {
    const ceremony = await startRegistration(running, cookie);
    const credential = createAuthenticator().create(ceremony.options, running.origin);
    expect((await finishRegistration(running, ceremony.cookie, credential)).status).toBe(200);
  });

  it('is enough to delete one', async () => {
    const path = paths.deletePasskey(await registered(running, cookie, createAuthenticator()));
    expect((await get(path)).status).toBe(200);
    expect((await form(path, '')).headers.location).toBe(paths.dashboard);
    expect((await get(path)).status).toBe(404);
  });
});

describe('[ASVS 7.5.1] a proof that is 10 min 1 s old', () => {
  beforeEach(async () => {
    await ageProofs(running, stale);
    wire.calls.length = 0;
  });

  it.each<[string, () => Promise<Answer>]>([
    ['the start', start],
    ['a conditional start', () => json({ start: true, conditional: true })],
    ['the finish', () => json({ finish: true, credential: {} })],
  ])('does not let %s of a creation through, and says where to give a new one', async (_, ask) => {
    const before = await rowCounts(running);
    const { status, headers, text } = await ask();
    expect(status).toBe(403);
    expect(JSON.parse(text)).toEqual({
      title: 'Confirm that it’s you first.',
      status: 403,
      code: 'reauth_required',
      reauth_url: paths.reauth,
    });
    expect(headers['content-type']).toBe('application/problem+json');
    expect([headers['set-cookie'], headers.location]).toEqual([undefined, undefined]);
    expect(wire.calls).toEqual([]);
    expect(await rowCounts(running)).toEqual(before);
  });

  it.each<[string, () => Promise<Answer>]>([
    ['the question', () => get(paths.deletePasskey(id))],
    ['the deletion itself', () => form(paths.deletePasskey(id), 'end_sessions=yes')],
  ])('leads from %s to the step-up, before anything is asked or deleted', async (_, ask) => {
    const before = await rowCounts(running);
    const { status, headers, text } = await ask();
    const back = new URLSearchParams({ return_to: paths.deletePasskey(id) });
    expect([status, headers.location, text]).toEqual([303, `${paths.reauth}?${back}`, '']);
    expect(headers['cache-control']).toBe('no-store');
    expect(wire.calls).toEqual([]);
    expect(await rowCounts(running)).toEqual(before);
  });

  it('renames all the same', async () => {
    expect((await get(paths.renamePasskey(id))).status).toBe(200);
    expect((await form(paths.renamePasskey(id), 'name=Mine')).headers.location).toBe(paths.dashboard);
    expect((await get(paths.dashboard)).text).toContain('Renamed to <bdi>Mine</bdi>.');
  });

  it('is still a session: pages and sign-out ask for nothing', async () => {
    expect((await get(paths.dashboard)).status).toBe(200);
    expect((await get(paths.reauth)).status).toBe(200);
    expect((await form(paths.logout, '')).headers.location).toBe(paths.login);
    expect((await get(paths.dashboard)).status).toBe(303);
  });
});

describe('a guest', () => {
  it('is sent to sign in, or told that they are signed out; nothing is asked', async () => {
    cookie = '';
    wire.calls.length = 0;
    const before = await rowCounts(running);
    const page = await get(`${paths.reauth}?return_to=%2Fdashboard%3Fa`);
    const wanted = new URLSearchParams({ return_to: `${paths.reauth}?return_to=%2Fdashboard%3Fa` });
    expect([page.status, page.headers.location]).toEqual([303, `${paths.login}?${wanted}`]);
    const posted = await confirmPassword(running, '', { password: person.password });
    expect([posted.status, posted.headers.location]).toEqual([303, signInPath(paths.dashboard, 'session')]);
    for (const body of [{ start: true }, { finish: true, credential: {} }]) {
      const answer = await json(body, paths.passkeyReauth);
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'signed_out']);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(wire.calls).toEqual([]);
    expect(await rowCounts(running)).toEqual(before);
  });
});

function json(body: object, path: string = paths.passkeyRegistration): Promise<Answer> {
  const headers = { ...jsonType, Cookie: cookie };
  return send(running, path, { method: 'POST', headers, body: JSON.stringify(body) });
}
