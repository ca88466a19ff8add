/** What people meet while the passkey service is broken: passwords work as ever, passkeys say that they do not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PasskeyTransport } from '../../src/passkeys/hanko/transport.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { rowCounts } from '../support/request.ts';
import { signedIn } from '../support/seated.ts';
import { serviceFaults } from '../support/service-faults.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

/** Gives up a call to a broken service after 100 ms; how long people really wait is in src/passkeys. */
const impatient = (transport: PasskeyTransport): PasskeyTransport => ({
  ...transport,
  fetch: (url, init) => transport.fetch(url, broken ? { ...init, deadline: 100 } : init),
});

let service: PasskeyService;
let home: TestApp;
/** Has a passkey. */
let owner: Visitor;
let broken = false;
beforeAll(async () => {
  service = await startPasskeyService();
  home = await startApp({ env: service.env });
  owner = createVisitor(home);
  await signedIn(home, owner);
  expect((await owner.createPasskey()).status).toBe(200);
});
afterAll(async () => {
  await home.close();
  await service.stop();
});

describe.each(serviceFaults)('a passkey service that $name', ({ strike }) => {
  /** Has not heard of any fault yet. */
  let running: TestApp;
  let visitor: Visitor;
  let assertion: object;
  let attestation: object;

  beforeAll(async () => {
    broken = false;
    await service.recover();
    running = await startApp({ env: service.env, wrapTransport: impatient, database: home.database });
    visitor = createVisitor(running, owner.authenticator);
    await signedIn(running, visitor);
    assertion = (await visitor.signInAnswer()).credential;
    const { body } = await visitor.postJson(paths.passkeyRegistration, { start: true });
    attestation = createAuthenticator().create(body.createOptions, running.origin);
    await strike(service);
    broken = true;
    service.calls.length = 0;
  });
  afterAll(() => running.close());

  it('leaves password sign-in and the dashboard as quick as they were', async () => {
    const guest = createVisitor(running);
    service.calls.length = 0;
    expect((await guest.signIn()).headers.location).toBe(paths.dashboard);
    const page = await guest.get(paths.dashboard);
    // Neither is asked a second time, which would let people wait twice.
    expect(service.calls.length).toBeLessThanOrEqual(1);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Passkeys are not available right now. Try again in a few minutes.');
    expect(page.text).not.toContain('Create a passkey');
  });

  it('makes both ceremonies answer 503 and leaves nothing behind', async () => {
    const stored = async () => [(await rowCounts(running)).sessions, await service.countPasskeys()];
    const before = await stored();
    const requests = [
      () => visitor.postJson(paths.passkeyLogin, { finish: true, credential: assertion }),
      () => visitor.postJson(paths.passkeyRegistration, { finish: true, credential: attestation }),
      () => visitor.postJson(paths.passkeyLogin, { start: true }),
      () => visitor.postJson(paths.passkeyRegistration, { start: true }),
    ];
    for (const request of requests) {
      const { status, type, body, headers } = await request();
      expect([status, type]).toEqual([503, 'application/problem+json']);
      expect(body).toEqual({ title: expect.any(String), status: 503, code: 'passkey_service_unavailable' });
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(headers['set-cookie']).toBeUndefined();
    }
    expect(await stored()).toEqual(before);
    const finishes = service.calls.filter((call) => call.endsWith('/finalize'));
    expect(finishes.length).toBe(new Set(finishes).size);
  });

  it('leaves the application ready, and readiness says that passkeys are not', async () => {
    const { status, body } = await visitor.agent.get(paths.readiness);
    expect([status, body]).toEqual([200, { status: 'ready', database: 'ok', passkeys: 'unavailable' }]);
  });
});
