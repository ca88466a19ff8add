/** A tenant that is set up otherwise than we are: people are told that passkeys do not work, operators which setting it is. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { json } from '../support/http-server.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { rowCounts, signedInByPassword } from '../support/request.ts';
import { unattended, upgrade } from '../support/upgrade.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let service: PasskeyService;
let home: TestApp;
let running: TestApp;
let visitor: Visitor;

beforeAll(async () => {
  service = await startPasskeyService();
  home = await startApp({ env: service.env });
  visitor = createVisitor(home);
  await visitor.signIn();
  expect((await visitor.createPasskey()).status).toBe(200);
});
afterAll(async () => {
  await home.close();
  await service.stop();
});
/** Each test has a process of its own, which has been told nothing yet. */
beforeEach(async () => {
  await service.recover();
  const env = { ...service.env, PASSKEYS_AUTOMATIC_UPGRADE: 'on' };
  running = await startApp({ env, database: home.database });
  return () => running.close();
});

const alarms = () =>
  running.log
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'passkey_service_misconfigured')
    .map(({ level, outcome, reason }) => [level, outcome, reason]);
const readiness = async () => {
  const { status, body } = await createVisitor(running).get(paths.readiness);
  return [status, body.passkeys];
};
const unavailable = [503, 'passkey_service_unavailable'];

describe('a tenant with another origin', () => {
  beforeEach(() => service.setOrigins('https://somewhere.example.com'));

  it('makes creating a passkey impossible, not the passkey wrong; what the device made is known to be nowhere', async () => {
    const person = createVisitor(running, createAuthenticator());
    await person.signIn();
    const before = await rowCounts(running);
    for (let times = 0; times < 3; times++) {
      const { status, body, headers } = await person.createPasskey();
      expect([status, body.code]).toEqual(unavailable);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(alarms()).toEqual([['warn', 'refused', '400 Error validating origin']]);
    expect((await rowCounts(running)).passkey_records).toBe(before.passkey_records);
    const signals = await person.get(paths.passkeySignals).set('Accept', 'application/json');
    expect([signals.status, signals.body.allAcceptedCredentialIds.length]).toEqual([200, 1]);
  });

  it('makes signing in impossible, and opens no session', async () => {
    const before = await rowCounts(running);
    const { status, body } = await createVisitor(running, visitor.authenticator).signInWithPasskey();
    expect([status, body.code]).toEqual(unavailable);
    expect(alarms()).toEqual([['warn', 'refused', '401 Error validating origin']]);
    expect((await rowCounts(running)).sessions).toBe(before.sessions);
  });

  it('makes a step-up impossible', async () => {
    const person = createVisitor(running, visitor.authenticator);
    await person.signIn();
    const start = await person.postJson(paths.passkeyReauth, { start: true });
    const credential = person.authenticator.get(start.body.loginOptions, running.origin);
    const { status, body } = await person.postJson(paths.passkeyReauth, { finish: true, credential });
    expect([status, body.code]).toEqual(unavailable);
    expect(alarms()).toHaveLength(1);
  });

  it.each([
    ['somebody who was asked nothing', unattended],
    ['somebody who was there', createAuthenticator],
  ])('makes an automatic upgrade by %s impossible', async (_name, device) => {
    const answer = await upgrade(running, await signedInByPassword(running), device());
    expect([answer.status, JSON.parse(answer.text).code]).toEqual(unavailable);
    expect(alarms()).toEqual([['warn', 'refused', '400 Error validating origin']]);
  });

  it('is seen by readiness, before anybody has tried, and so is that it was mended', async () => {
    expect(await readiness()).toEqual([200, 'unavailable']);
    expect(alarms()).toHaveLength(1);
    service.calls.splice(0);
    expect(await readiness()).toEqual([200, 'unavailable']);
    expect(service.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
    service.setOrigins(running.origin);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 });
    try {
      expect(await readiness()).toEqual([200, 'ok']);
    } finally {
      vi.useRealTimers();
    }
    expect(await service.countPasskeys()).toBe(1);
  });
});

describe('a tenant for another host', () => {
  it.each([
    ['signing in', 'login/initialize', paths.passkeyLogin],
    ['creating', 'registration/initialize', paths.passkeyRegistration],
  ])('makes %s impossible from the start, and the log says so once', async (_name, path, address) => {
    const publicKey = {
      rp: { id: 'example.com', name: 'x' },
      rpId: 'example.com',
      user: { id: 'YWRh', name: 'a', displayName: 'a' },
      challenge: 'A'.repeat(43),
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      timeout: 60_000,
    };
    service.answerAt(path, json(200, { publicKey }));
    const person = createVisitor(running);
    await person.signIn();
    for (let times = 0; times < 3; times++) {
      const { status, body } = await person.postJson(address, { start: true });
      expect([status, body.code]).toEqual(unavailable);
    }
    const reason = 'the tenant has another relying party id than the host of ORIGIN';
    expect(alarms()).toEqual([['warn', 'refused', reason]]);
  });

  it('is seen by readiness', async () => {
    await running.close();
    const env = { ...service.env, ORIGIN: 'http://127.0.0.1:3000' };
    running = await startApp({ env, database: home.database });
    expect(await readiness()).toEqual([200, 'unavailable']);
    expect(alarms()).toEqual([['warn', 'refused', expect.stringContaining('another relying party')]]);
  });
});

describe('a key or tenant that is not ours', () => {
  it.each([
    ['a wrong key', { PASSKEYS_API_KEY: 'the-key-of-somebody-else' }, '401 The api key is invalid'],
    [
      'a wrong tenant',
      { PASSKEYS_TENANT_ID: '1c6f2b1e-5d0c-4f2a-9b7e-6a1d3c8e4f51' },
      '404 tenant not found',
    ],
    ['an address of something else', { PASSKEYS_BASE_URL: 'deeper' }, '400 tenant_id must be a valid uuid4'],
  ])('%s is seen by readiness and on the dashboard', async (_name, env, reason) => {
    const base = 'PASSKEYS_BASE_URL' in env ? { PASSKEYS_BASE_URL: `${service.baseUrl}/deeper` } : {};
    await running.close();
    running = await startApp({ env: { ...service.env, ...env, ...base }, database: home.database });
    expect(await readiness()).toEqual([200, 'unavailable']);
    const person = createVisitor(running);
    await person.signIn();
    expect((await person.get(paths.dashboard)).text).toContain('Passkeys are not available right now.');
    expect(alarms()).toEqual([['warn', 'refused', reason]]);
  });

  it('a key that is taken back is seen by the next look', async () => {
    expect(await readiness()).toEqual([200, 'ok']);
    service.answerAt('credentials', json(401, { title: 'The api key is invalid', details: '', status: 401 }));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_001 });
    try {
      expect(await readiness()).toEqual([200, 'unavailable']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('however often somebody asks within a second, the tenant is asked once', async () => {
    await readiness();
    service.calls.splice(0);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_001 });
    try {
      for (let times = 0; times < 20; times++) expect(await readiness()).toEqual([200, 'ok']);
    } finally {
      vi.useRealTimers();
    }
    expect(service.calls.sort()).toEqual(['GET .well-known/jwks.json', 'GET credentials']);
  });
});

describe('a service whose database is gone between start and finish', () => {
  const generic = json(500, { title: 'Internal Server Error', status: 500 });
  const ofDatabase = json(401, {
    title: 'failed to get session data',
    details: 'failed to get sessionData: dial tcp: connection refused',
    status: 401,
  });

  it.each([
    ['500', 'login/finalize', generic],
    ['401 with the words of its database', 'login/finalize', ofDatabase],
  ])('answers %s to a sign-in, which may be tried again', async (_name, path, answer) => {
    const person = createVisitor(running, visitor.authenticator);
    const { credential } = await person.signInAnswer();
    service.answerAt(path, answer);
    const { status, body, headers } = await person.postJson(paths.passkeyLogin, { finish: true, credential });
    expect([status, body.code]).toEqual(unavailable);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(alarms()).toEqual([]);
    await service.recover();
    expect((await person.signInWithPasskey()).status).toBe(200);
  });

  it('answers 500 to a creation, which may be tried again', async () => {
    const person = createVisitor(running, createAuthenticator());
    await person.signIn();
    service.answerAt('registration/finalize', generic);
    const { status, body } = await person.createPasskey();
    expect([status, body.code]).toEqual(unavailable);
    await service.recover();
    // Nothing is held to be under way any more, so that the password manager can be told at once.
    expect((await person.get(paths.passkeySignals).set('Accept', 'application/json')).status).toBe(200);
    const again = createVisitor(running, createAuthenticator());
    await again.signIn();
    expect((await again.createPasskey()).status).toBe(200);
  });

  it('answers 500 to a step-up, and nobody is told that the passkey is not theirs', async () => {
    const person = createVisitor(running, visitor.authenticator);
    await person.signIn();
    const start = await person.postJson(paths.passkeyReauth, { start: true });
    const credential = person.authenticator.get(start.body.loginOptions, running.origin);
    service.answerWith(generic);
    const { status, body } = await person.postJson(paths.passkeyReauth, { finish: true, credential });
    expect([status, body.code]).toEqual(unavailable);
  });
});

// Without its record a passkey that was stored after all would open everything.
it.each([502, 504])(
  'a gateway that explains its %i may have lost what was stored: the record stays',
  async (status) => {
    service.answerAt('registration/finalize', json(status, { title: 'The gateway gave up', status }));
    const person = createVisitor(running, createAuthenticator());
    await person.signIn();
    const before = await rowCounts(running);
    const answer = await person.createPasskey();
    expect([answer.status, answer.body.code]).toEqual(unavailable);
    expect((await rowCounts(running)).passkey_records).toBe((before.passkey_records ?? 0) + 1);
  },
);
