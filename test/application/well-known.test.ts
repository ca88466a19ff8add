import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { withoutTable } from '../support/answers.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { send, signedInCookie } from '../support/request.ts';

const origins = [
  { origin: 'an http origin', env: {}, more: {} },
  {
    origin: 'an https origin',
    env: { ORIGIN: 'https://app.example.com', TRUST_PROXY: '127.0.0.1' },
    more: { 'X-Forwarded-Proto': 'https' },
  },
];

describe.each(origins)('the addresses for password managers, with $origin', ({ env, more }) => {
  let running: TestApp;
  beforeAll(async () => {
    running = await startApp({ env });
  });
  afterAll(() => running.close());

  const ask = (headers: Record<string, string> = {}) =>
    send(running, paths.passkeyEndpoints, { headers: { ...more, ...headers } });

  it('are those of the dashboard, as JSON that whoever asks may keep for an hour', async () => {
    const { status, headers, text } = await ask();
    expect(status).toBe(200);
    const dashboard = `${running.origin}/dashboard`;
    expect(JSON.parse(text)).toEqual({ enroll: dashboard, manage: dashboard });
    expect(headers['content-type']).toMatch(/^application\/json(;|$)/);
    expect(headers['cache-control']).toBe('public, max-age=3600');
    expect([headers.location, headers['set-cookie']]).toEqual([undefined, undefined]);
  });

  it('[ASVS 4.1.3] are the same whatever the request says of its host', async () => {
    const { text } = await ask();
    const lies = { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' };
    expect((await ask({ Host: 'evil.example', ...lies })).text).toBe(text);
  });

  it('lead somebody who is signed out to the sign-in page, and from there back', async () => {
    const { pathname } = new URL(JSON.parse((await ask()).text).enroll);
    const { status, headers } = await send(running, pathname, { headers: more });
    expect([status, headers.location]).toEqual([303, paths.login]);
  });
});

it('need neither session nor database, and are the same for somebody who is signed in', async () => {
  const running = await startApp();
  try {
    const headers = { Cookie: await signedInCookie(running) };
    const user = await send(running, paths.passkeyEndpoints, { headers });
    const guest = await withoutTable(running, 'sessions', () => send(running, paths.passkeyEndpoints));
    expect([guest.status, guest.text]).toEqual([200, user.text]);
  } finally {
    await running.close();
  }
});
