import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { cookiesOf, formType, jsonType, rowCounts, send } from '../support/request.ts';

const origin = 'https://app.example.com';
const overTls = { 'X-Forwarded-Proto': 'https' };
const post = (running: TestApp, path: string, headers: Record<string, string>, body: string) =>
  send(running, path, { method: 'POST', headers: { ...overTls, ...headers }, body });
const signIn = (running: TestApp, more: Record<string, string> = {}) =>
  post(running, paths.login, { ...formType, ...more }, new URLSearchParams(person).toString());

let running: TestApp;
beforeAll(async () => {
  running = await startApp({ env: { ORIGIN: origin, TRUST_PROXY: '127.0.0.1' } });
});
afterAll(() => running.close());

describe('[ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4, 3.3.5] cookies with an https origin', () => {
  it('are __Host-, Secure and HttpOnly, with Path=/ and no Domain', async () => {
    const signedIn = await signIn(running);
    const start = await post(running, paths.passkeyLogin, jsonType, '{"start":true}');
    const headers = { ...formType, Cookie: cookiesOf(signedIn) };
    const declined = await post(running, paths.declineLocalPasskey, headers, '');
    const all = [signedIn, start, declined].flatMap((answer) => answer.headers['set-cookie'] ?? []);
    const named = [...new Set(all.map((line) => line.split('=')[0]))].sort();
    const signed = ['ceremony', 'ceremony.sig', 'device', 'device.sig', 'session', 'session.sig'];
    const hints = ['last_method', 'local_passkey'];
    expect(named).toEqual([...signed, ...hints].map((name) => `__Host-latchkey-${name}`).sort());
    for (const line of all) {
      const attributes = line.toLowerCase().split('; ').slice(1);
      expect(attributes).toEqual(expect.arrayContaining(['path=/', 'secure', 'httponly']));
      const isLax = /^__Host-latchkey-(session|last_method|local_passkey)/.test(line);
      expect(attributes).toContain(isLax ? 'samesite=lax' : 'samesite=strict');
      expect(line).not.toMatch(/domain=/i);
      expect(line.length).toBeLessThan(4_096);
    }
  });

  it('carry a whole ceremony, whose origin is the one of the settings', async () => {
    const authenticator = createAuthenticator();
    const cookie = cookiesOf(await signIn(running));
    const start = await post(
      running,
      paths.passkeyRegistration,
      { ...jsonType, Cookie: cookie },
      '{"start":true}',
    );
    const { createOptions } = JSON.parse(start.text);
    expect(createOptions.publicKey.rp.id).toBe('app.example.com');
    const credential = authenticator.create(createOptions, origin);
    const headers = { ...jsonType, Cookie: `${cookie}; ${cookiesOf(start)}` };
    const finish = await post(
      running,
      paths.passkeyRegistration,
      headers,
      JSON.stringify({ finish: true, credential }),
    );
    expect(finish.status).toBe(200);
  });
});

describe('[ASVS 12.2.1] a request over plain http', () => {
  const plain = [undefined, 'http', 'http, https'];

  it.each(plain)('of a page moves to https and does nothing (proto %s)', async (proto) => {
    const headers = proto ? { 'X-Forwarded-Proto': proto } : {};
    for (const path of ['/login?return_to=%2Fdashboard%3Fa', '/', '/nowhere']) {
      const answer = await send(running, path, { headers });
      expect([answer.status, answer.headers.location, answer.text]).toEqual([308, `${origin}${path}`, '']);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    const slashes = await send(running, '//evil.example/x', { headers });
    expect(slashes.headers.location).toBe(`${origin}/evil.example/x`);
  });

  it.each([
    ['a form', paths.login, formType, new URLSearchParams(person).toString()],
    ['the sign-in ceremony', paths.passkeyLogin, jsonType, '{"start":true}'],
    ['the registration ceremony', paths.passkeyRegistration, jsonType, '{"start":true}'],
    ['the step-up', paths.reauth, formType, 'password=x'],
    ['the step-up ceremony', paths.passkeyReauth, jsonType, '{"start":true}'],
  ])('[ASVS 4.1.2] with %s is refused, not moved', async (_, path, headers, body) => {
    const before = await rowCounts(running);
    const answer = await send(running, path, { method: 'POST', headers, body });
    expect([answer.status, answer.headers.location, answer.headers['set-cookie']]).toEqual([
      403,
      undefined,
      undefined,
    ]);
    expect(answer.text).toContain('This address is served over https only.');
    expect(await rowCounts(running)).toEqual(before);
  });

  it('[ASVS 4.1.2] of something under /api is refused in JSON, whatever its method', async () => {
    for (const method of ['GET', 'OPTIONS', 'DELETE']) {
      const answer = await send(running, paths.passkeyLogin, { method });
      expect([answer.status, answer.headers.location, JSON.parse(answer.text).code]).toEqual([
        403,
        undefined,
        'https_required',
      ]);
    }
  });

  it('of a file is answered: a page that says why no page is shown needs its style', async () => {
    const page = await send(running, paths.login, { headers: overTls });
    const style = /href="([^"]+\.css)"/.exec(page.text)?.[1] ?? '';
    const { status, headers } = await send(running, style);
    expect([status, headers['content-type']]).toEqual([200, 'text/css; charset=utf-8']);
  });

  it('of a probe is answered', async () => {
    expect((await send(running, paths.health)).status).toBe(200);
    expect((await send(running, paths.readiness)).status).toBe(200);
  });
});

describe('[ASVS 4.1.3] X-Forwarded-Proto from somebody who is no trusted proxy', () => {
  it('is not believed', async () => {
    const direct = await startApp({ env: { ORIGIN: origin, TRUST_PROXY: '10.0.0.0/8' } });
    try {
      expect((await signIn(direct)).status).toBe(403);
      const page = await send(direct, paths.login, { headers: overTls });
      expect([page.status, page.headers.location]).toEqual([403, undefined]);
      expect(page.text).toContain('This site cannot tell that you came over https');
      expect(page.text).toContain('<h1>This page needs https</h1>');
      // Every page would say the same, so none is offered.
      expect(page.text).not.toContain('class="button');
    } finally {
      await direct.close();
    }
  });
});
