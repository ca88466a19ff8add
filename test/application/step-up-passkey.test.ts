/** The step-up with a passkey: what is offered to whom, and what a use of it leaves behind. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs, removePassword, sessionsOf } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { startRegistration } from '../support/ceremonies.ts';
import { withResponse } from '../support/credential-surgery.ts';
import { eve } from '../support/person.ts';
import { cookiesOf, rowCounts, send, signedInCookie } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { askForStepUp, finishStepUp, passkeyCookie, startStepUp, stepUp } from '../support/step-up.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const joan = { email: 'joan@example.com', password: 'six-women-of-the-eniac' };
const wire = createWire();
const [laptop, phone, foreign] = [createAuthenticator(), createAuthenticator(), createAuthenticator()];
const ids: Record<'laptop' | 'phone' | 'foreign', string> = { laptop: '', phone: '', foreign: '' };
let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  await running.createAccount(joan.email, joan.password);
  ids.laptop = await givePasskey(running, laptop);
  ids.phone = await givePasskey(running, phone);
  ids.foreign = await givePasskey(running, foreign, eve);
  return () => running.close();
});
beforeEach(async () => {
  await running.database.db('sessions').delete();
  cookie = await signedInCookie(running);
  await ageProofs(running, 3_600);
});
afterEach(() => {
  wire.mend();
});

const page = (Cookie: string) => send(running, paths.reauth, { headers: { Cookie } });

describe('the start', () => {
  it('offers all own passkeys, only them, and wants the user to be verified', async () => {
    const answer = await askForStepUp(running, cookie);
    const { loginOptions, expiresIn } = JSON.parse(answer.text);
    expect(loginOptions.publicKey).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      timeout: expiresIn * 1_000,
      rpId: 'localhost',
      allowCredentials: expect.arrayContaining([
        { type: 'public-key', id: ids.laptop },
        { type: 'public-key', id: ids.phone },
      ]),
      userVerification: 'required',
    });
    expect(loginOptions.publicKey.allowCredentials).toHaveLength(2);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('gives a ticket for this browser alone, and stores nothing', async () => {
    const before = await rowCounts(running);
    const { headers } = await askForStepUp(running, cookie);
    expect(headers['set-cookie']?.[0]).toMatch(/^latchkey-\d+-ceremony=.*samesite=strict; httponly$/i);
    expect(String(headers['set-cookie'])).not.toMatch(/session=/);
    expect(await rowCounts(running)).toEqual(before);
  });

  it('has nothing to offer to whoever has no passkey, and gives no challenge', async () => {
    const theirs = await signedInCookie(running, joan);
    wire.calls.length = 0;
    const answer = await askForStepUp(running, theirs);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([404, 'not_found']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(wire.calls).toEqual(['GET credentials']);
    expect((await page(theirs)).text).not.toContain('Use a passkey');
  });

  it('has nothing to offer to whoever has only a key that works after the password', async () => {
    const theirs = await signedInCookie(running, joan);
    const id = await givePasskey(running, createAuthenticator(), joan);
    expect((await page(theirs)).text).toContain('Use a passkey');
    await running.database.db('passkey_api_credentials').where({ id }).update({ is_mfa: true });
    expect((await askForStepUp(running, theirs)).status).toBe(404);
    expect((await page(theirs)).text).not.toContain('Use a passkey');
  });

  it('answers 503 without a challenge while the service is down', async () => {
    wire.before = brokenAnswer;
    const answer = await askForStepUp(running, cookie);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([503, 'passkey_service_unavailable']);
    expect([answer.headers['set-cookie'], answer.headers['retry-after']]).toEqual([undefined, '10']);
  });
});

describe('the finish', () => {
  it('takes one of the own passkeys', async () => {
    const answer = await stepUp(running, cookie, laptop);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { redirect: paths.dashboard }]);
    const renewed = cookiesOf(answer);
    const { options } = await startRegistration(running, renewed);
    expect(options.publicKey.challenge).toHaveLength(43);
  });

  it('does without a user handle, as security keys answer', async () => {
    const ceremony = await startStepUp(running, cookie);
    const assertion = withResponse(laptop.get(ceremony.options, running.origin), { userHandle: undefined });
    expect((await finishStepUp(running, ceremony.cookie, assertion)).status).toBe(200);
  });

  it('counts as a use of the passkey, but not as the one that opened the session', async () => {
    await running.database.db('passkey_records').delete();
    await stepUp(running, cookie, laptop);
    expect(await running.database.db('passkey_records').select('credential_id', 'last_device')).toEqual([
      { credential_id: ids.laptop, last_device: 'Unknown device' },
    ]);
    const [session] = await sessionsOf(running);
    expect([session?.data.method, session?.data.credentialId]).toEqual(['password', undefined]);
    expect((await page(cookie)).status).toBe(303);
  });

  it('is the same on a session that a passkey opened', async () => {
    await running.database.db('sessions').delete();
    const opened = await passkeyCookie(running, laptop);
    await ageProofs(running, 3_600);
    expect((await stepUp(running, opened, phone)).status).toBe(200);
    const [session] = await sessionsOf(running);
    expect(session?.data).toMatchObject({ method: 'passkey', credentialId: ids.laptop });
  });
});

describe('an account without a password', () => {
  it('sees only the passkey, and gets through with it', async () => {
    const theirs = await signedInCookie(running, eve);
    await removePassword(running, eve.email);
    await ageProofs(running, 3_600, eve.email);
    const { text } = await page(theirs);
    expect(text).toContain('Use a passkey');
    expect(text).not.toMatch(/type="password"|<span>or<\/span>|>Confirm<\/button>/);
    expect(text).toContain('<noscript><p class="note">Using a passkey needs JavaScript.</p></noscript>');
    const answer = await stepUp(running, theirs, foreign);
    expect(answer.status).toBe(200);
    expect((await startRegistration(running, cookiesOf(answer))).options.publicKey).toBeDefined();
  });

  it('is told why nothing can be asked while the service is down', async () => {
    const theirs = await passkeyCookie(running, foreign);
    wire.before = brokenAnswer;
    const { text, status } = await page(theirs);
    expect(status).toBe(200);
    expect(text).toContain('Passkeys are not available right now, and you have no password.');
    expect(text).not.toMatch(/type="password"|Use a passkey/);
  });
});
