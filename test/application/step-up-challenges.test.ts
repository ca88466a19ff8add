/** The challenge of a step-up is for that alone, in one sign-in; and a proof that ran out in between does not count. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ageProofs, sessionsOf } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { finishRegistration, finishSignIn, startRegistration } from '../support/ceremonies.ts';
import { type Answer, rowCounts, signedInCookie } from '../support/request.ts';
import { finishStepUp, registered, startStepUp } from '../support/step-up.ts';
import { createWire } from '../support/wire.ts';

const wire = createWire();
const authenticator = createAuthenticator();
let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await registered(running, await signedInCookie(running), authenticator);
  return () => running.close();
});
beforeEach(async () => {
  cookie = await signedInCookie(running);
});
afterEach(() => void vi.useRealTimers());

/** Refused without a cookie, a call or a row, and without a younger proof. */
async function expectRefused(finish: () => Promise<Answer>, status: number, code: string): Promise<void> {
  const [rows, sessions] = [await rowCounts(running), await sessionsOf(running)];
  wire.calls.length = 0;
  const answer = await finish();
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(wire.calls).toEqual([]);
  expect(await rowCounts(running)).toEqual(rows);
  expect(await sessionsOf(running)).toEqual(sessions);
}
const expectExpired = (finish: () => Promise<Answer>) => expectRefused(finish, 409, 'challenge_expired');

describe('[ASVS 6.7.2] a challenge is for one purpose, person and sign-in', () => {
  it('that of a step-up signs nobody in', async () => {
    const ceremony = await startStepUp(running, cookie);
    const assertion = authenticator.get(ceremony.options, running.origin);
    await expectExpired(() => finishSignIn(running, ceremony.cookie, assertion));
    expect((await finishStepUp(running, ceremony.cookie, assertion)).status).toBe(200);
  });

  it('that of an earlier sign-in of the same person confirms nothing', async () => {
    const ceremony = await startStepUp(running, cookie);
    const assertion = authenticator.get(ceremony.options, running.origin);
    const tickets = ceremony.cookie.split('; ').filter((pair) => pair.includes('-ceremony'));
    const session = await signedInCookie(running);
    const finish = () => finishStepUp(running, [session, ...tickets].join('; '), assertion);
    await expectExpired(finish);
  });
});

describe('[ASVS 7.5.1] a proof that runs out between start and finish', () => {
  it('creates nothing, and the new proof needs a new start', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await ageProofs(running, 10 * 60 - 1);
    const ceremony = await startRegistration(running, cookie);
    const attestation = createAuthenticator().create(ceremony.options, running.origin);
    vi.setSystemTime(Date.now() + 2_000);
    const finish = () => finishRegistration(running, ceremony.cookie, attestation);
    await expectRefused(finish, 403, 'reauth_required');
    const listed = await running.database.db('passkey_api_credentials').where({ id: attestation.id });
    expect(listed).toEqual([]);
  });
});
