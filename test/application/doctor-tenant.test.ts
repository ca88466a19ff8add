/** What the doctor finds at a passkey API across the wire. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { runChore } from '../support/chores.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { json } from '../support/http-server.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';

let database: TestDatabase;
let service: PasskeyService;
beforeAll(async () => {
  database = await createTestDatabase();
  service = await startPasskeyService();
});
afterAll(async () => {
  await database.drop();
  await service.stop();
});
afterEach(() => service.recover());

/** @returns the exit code and what was said about the API */
async function examined(env: Record<string, string> = {}): Promise<[code: number, lines: string]> {
  const { code, out, err } = await runChore(['doctor'], {
    databaseUrl: database.url,
    env: { ...service.env, ...env },
  });
  for (const hidden of [service.apiKey, env.PASSKEYS_API_KEY, inject('secretKey')])
    if (hidden) expect(out + err).not.toContain(hidden);
  const lines = out.split('\n').filter((line) => /^\w+ +(passkey API|clock): /.test(line));
  return [code, lines.join('\n')];
}

describe('the doctor, of a tenant', () => {
  it('finds it in order, asks it five things, and is given no passkey', async () => {
    service.calls.splice(0);
    const [code, lines] = await examined();
    expect([code, lines]).toEqual([
      0,
      expect.stringMatching(/^ok .* answers, takes our key, and makes passkeys for localhost$/),
    ]);
    expect(service.calls).toEqual([
      'GET .well-known/jwks.json',
      'GET credentials',
      'POST login/initialize',
      'POST registration/initialize',
      'POST registration/finalize',
    ]);
    expect(await service.countPasskeys()).toBe(0);
  });

  it('finds a key that is refused', async () => {
    const [code, lines] = await examined({ PASSKEYS_API_KEY: 'the-key-of-somebody-else' });
    expect([code, lines]).toEqual([
      1,
      expect.stringMatching(/^fault .* refuses our key\. Look at PASSKEYS_API_KEY\.$/),
    ]);
  });

  it('finds that our tenant is not known', async () => {
    const [code, lines] = await examined({ PASSKEYS_TENANT_ID: '1c6f2b1e-5d0c-4f2a-9b7e-6a1d3c8e4f51' });
    expect([code, lines]).toEqual([1, expect.stringMatching(/^fault .* does not know our tenant \(404\)/)]);
  });

  it('finds passkeys for another name than ours', async () => {
    const [code, lines] = await examined({ ORIGIN: 'https://app.example.com' });
    expect([code, lines]).toEqual([
      1,
      expect.stringMatching(/^fault .* makes passkeys for localhost, and ORIGIN has app\.example\.com/),
    ]);
  });

  it.each([
    ['http://localhost:3001'],
    ['https://localhost:3000'],
    ['http://localhost'],
    ['http://127.0.0.1:3000', 'https://app.example.com'],
  ])('finds without a person that it takes passkeys from %s, not from us', async (...origins) => {
    service.setOrigins(...origins);
    expect(await examined()).toEqual([
      1,
      expect.stringMatching(/^fault .* takes no passkey from http:\/\/localhost:3000\. Add exactly this/),
    ]);
    expect(await service.countPasskeys()).toBe(0);
  });

  it('finds ours among several origins', async () => {
    service.setOrigins('https://app.example.com', 'http://localhost:3000');
    expect(await examined()).toEqual([0, expect.stringMatching(/^ok /)]);
  });

  it('finds a server whose times are in another zone: what it makes has expired', async () => {
    const expired = { title: 'failed to validate attestation', details: 'Session has Expired', status: 400 };
    service.answerAt('registration/finalize', json(400, expired));
    expect(await examined()).toEqual([1, expect.stringMatching(/^fault .* expire at once\. .*TZ=UTC/)]);
  });

  it('takes back what a service keeps that refuses nothing', async () => {
    service.answerAt('registration/finalize', json(200, { token: 'a.b.c' }));
    service.calls.splice(0);
    await examined();
    expect(service.calls.at(-1)).toMatch(/^DELETE credentials\/[\w-]{43}$/);
  });

  it('finds a firewall before it', async () => {
    service.answerAt('credentials', (_request, response) => response.writeHead(403).end('<h1>Denied</h1>'));
    expect(await examined()).toEqual([
      1,
      expect.stringMatching(/^fault .* answers with 403, but not as a passkey API does/),
    ]);
  });

  it.each([
    [20, 0, /\nwarning .*clock: .* is (19|20|21) seconds off/],
    [-3_600, 1, /\nfault .*clock: .* is more than a minute off/],
  ])('finds a clock that is %i seconds ahead', async (ahead, expected, words) => {
    service.setClock(ahead);
    const [code, lines] = await examined();
    expect([code, lines]).toEqual([expected, expect.stringMatching(words)]);
  });

  it('finds nobody, somebody in trouble, and somebody else', async () => {
    service.answerWith(json(503, {}));
    expect(await examined()).toEqual([1, expect.stringMatching(/^fault .* answers with 503/)]);
    service.answerWith(json(200, { hello: 'there' }));
    expect(await examined()).toEqual([1, expect.stringMatching(/^fault .* not as a passkey API does/)]);
    await service.refuseConnections();
    expect(await examined()).toEqual([
      1,
      expect.stringMatching(/^fault .* does not answer \(ECONNREFUSED\)/),
    ]);
  });
});
