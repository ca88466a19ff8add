/** Signature counters: what is refused, what is only reported, what is stored. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findCredential } from '../../../src/passkey-api/credential-store.ts';
import { type Registered, register, requestOptions } from '../../contract/support/ceremonies.ts';
import { type Answer, post, refusalOf } from '../../contract/support/client.ts';
import { withCounter } from '../../contract/support/forgery.ts';
import { type EmbeddedServer, origin, startEmbedded } from '../../contract/support/server.ts';
import { createAuthenticator } from '../../support/authenticator.ts';

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.events.length = 0;
});

async function signInCounting(passkey: Registered, counter: number): Promise<Answer> {
  const credential = passkey.authenticator.get(await requestOptions(server), origin);
  return post(server, '/login/finalize', withCounter(passkey.authenticator, credential, counter), {
    key: null,
  });
}

const storedCounter = async (passkey: Registered) =>
  (await findCredential({ db: server.db, tenantId: server.tenantId }, passkey.credentialId))?.signCount;

describe('a key that stays on its device', () => {
  let passkey: Registered;
  beforeEach(async () => {
    const authenticator = createAuthenticator({ flags: { backupEligible: false, backedUp: false } });
    passkey = await register(server, { authenticator });
  });

  test('[ASVS 1.4.2] signs in while its counter grows, above 31 bits too', async () => {
    for (const counter of [1, 2, 4_000_000_000, 4_294_967_295]) {
      expect((await signInCounting(passkey, counter)).status).toBe(200);
      expect(await storedCounter(passkey)).toBe(counter);
    }
    expect(server.events).toEqual([]);
  });

  test.each([5, 4, 0])('is refused with counter %i after 5, and reported', async (counter) => {
    await signInCounting(passkey, 5);
    expect(refusalOf(await signInCounting(passkey, counter))).toEqual({
      status: 401,
      title: 'failed to validate assertion',
      details: 'The signature counter did not grow',
    });
    expect(await storedCounter(passkey)).toBe(5);
    const { userId, credentialId } = passkey;
    const facts = { userId, credentialId, stored: 5, received: counter, refused: true };
    expect(server.events).toEqual([{ event: 'passkey_counter_regression', facts }]);
  });

  test('signs in again and again if it does not count', async () => {
    for (const counter of [0, 0]) expect((await signInCounting(passkey, counter)).status).toBe(200);
    expect(server.events).toEqual([]);
  });

  test('is not reported for a signature that is wrong', async () => {
    await signInCounting(passkey, 5);
    const credential = passkey.authenticator.get(await requestOptions(server), origin);
    const old = withCounter(passkey.authenticator, credential, 1);
    const body = { ...old, response: { ...old.response, signature: credential.response.signature } };
    expect((await post(server, '/login/finalize', body, { key: null })).status).toBe(401);
    expect(server.events).toEqual([]);
  });
});

describe('a synced key', () => {
  test('signs in with a smaller counter, which is reported', async () => {
    const passkey = await register(server);
    await signInCounting(passkey, 5);
    expect((await signInCounting(passkey, 3)).status).toBe(200);
    expect(await storedCounter(passkey)).toBe(3);
    expect(server.events).toMatchObject([{ event: 'passkey_counter_regression', facts: { refused: false } }]);
  });
});
