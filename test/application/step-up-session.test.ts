/** A step-up is no second sign-in: the same session goes on, with a new proof, under an id that nobody has seen. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pseudonym } from '../../src/logger.ts';
import { paths } from '../../src/paths.ts';
import { ageProofs, sessionsOf } from '../support/aged-session.ts';
import { person, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { eventsOf } from '../support/log.ts';
import { type Answer, cookiesOf, formType, send, signedInCookie } from '../support/request.ts';
import { confirmPassword, finishStepUp, registered, startStepUp, stepUp } from '../support/step-up.ts';
import { startTwice } from '../support/two-processes.ts';
import { createWire } from '../support/wire.ts';

const day = 24 * 3_600_000;
const authenticator = createAuthenticator();
const wire = createWire();
let running: TestApp;
let second: TestApp;
let cookie: string;

beforeAll(async () => {
  const both = await startTwice({ wrapTransport: wire.wrapTransport });
  ({ first: running, second } = both);
  await registered(running, await signedInCookie(running), authenticator);
  return both.close;
});
beforeEach(async () => {
  await running.database.db('sessions').delete();
  cookie = await signedInCookie(running);
  await ageProofs(running, 3_600);
  // What the first page of a session is told once.
  await dashboard(cookie);
});

const dashboard = (Cookie: string, app = running) => send(app, paths.dashboard, { headers: { Cookie } });
const signOut = (Cookie: string) =>
  send(running, paths.logout, { method: 'POST', headers: { ...formType, Cookie }, body: '' });
const only = async () => {
  const [session, ...others] = await sessionsOf(running);
  expect(others).toEqual([]);
  return session as NonNullable<typeof session>;
};
const events = (name: string) => eventsOf(running, name);

const proofs: Record<'password' | 'passkey', () => Promise<Answer>> = {
  password: () => confirmPassword(running, cookie, { password: person.password }),
  passkey: () => stepUp(running, cookie, authenticator),
};

/** What the session says of it. */
const proven = {
  password: { provenBy: 'password' },
  passkey: { provenBy: 'passkey', provenWith: expect.any(String) },
};

describe.each(['password', 'passkey'] as const)('a step-up by %s', (method) => {
  const prove = proofs[method];
  it('[ASVS 7.2.4, 16.3.1] gives the session another id, keeps all else of it, and is logged; the old id is dead at once, in every process', async () => {
    const before = await only();
    const elsewhere = await signedInCookie(running);
    const other = (await sessionsOf(running)).find(({ id_hash }) => id_hash !== before.id_hash);
    const startedAt = Date.now();
    running.log.length = 0;
    const answer = await prove();
    const renewed = cookiesOf(answer);
    const sessions = await sessionsOf(running);
    expect(sessions, 'other sessions stay as they are').toContainEqual(other);
    const [after, ...more] = sessions.filter(({ id_hash }) => id_hash !== other?.id_hash);
    expect(more).toEqual([]);
    expect(after?.id_hash).not.toBe(before.id_hash);
    expect(after?.created_at).toBe(before.created_at);
    expect(after?.data.authenticatedAt).toBeGreaterThanOrEqual(startedAt);
    expect(after?.data).toEqual({ ...before.data, authenticatedAt: expect.any(Number), ...proven[method] });

    expect(renewed).toMatch(/(^|; )latchkey-\d+-session=[\w-]{43}; latchkey-\d+-session\.sig=/);
    // It is not how somebody signed in, so the next sign-in page says nothing of it.
    expect(String(answer.headers['set-cookie'])).not.toMatch(/last_method|device/);
    expect(events('step_up')).toEqual([
      expect.objectContaining({
        outcome: 'success',
        user: pseudonym(before.data.userId),
        method,
        address: '127.0.0.1',
        requestId: expect.any(String),
      }),
    ]);
    expect(events('sign_in')).toEqual([]);
    for (const app of [running, second]) {
      expect((await dashboard(cookie, app)).status).toBe(303);
      expect((await dashboard(renewed, app)).status).toBe(200);
    }
    expect((await dashboard(elsewhere)).status).toBe(200);
  });

  it('[ASVS 7.3.2] does not move the end of the thirty days', async () => {
    const now = Date.now();
    const created_at = new Date(now - 29 * day).toISOString();
    const expires_at = new Date(now + day).toISOString();
    await running.database.db('sessions').update({ created_at, expires_at });
    cookie = cookiesOf(await prove());
    expect(await only()).toMatchObject({ created_at, expires_at });
    // Nor does what is written into the session after it.
    await send(running, paths.deletePasskey('x'), {
      method: 'POST',
      headers: { ...formType, Cookie: cookie },
      body: '',
    });
    const { expires_at: end } = await only();
    expect(Date.parse(end)).toBeLessThanOrEqual(Date.parse(created_at) + 30 * day);
  });
});

describe('[ASVS 7.4.1] a sign-out in another tab, in the middle of a step-up', () => {
  it('is not undone by it', async () => {
    const ceremony = await startStepUp(running, cookie);
    const assertion = authenticator.get(ceremony.options, running.origin);
    wire.before = async ({ path }) => {
      if (path === 'login/finalize') await signOut(cookie);
      return undefined;
    };
    running.log.length = 0;
    const answer = await finishStepUp(running, ceremony.cookie, assertion);
    wire.mend();
    expect(cookiesOf(answer)).toBe('');
    expect(events('step_up')).toEqual([]);
    expect(await sessionsOf(running)).toEqual([]);
    expect((await dashboard(cookie)).status).toBe(303);
  });

  it('ends a ceremony that is still to be finished', async () => {
    const ceremony = await startStepUp(running, cookie);
    const assertion = authenticator.get(ceremony.options, running.origin);
    await signOut(cookie);
    const answer = await finishStepUp(running, ceremony.cookie, assertion);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'signed_out']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await sessionsOf(running)).toEqual([]);
  });
});
