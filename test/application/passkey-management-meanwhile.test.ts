/** Somebody signs in with a passkey while it is being deleted: whichever is first, no session of it is left. */
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { finishSignIn, startSignIn } from '../support/ceremonies.ts';
import { type Answer, cookiesOf, formType, send, signedInCookie } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { confirmPassword, finishStepUp, mayCreate, startStepUp } from '../support/step-up.ts';
import { createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
let authenticator = createAuthenticator();
/** Of the owner, who deletes. */
let cookie: string;
let id: string;
/** A sign-in with the passkey, ready to be finished. */
let signIn: () => Promise<Answer>;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['sessions', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  authenticator = createAuthenticator();
  id = await givePasskey(running, authenticator);
  cookie = await signedInCookie(running);
  // Not so new that it could be thought to be on its way.
  const created_at = new Date(Date.now() - 3_600_000).toISOString();
  await running.database.db('passkey_records').update({ created_at });
  const { cookie: ceremony, options } = await startSignIn(running);
  const assertion = authenticator.get(options, running.origin);
  signIn = () => finishSignIn(running, ceremony, assertion);
});
afterEach(() => wire.mend());

const remove = (body = '') => {
  const headers = { ...formType, Cookie: cookie };
  return send(running, paths.deletePasskey(id), { method: 'POST', headers, body });
};

/** The owner proves who they are, in the session that deletes. */
async function confirmedOwner(): Promise<void> {
  cookie = cookiesOf(await confirmPassword(running, cookie, { password: person.password }));
}

/** Refused without a session; the owner's own one is the only one. */
async function expectNobodyIn(answer: Answer | undefined, status: number, code: string): Promise<void> {
  if (!answer) throw new Error('the sign-in was never tried');
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
  expect(cookiesOf(answer)).not.toContain('session=');
  expect(await sessionsOf(running)).toHaveLength(1);
  expect((await send(running, paths.dashboard, { headers: { Cookie: cookie } })).status).toBe(200);
}

it('when the owner has deleted it, and the service does not know it yet', async () => {
  let answer: Answer | undefined;
  wire.before = async ({ method }) => {
    if (method === 'DELETE') answer = await signIn();
    return undefined;
  };
  expect((await remove()).status).toBe(303);
  await expectNobodyIn(answer, 404, 'credential_unknown');
});

it('when the service has just deleted it', async () => {
  let answer: Answer | undefined;
  wire.after = async ({ method }, removed) => {
    if (method === 'DELETE') answer = await signIn();
    return removed;
  };
  expect((await remove()).status).toBe(303);
  await expectNobodyIn(answer, 404, 'credential_unknown');
});

it('when the service has let them in just before it was deleted, and the log says why', async () => {
  wire.after = async ({ path }, verified) => {
    if (path === 'login/finalize') expect((await remove('end_sessions=yes')).status).toBe(303);
    return verified;
  };
  running.log.length = 0;
  await expectNobodyIn(await signIn(), 401, 'not_verified');
  const events = running.log.map((line) => JSON.parse(line)).map(({ event, reason }) => [event, reason]);
  expect(events).toContainEqual(['sign_in_refused', 'the passkey opens nothing']);
  expect(events.map(([event]) => event)).not.toContain('sign_in');
});

it('when it has just been verified for a step-up: nothing is proved, and the log says why', async () => {
  const other = await signedInCookie(running);
  await ageProofs(running, 3_600);
  const { cookie: ceremony, options } = await startStepUp(running, other);
  const assertion = authenticator.get(options, running.origin);
  wire.after = async ({ path }, verified) => {
    if (path !== 'login/finalize') return verified;
    await confirmedOwner();
    expect((await remove()).headers.location).toBe(paths.dashboard);
    return verified;
  };
  running.log.length = 0;
  const answer = await finishStepUp(running, ceremony, assertion);
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'not_verified']);
  expect(cookiesOf(answer)).toBe('');
  expect(await mayCreate(running, other)).toBe('reauth_required');
  const events = running.log.map((line) => JSON.parse(line)).map(({ event, reason }) => [event, reason]);
  expect(events).toContainEqual(['step_up_refused', 'the passkey opens nothing']);
});
