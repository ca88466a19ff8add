/**
 * Whoever hears `credential_unknown` has the passkey removed from their password manager, for good. So it is said only
 * of a credential that nobody owns, and only when everything else was right.
 */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PasskeyApiRefusal } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type AssertionAnswer, type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { finishSignIn, startRegistration, startSignIn } from '../support/ceremonies.ts';
import { withClientData, withResponse } from '../support/credential-surgery.ts';
import { eve } from '../support/person.ts';
import { type Answer, cookiesOf, formType, rowCounts, send, signedInCookie } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
const handleOf = (text: string) => Buffer.from(text).toString('base64url');
let running: TestApp;
/** One whose passkey was deleted a while ago, and one whose passkey works. */
const [deleted, known] = [createAuthenticator(), createAuthenticator()];
let ids: { deleted: string; known: string };
let eveId: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  eveId = (await running.createAccount(eve.email, eve.password)).id;
  const cookie = await signedInCookie(running);
  ids = { deleted: await givePasskey(running, deleted), known: await givePasskey(running, known) };
  // Not so new that they could be thought to be on their way.
  const created_at = new Date(Date.now() - 3_600_000).toISOString();
  await running.database.db('passkey_records').update({ created_at });
  await remove(cookie, ids.deleted);
  await forgetDeletions();
  return () => running.close();
});
afterEach(() => {
  wire.mend();
  Object.assign(deleted.flags, { userPresent: true, userVerified: true });
});

async function remove(Cookie: string, id: string): Promise<void> {
  const headers = { ...formType, Cookie };
  const { status } = await send(running, paths.deletePasskey(id), { method: 'POST', headers, body: '' });
  expect(status).toBe(303);
}
/** A minute later the API alone knows that a passkey is gone. */
async function forgetDeletions(): Promise<void> {
  await running.database.db('pending_deletions').update({ done_at: new Date(0).toISOString() });
  await running.app.sweep();
}
const unchanged = (answer: AssertionAnswer): AssertionAnswer => answer;
/** With the signature of another challenge. */
const forged = (answer: AssertionAnswer): AssertionAnswer => {
  const publicKey = { challenge: 'A'.repeat(43), rpId: 'localhost' };
  const { signature } = known.get({ publicKey }, running.origin).response;
  return withResponse(answer, { signature });
};

async function signIn(
  by: Authenticator,
  change: (answer: AssertionAnswer) => AssertionAnswer = unchanged,
): Promise<Answer> {
  const { cookie, options } = await startSignIn(running);
  const answer = change(by.get(options, running.origin));
  wire.calls.length = 0;
  return finishSignIn(running, cookie, answer);
}

/** Refused: no session, no cookie, no use of any passkey. */
async function expectRefused(
  status: number,
  code: string,
  ask: () => Promise<Answer>,
  calls: string[],
): Promise<Answer> {
  const stored = () => running.database.db('passkey_api_credentials').orderBy('id').select();
  const [rows, before] = [await rowCounts(running, ['sessions']), await stored()];
  const answer = await ask();
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
  expect([cookiesOf(answer), answer.headers['cache-control']]).toEqual(['', 'no-store']);
  expect(await rowCounts(running, ['sessions'])).toEqual(rows);
  expect(await stored()).toEqual(before);
  expect(wire.calls).toEqual(calls);
  return answer;
}

const finalize = 'POST login/finalize';
const confirmed = (id: string) => [finalize, `GET credentials/${id}`];

describe('credential_unknown is the answer', () => {
  const expectUnknown = (ask: () => Promise<Answer>, id: string) =>
    expectRefused(404, 'credential_unknown', ask, confirmed(id));

  it('to a passkey that was deleted, after the API has confirmed it', async () => {
    const { text } = await expectUnknown(() => signIn(deleted), ids.deleted);
    expect(JSON.parse(text).title).toBe(
      'This passkey was removed from your account. Use another way to sign in.',
    );
  });

  it('to a passkey that its owner has deleted just now, which needs no confirmation', async () => {
    const cookie = await signedInCookie(running);
    const fresh = createAuthenticator();
    const id = await givePasskey(running, fresh);
    await remove(cookie, id);
    await expectRefused(404, 'credential_unknown', () => signIn(fresh), []);
    await forgetDeletions();
    await expectUnknown(() => signIn(fresh), id);
  });

  it('to a passkey that its owner has deleted, and that the API has not', async () => {
    const cookie = await signedInCookie(running);
    const fresh = createAuthenticator();
    const id = await givePasskey(running, fresh);
    wire.before = ({ method }) => (method === 'DELETE' ? brokenAnswer() : undefined);
    await remove(cookie, id);
    await expectRefused(404, 'credential_unknown', () => signIn(fresh), []);
    expect(await running.database.db('passkey_api_credentials').where({ id }).select('id')).toHaveLength(1);
  });

  it('also with a signature that is wrong: there is no key to judge it by', async () => {
    await expectUnknown(() => signIn(deleted, forged), ids.deleted);
  });

  it('in the same words to a passkey that was never registered, of somebody or of nobody', async () => {
    const stranger = createAuthenticator();
    const { options } = await startRegistration(running, await signedInCookie(running));
    const { id } = stranger.create(options, running.origin);
    const ofSomebody = await expectUnknown(() => signIn(stranger), id);
    const nameless = (answer: AssertionAnswer) => withResponse(answer, { userHandle: handleOf('nobody') });
    const ofNobody = await expectUnknown(() => signIn(stranger, nameless), id);
    expect(ofNobody.text).toBe(ofSomebody.text);
  });
});

describe('credential_unknown is never the answer to a passkey that somebody owns', () => {
  it.each<[string, (answer: AssertionAnswer) => AssertionAnswer, boolean]>([
    ['with a signature that is wrong', forged, false],
    ['that names another account', (answer) => withUser(answer, eveId), true],
    ['that names nobody', (answer) => withUser(answer, 'nobody'), true],
  ])('%s', async (_, change, asks) => {
    const calls = asks ? confirmed(ids.known) : [finalize];
    await expectRefused(401, 'not_verified', () => signIn(known, change), calls);
  });

  it('whose account is gone', async () => {
    const joan = { email: 'joan@example.com', password: 'six-women-of-the-eniac' };
    await running.createAccount(joan.email, joan.password);
    const authenticator = createAuthenticator();
    await givePasskey(running, authenticator, joan);
    await running.database.db('users').where({ email: joan.email }).delete();
    const { cookie, options } = await startSignIn(running);
    const answer = await finishSignIn(running, cookie, authenticator.get(options, running.origin));
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'not_verified']);
    expect(cookiesOf(answer)).toBe('');
  });

  it('which the service refuses as if it were not there', async () => {
    wire.before = ({ path }) => {
      if (path !== 'login/finalize') return undefined;
      const details = 'Unable to find the credential for the returned credential ID';
      throw new PasskeyApiRefusal(401, { title: 'failed to validate assertion', details, status: 401 });
    };
    await expectRefused(401, 'not_verified', () => signIn(known), confirmed(ids.known));
    wire.mend();
    expect((await signIn(known)).status).toBe(200);
  });
});

describe('credential_unknown is not said of a deleted passkey either', () => {
  it.each<[string, (answer: AssertionAnswer) => AssertionAnswer]>([
    // One of each kind; src/passkeys/gate has the others.
    ['of another origin', (answer) => withClientData(answer, { origin: 'https://evil.example' })],
    ['without a user handle', (answer) => withResponse(answer, { userHandle: undefined })],
    ['whose signature is no signature', (answer) => withResponse(answer, { signature: 'AAAA' })],
  ])('when the answer is one %s: the API is not asked', async (_, change) => {
    await expectRefused(401, 'not_verified', () => signIn(deleted, change), []);
  });

  it('when nobody was verified, or present', async () => {
    deleted.flags.userVerified = false;
    await expectRefused(422, 'uv_required', () => signIn(deleted), []);
    deleted.flags.userPresent = false;
    await expectRefused(401, 'not_verified', () => signIn(deleted), []);
  });

  it('when the challenge is used', async () => {
    const { cookie, options } = await startSignIn(running);
    const answer = deleted.get(options, running.origin);
    expect((await finishSignIn(running, cookie, answer)).status).toBe(404);
    wire.calls.length = 0;
    await expectRefused(409, 'challenge_expired', () => finishSignIn(running, cookie, answer), []);
  });

  it('when the API cannot confirm it', async () => {
    wire.before = ({ method }) => (method === 'GET' ? brokenAnswer() : undefined);
    const ask = () => signIn(deleted);
    await expectRefused(503, 'passkey_service_unavailable', ask, confirmed(ids.deleted));
  });
});

function withUser(answer: AssertionAnswer, userId: string): AssertionAnswer {
  return withResponse(answer, { userHandle: handleOf(userId) });
}
