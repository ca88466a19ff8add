/** A challenge is good here and for this: every other use is refused before the passkey service hears of it. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { type AssertionAnswer, createAuthenticator } from '../support/authenticator.ts';
import {
  finishRegistration,
  finishSignIn,
  register,
  startRegistration,
  startSignIn,
} from '../support/ceremonies.ts';
import { withClientData, withResponse } from '../support/credential-surgery.ts';
import { respelled } from '../support/gate-fixtures.ts';
import { type Answer, cookieNamed, rowCounts, signedInCookie } from '../support/request.ts';

const grace = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
/** Holds a passkey of Ada's. */
const authenticator = createAuthenticator();
const calls: string[] = [];
let running: TestApp;

beforeAll(async () => {
  running = await startApp({
    wrapTransport: (transport) => ({
      ...transport,
      fetch: (url, init) => {
        calls.push(new URL(url).pathname);
        return transport.fetch(url, init);
      },
    }),
  });
  await running.createAccount(grace.email, grace.password);
  await register(running, await signedInCookie(running), authenticator);
  return () => running.close();
});

/** Refused with 409, without a session, a passkey, a spent challenge or a call. */
async function expectRefused(finish: () => Promise<Answer>): Promise<void> {
  const before = await rowCounts(running);
  calls.length = 0;
  const { status, text, headers } = await finish();
  expect([status, JSON.parse(text).code]).toEqual([409, 'challenge_expired']);
  expect(headers['set-cookie']).toBeUndefined();
  expect(calls).toEqual([]);
  expect(await rowCounts(running)).toEqual(before);
}

describe('[ASVS 2.3.1] a sign-in is refused with', () => {
  afterEach(() => void vi.useRealTimers());

  it('the challenge of another browser', async () => {
    const theirs = await startSignIn(running);
    const ours = await startSignIn(running);
    const assertion = authenticator.get(theirs.options, running.origin);
    await expectRefused(() => finishSignIn(running, ours.cookie, assertion));
    await expectRefused(() => finishSignIn(running, '', assertion));
    expect((await finishSignIn(running, theirs.cookie, assertion)).status).toBe(200);
  });

  it('the challenge of a registration', async () => {
    const { cookie, options } = await startRegistration(running, await signedInCookie(running));
    const rpId = 'localhost';
    const assertion = authenticator.get({ publicKey: { ...options.publicKey, rpId } }, running.origin);
    await expectRefused(() => finishSignIn(running, cookie, assertion));
  });

  it('the same challenge in another spelling, signed by the right key', async () => {
    const { cookie, options } = await startSignIn(running);
    const honest = authenticator.get(options, running.origin);
    const challenge = respelled(options.publicKey.challenge);
    expect(challenge).not.toBe(options.publicKey.challenge);
    await expectRefused(() => finishSignIn(running, cookie, resigned(withClientData(honest, { challenge }))));
    expect((await finishSignIn(running, cookie, resigned(honest))).status).toBe(200);
  });

  it('a ceremony cookie that was changed', async () => {
    const { cookie, options } = await startSignIn(running);
    const assertion = authenticator.get(options, running.origin);
    const [, tickets = ''] = /ceremony=([^;]+)/.exec(cookie) ?? [];
    const later = Buffer.from(tickets, 'base64url')
      .toString()
      .replace(/("expiresAt":\d)/, '$19');
    await expectRefused(() =>
      finishSignIn(running, cookie.replace(tickets, Buffer.from(later).toString('base64url')), assertion),
    );
    await expectRefused(() =>
      finishSignIn(running, `${cookieNamed(running, 'ceremony')}=${tickets}`, assertion),
    );
    await expectRefused(() => finishSignIn(running, cookie.replace(/(sig=.{5})./, '$1~'), assertion));
  });

  it('a ticket that is more than five minutes old', async () => {
    const { cookie, options } = await startSignIn(running);
    const assertion = authenticator.get(options, running.origin);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 });
    await expectRefused(() => finishSignIn(running, cookie, assertion));
  });

  it('a challenge that was never issued', async () => {
    const { cookie, options } = await startSignIn(running);
    const invented = { publicKey: { ...options.publicKey, challenge: 'A'.repeat(43) } };
    await expectRefused(() => finishSignIn(running, cookie, authenticator.get(invented, running.origin)));
  });
});

describe('[ASVS 2.3.1] a registration is refused with', () => {
  const attest = (options: { publicKey: object }) => createAuthenticator().create(options, running.origin);

  it('the challenge of a sign-in', async () => {
    const session = await signedInCookie(running);
    const signIn = await startSignIn(running);
    const { options } = await startRegistration(running, session);
    const { challenge } = signIn.options.publicKey;
    const attestation = attest({ publicKey: { ...options.publicKey, challenge } });
    await expectRefused(() => finishRegistration(running, `${session}; ${signIn.cookie}`, attestation));
  });

  it('the challenge of another person in the same browser', async () => {
    const ceremony = await startRegistration(running, await signedInCookie(running));
    const session = await signedInCookie(running, grace);
    await expectRefused(() =>
      finishRegistration(running, carried(session, ceremony.cookie), attest(ceremony.options)),
    );
  });

  it('the challenge of an earlier sign-in of the same person', async () => {
    const ceremony = await startRegistration(running, await signedInCookie(running));
    const session = await signedInCookie(running);
    await expectRefused(() =>
      finishRegistration(running, carried(session, ceremony.cookie), attest(ceremony.options)),
    );
  });
});

/** The ceremony of one sign-in in the browser of another. */
function carried(session: string, cookie: string): string {
  return [session, ...cookie.split('; ').filter((pair) => pair.includes('-ceremony'))].join('; ');
}

/** Signed anew by the passkey itself, so that nothing but the client data is unusual. */
function resigned(answer: AssertionAnswer): AssertionAnswer {
  const { authenticatorData, clientDataJSON } = answer.response;
  const signature = authenticator.sign(answer.id, bytes(authenticatorData), bytes(clientDataJSON));
  return withResponse(answer, { signature: Buffer.from(signature).toString('base64url') });
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
