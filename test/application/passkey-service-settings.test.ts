/** A tenant that is set up otherwise than we are: people are told that passkeys do not work, operators which setting it is. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { json } from '../support/http-server.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { rowCounts, signedInByPassword } from '../support/request.ts';
import { signedIn } from '../support/seated.ts';
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
beforeEach(() => service.recover());
/** Begins a process that has been told nothing yet, for one test. */
async function begin(more: Record<string, string> = {}): Promise<void> {
  const env = { ...service.env, PASSKEYS_AUTOMATIC_UPGRADE: 'on', ...more };
  running = await startApp({ env, database: home.database });
  onTestFinished(() => running.close());
}

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

/** @param meanwhile what happens between start and finish */
async function finishedStepUp({ postJson }: Visitor, meanwhile = () => {}) {
  const start = await postJson(paths.passkeyReauth, { start: true });
  const credential = visitor.authenticator.get(start.body.loginOptions, running.origin);
  meanwhile();
  return postJson(paths.passkeyReauth, { finish: true, credential });
}

describe('a tenant with another origin', () => {
  beforeEach(async () => {
    service.setOrigins('https://somewhere.example.com');
    await begin();
  });

  it('makes every ceremony impossible, not the passkey wrong; what the device made is known to be nowhere', async () => {
    const person = createVisitor(running, createAuthenticator());
    await signedIn(running, person);
    const { passkey_records } = await rowCounts(running);
    for (let times = 0; times < 2; times++) {
      const { status, body, headers } = await person.createPasskey();
      expect([status, body.code], 'creating').toEqual(unavailable);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    const created = ['warn', 'refused', '400 Error validating origin'];
    expect(alarms()).toEqual([created]);
    expect((await rowCounts(running)).passkey_records).toBe(passkey_records);
    const signals = await person.get(paths.passkeySignals).set('Accept', 'application/json');
    expect([signals.status, signals.body.allAcceptedCredentialIds.length]).toEqual([200, 1]);

    for (const device of [unattended(), createAuthenticator()]) {
      const answer = await upgrade(running, await signedInByPassword(running), device);
      expect([answer.status, JSON.parse(answer.text).code], 'an automatic upgrade').toEqual(unavailable);
    }
    expect(alarms()).toEqual([created]);

    const { sessions } = await rowCounts(running);
    const signIn = await createVisitor(running, visitor.authenticator).signInWithPasskey();
    expect([signIn.status, signIn.body.code], 'signing in').toEqual(unavailable);
    expect((await rowCounts(running)).sessions).toBe(sessions);
    const stepUp = await finishedStepUp(person);
    expect([stepUp.status, stepUp.body.code], 'a step-up').toEqual(unavailable);
    expect(alarms()).toEqual([created, ['warn', 'refused', '401 Error validating origin']]);
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
  it('makes signing in and creating impossible from the start, and the log says so once', async () => {
    await begin();
    const publicKey = {
      rp: { id: 'example.com', name: 'x' },
      rpId: 'example.com',
      user: { id: 'YWRh', name: 'a', displayName: 'a' },
      challenge: 'A'.repeat(43),
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      timeout: 60_000,
    };
    for (const path of ['login/initialize', 'registration/initialize'])
      service.answerAt(path, json(200, { publicKey }));
    const person = createVisitor(running);
    await signedIn(running, person);
    for (const address of [paths.passkeyLogin, paths.passkeyRegistration]) {
      const { status, body } = await person.postJson(address, { start: true });
      expect([status, body.code], address).toEqual(unavailable);
    }
    const reason = 'the tenant has another relying party id than the host of ORIGIN';
    expect(alarms()).toEqual([['warn', 'refused', reason]]);
  });

  it('is seen by readiness', async () => {
    await begin({ ORIGIN: 'http://127.0.0.1:3000' });
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
    await begin({ ...env, ...base });
    expect(await readiness()).toEqual([200, 'unavailable']);
    const person = createVisitor(running);
    await signedIn(running, person);
    expect((await person.get(paths.dashboard)).text).toContain('Passkeys are not available right now.');
    expect(alarms()).toEqual([['warn', 'refused', reason]]);
  });

  it('a key that is taken back is seen by the next look; within a second the tenant is asked once', async () => {
    await begin();
    await readiness();
    service.calls.splice(0);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_001 });
    onTestFinished(() => void vi.useRealTimers());
    for (let times = 0; times < 5; times++) expect(await readiness()).toEqual([200, 'ok']);
    expect(service.calls.sort()).toEqual(['GET .well-known/jwks.json', 'GET credentials']);
    service.answerAt('credentials', json(401, { title: 'The api key is invalid', details: '', status: 401 }));
    vi.setSystemTime(Date.now() + 1_001);
    expect(await readiness()).toEqual([200, 'unavailable']);
  });
});

describe('a service whose database is gone between start and finish', () => {
  const generic = json(500, { title: 'Internal Server Error', status: 500 });
  const ofDatabase = json(401, {
    title: 'failed to get session data',
    details: 'failed to get sessionData: dial tcp: connection refused',
    status: 401,
  });

  it('answers a sign-in with 503, which may be tried again', async () => {
    await begin();
    const person = createVisitor(running, visitor.authenticator);
    for (const answer of [generic, ofDatabase]) {
      const { credential } = await person.signInAnswer();
      service.answerAt('login/finalize', answer);
      const { status, body, headers } = await person.postJson(paths.passkeyLogin, {
        finish: true,
        credential,
      });
      expect([status, body.code]).toEqual(unavailable);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      await service.recover();
    }
    expect(alarms()).toEqual([]);
    expect((await person.signInWithPasskey()).status).toBe(200);
  });

  it('answers 500 to a creation, which may be tried again, and to a step-up, and nobody is told that the passkey is not theirs', async () => {
    await begin();
    const person = createVisitor(running, createAuthenticator());
    await signedIn(running, person);
    service.answerAt('registration/finalize', generic);
    const { status, body } = await person.createPasskey();
    expect([status, body.code]).toEqual(unavailable);
    await service.recover();
    // Nothing is held to be under way any more, so that the password manager can be told at once.
    expect((await person.get(paths.passkeySignals).set('Accept', 'application/json')).status).toBe(200);
    const stepUp = await finishedStepUp(person, () => service.answerWith(generic));
    expect([stepUp.status, stepUp.body.code]).toEqual(unavailable);
    await service.recover();
    expect((await person.createPasskey()).status).toBe(200);
  });
});

// Without its record a passkey that was stored after all would open everything.
it('a gateway that explains its 502 or 504 may have lost what was stored: the record stays', async () => {
  await begin();
  for (const status of [502, 504]) {
    service.answerAt('registration/finalize', json(status, { title: 'The gateway gave up', status }));
    const person = createVisitor(running, createAuthenticator());
    await signedIn(running, person);
    const before = await rowCounts(running);
    const answer = await person.createPasskey();
    expect([answer.status, answer.body.code]).toEqual(unavailable);
    expect((await rowCounts(running)).passkey_records).toBe((before.passkey_records ?? 0) + 1);
  }
});
