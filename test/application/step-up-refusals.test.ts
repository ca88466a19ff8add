/**
 * Step-ups that are refused: the session keeps its id and its age, and the service hears only of what may be right. All
 * that is refused is in step-up-finish.test.ts; here is one of each answer.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ageProofs, sessionsOf } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type AssertionAnswer, createAuthenticator } from '../support/authenticator.ts';
import { withFlags } from '../support/credential-surgery.ts';
import { eventsOf } from '../support/log.ts';
import { eve } from '../support/person.ts';
import { type Answer, rowCounts, signedInCookie } from '../support/request.ts';
import { finishStepUp, registered, startStepUp } from '../support/step-up.ts';
import { createWire } from '../support/wire.ts';

const wire = createWire();
const authenticator = createAuthenticator();
const foreign = createAuthenticator();
let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  await registered(running, await signedInCookie(running), authenticator);
  const theirs = await signedInCookie(running, eve);
  await registered(running, theirs, foreign);
  return () => running.close();
});
beforeEach(async () => {
  await running.database.db('sessions').delete();
  Object.assign(authenticator.flags, { userPresent: true, userVerified: true });
  cookie = await signedInCookie(running);
  await ageProofs(running, 3_600);
});

const events = (name: string) => eventsOf(running, name);
const lastUses = () => running.database.db('passkey_api_credentials').select('id', 'last_used_at');

type Expected = { status: number; code: string; calls?: string[] };

/** Nothing happens but that the challenge is spent: no cookie, no other id, no younger proof, no use of a passkey. */
async function expectRefused(
  finish: () => Promise<Answer>,
  { status, code, calls = [] }: Expected,
): Promise<void> {
  const [rows, sessions, uses] = [await rowCounts(running), await sessionsOf(running), await lastUses()];
  wire.calls.length = 0;
  running.log.length = 0;
  const answer = await finish();
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(wire.calls).toEqual(calls);
  expect(await rowCounts(running)).toEqual({ ...rows, used_challenges: (rows.used_challenges ?? 0) + 1 });
  expect(await sessionsOf(running)).toEqual(sessions);
  expect(await lastUses()).toEqual(uses);
  expect(events('step_up')).toEqual([]);
}

/** A step-up whose answer is changed on its way. */
const changed =
  (change: (answer: AssertionAnswer) => object, by = authenticator) =>
  async () => {
    const { cookie: ceremony, options } = await startStepUp(running, cookie);
    const { allowCredentials: _, ...anybody } = options.publicKey as { allowCredentials?: unknown } & object;
    const assertion = by.get({ publicKey: anybody }, running.origin);
    wire.calls.length = 0;
    return finishStepUp(running, ceremony, change(assertion));
  };

describe('[ASVS 7.5.3] a step-up is refused with', () => {
  it('[ASVS 6.8.4] a user who was not verified', async () => {
    authenticator.flags.userVerified = false;
    await expectRefused(
      changed((answer) => answer),
      { status: 422, code: 'uv_required' },
    );
    expect(events('step_up_refused')).toEqual([
      expect.objectContaining({ outcome: 'refused', reason: 'the user was not verified' }),
    ]);
  });

  it('a verification that was written in afterwards', async () => {
    authenticator.flags.userVerified = false;
    const calls = ['POST login/finalize'];
    const forged = changed((answer) => withFlags(answer, (flags) => flags | 0b100));
    await expectRefused(forged, { status: 401, code: 'not_verified', calls });
  });

  it("another account's passkey, which the service never hears of", async () => {
    await expectRefused(
      changed((answer) => answer, foreign),
      { status: 403, code: 'wrong_account' },
    );
    expect(events('step_up_refused')).toEqual([expect.objectContaining({ reason: 'wrong_account' })]);
  });

  it('an own passkey that was deleted since the start', async () => {
    const lost = createAuthenticator();
    const id = await registered(running, await signedInCookie(running), lost);
    const ceremony = await startStepUp(running, cookie);
    const assertion = lost.get(ceremony.options, running.origin);
    await running.database.db('passkey_api_credentials').where({ id }).delete();
    await expectRefused(() => finishStepUp(running, ceremony.cookie, assertion), {
      status: 404,
      code: 'credential_unknown',
      calls: ['POST login/finalize', `GET credentials/${id}`],
    });
  });
});
