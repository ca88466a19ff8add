/** Transactions: a challenge that is bound to data, what finalize takes, and what both stages refuse. */
import { createHash, randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withOuter, withResponse } from '../support/credential-surgery.ts';
import {
  creationOptions,
  type Options,
  type Registered,
  register,
  registerMfa,
  requestOptions,
} from './support/ceremonies.ts';
import { call, post, refusalOf } from './support/client.ts';
import { origin, rpId, type Server, startServer } from './support/server.ts';

let server: Server;
/** Somebody whose passkey stays as it is. */
let somebody: Registered;
beforeAll(async () => {
  server = await startServer();
  somebody = await register(server);
});
afterAll(() => server.stop());

const initialize = (body: object, key?: string | null) =>
  post(server, '/transaction/initialize', body, key === undefined ? {} : { key });
const finalize = (body: unknown, key?: string | null) =>
  post(server, '/transaction/finalize', body, key === undefined ? {} : { key });

const data = { amount: 12, to: 'bob' };
const asked = (userId: string, more: object = {}) => ({
  user_id: userId,
  transaction_id: randomUUID(),
  transaction_data: data,
  ...more,
});
async function options(userId: string, more: object = {}): Promise<Options> {
  const answer = await initialize(asked(userId, more));
  if (answer.status !== 200) throw new Error(`transaction/initialize: ${answer.text}`);
  return answer.body;
}
const refused = (details: string) => ({ status: 401, title: 'failed to validate assertion', details });
const unknownSession = (details: string) => ({ status: 401, title: 'failed to get session data', details });

describe('the options of a transaction', () => {
  test('are those of a sign-in of this user, with a longer challenge', async () => {
    const { userId, credentialId } = somebody;
    expect(await options(userId)).toEqual({
      publicKey: {
        challenge: expect.stringMatching(/^[\w-]{86}$/),
        timeout: expect.any(Number),
        rpId,
        allowCredentials: [{ type: 'public-key', id: credentialId }],
        userVerification: 'preferred',
      },
    });
  });

  test.each([
    [
      'members in the order of their names',
      { b: 1, a: { d: [2, 1], c: null } },
      '{"a":{"c":null,"d":[2,1]},"b":1}',
    ],
    ['what HTML could take for markup escaped', { a: '<b>&' }, '{"a":"\\u003cb\\u003e\\u0026"}'],
    ['numbers as doubles', { a: 1.0, b: 1e21, c: 0.5 }, '{"a":1,"b":1e+21,"c":0.5}'],
    ['a text alone', 'ünd', '"ünd"'],
  ])('end with the hash of name and data: %s', async (_name, transaction_data, canonical) => {
    const { userId } = somebody;
    const transaction_id = randomUUID();
    const { challenge } = (await options(userId, { transaction_id, transaction_data })).publicKey;
    const bytes = Buffer.from(challenge, 'base64url');
    expect(bytes).toHaveLength(64);
    const bound = createHash('sha256')
      .update(transaction_id + canonical)
      .digest();
    expect(bytes.subarray(32).toString('hex')).toBe(bound.toString('hex'));
  });
});

describe('transaction/initialize', () => {
  test('refuses without a key, before it looks at the body', async () => {
    for (const key of [null, 'wrong'])
      expect(refusalOf(await initialize({}, key))).toMatchObject({
        status: 401,
        title: 'The api key is invalid',
      });
  });

  test.each(['user_id', 'transaction_id', 'transaction_data'])('refuses without %s', async (name) => {
    const answer = await initialize(asked(randomUUID(), { [name]: null }));
    expect(refusalOf(answer)).toMatchObject({ status: 400, title: 'unable to validate request' });
  });

  test('refuses a name of more than 128 characters', async () => {
    const { userId } = somebody;
    expect((await initialize(asked(userId, { transaction_id: 'x'.repeat(129) }))).status).toBe(400);
    expect((await initialize(asked(userId, { transaction_id: randomUUID().padEnd(128, 'x') }))).status).toBe(
      200,
    );
  });

  test('refuses an unknown user, a name that is taken, and a user without passkeys, in this order', async () => {
    const { userId } = somebody;
    const taken = asked(userId);
    expect((await initialize(taken)).status).toBe(200);
    const unknown = { status: 404, title: 'unable to find user', details: '' };
    expect(refusalOf(await initialize({ ...taken, user_id: randomUUID() }))).toEqual(unknown);
    const exists = { status: 409, title: 'transaction already exists', details: '' };
    expect(refusalOf(await initialize(taken))).toEqual(exists);
    const without = randomUUID();
    await creationOptions(server, without);
    expect(refusalOf(await initialize({ ...taken, user_id: without }))).toEqual(exists);
    expect(refusalOf(await initialize(asked(without)))).toEqual({
      status: 400,
      title: 'user has no suitable credentials for this operation',
      details: '',
    });
  });

  test('offers no key that was made for a second factor, and refuses whoever has no other', async () => {
    const only = randomUUID();
    const key = await registerMfa(server, { userId: only });
    const answer = await initialize(asked(only));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.title).toMatch(/Found no credentials for user$/);
    const { credentialId } = await register(server, { userId: only });
    const { publicKey } = await options(only);
    expect(publicKey.allowCredentials).toEqual([{ type: 'public-key', id: credentialId }]);
    const { allowCredentials: _, ...anyKey } = publicKey;
    const assertion = key.authenticator.get({ publicKey: anyKey }, origin);
    expect((await finalize(assertion)).status).toBe(401);
  });

  test('refuses the name of a transaction that was signed', async () => {
    const { userId, authenticator } = somebody;
    const signed = asked(userId);
    const { body } = await initialize(signed);
    expect((await finalize(authenticator.get(body, origin))).status).toBe(200);
    expect((await initialize(signed)).status).toBe(409);
  });
});

describe('transaction/finalize', () => {
  test('answers with a token that names the transaction', async () => {
    const { userId, credentialId, authenticator } = somebody;
    const transaction_id = randomUUID();
    const answer = await finalize(authenticator.get(await options(userId, { transaction_id }), origin));
    expect(answer.status).toBe(200);
    expect(decodeJwt(answer.body.token)).toMatchObject({
      sub: userId,
      cred: credentialId,
      trans: transaction_id,
      aud: [rpId],
    });
  });

  test('refuses without a key', async () => {
    const { userId, authenticator } = somebody;
    const assertion = authenticator.get(await options(userId), origin);
    for (const key of [null, 'wrong']) expect((await finalize(assertion, key)).status).toBe(401);
    expect((await finalize(assertion)).status).toBe(200);
  });

  test('takes a challenge once, and again after a refusal', async () => {
    const { userId, authenticator } = somebody;
    const assertion = authenticator.get(await options(userId), origin);
    const { signature } = authenticator.get(await requestOptions(server), origin).response;
    const wrong = await finalize(withResponse(assertion, { signature }));
    expect(refusalOf(wrong)).toEqual(refused('Error validating the assertion signature: <nil>'));
    expect((await finalize(assertion)).status).toBe(200);
    expect(refusalOf(await finalize(assertion))).toEqual(
      unknownSession('received challenge does not match with any stored one'),
    );
  });

  test('and login/finalize refuse each other’s challenges, and that of a registration', async () => {
    const { userId, authenticator } = somebody;
    const signIn = authenticator.get(await requestOptions(server, userId), origin);
    const none = unknownSession('no transaction found for this challenge');
    expect(refusalOf(await finalize(signIn))).toEqual(none);
    const { challenge } = (await creationOptions(server, userId)).publicKey;
    const { publicKey } = await options(userId);
    const ofCreation = authenticator.get({ publicKey: { ...publicKey, challenge } }, origin);
    expect((await finalize(ofCreation)).status).toBe(401);
    const transaction = authenticator.get({ publicKey }, origin);
    expect(refusalOf(await post(server, '/login/finalize', transaction, { key: null }))).toEqual(
      unknownSession('received challenge does not match with any stored one'),
    );
    expect((await finalize(transaction)).status).toBe(200);
  });

  test('refuses no user handle, an empty one and one that nobody has', async () => {
    const { userId, authenticator } = somebody;
    const assertion = authenticator.get(await options(userId), origin);
    for (const userHandle of [undefined, '', Buffer.from(randomUUID()).toString('base64url')]) {
      const answer = await finalize(withResponse(assertion, { userHandle }));
      expect(refusalOf(answer), userHandle).toEqual({
        status: 401,
        title: 'failed to get user handle',
        details: 'user not found',
      });
    }
  });

  test('refuses another user’s passkey, whatever the handle says', async () => {
    const { userId } = somebody;
    const other = await register(server);
    const { challenge } = (await options(userId)).publicKey;
    const { publicKey } = await requestOptions(server, other.userId);
    const assertion = other.authenticator.get({ publicKey: { ...publicKey, challenge } }, origin);
    const theirs = await finalize(assertion);
    expect([theirs.status, refusalOf(theirs).title]).toEqual([401, 'failed to validate assertion']);
    const userHandle = Buffer.from(userId).toString('base64url');
    const claimed = await finalize(withResponse(assertion, { userHandle }));
    expect(refusalOf(claimed)).toEqual(refused('User does not own the credential returned'));
  });

  test('refuses a passkey that was deleted meanwhile', async () => {
    const { userId, credentialId, authenticator } = await register(server);
    const assertion = authenticator.get(await options(userId), origin);
    await call(server, 'DELETE', `/credentials/${credentialId}`);
    expect((await finalize(assertion)).status).toBe(401);
  });

  test('cannot read what is no assertion, in its own words', async () => {
    const unreadable = (details: string) => ({ status: 400, title: 'unable to finish transaction', details });
    expect(refusalOf(await finalize('{'))).toEqual(unreadable('Parse error for Assertion'));
    expect(refusalOf(await finalize({ type: 'public-key' }))).toEqual(
      unreadable('CredentialAssertionResponse with ID missing'),
    );
    const { userId, authenticator } = somebody;
    const assertion = authenticator.get(await options(userId), origin);
    const empty = await finalize(withOuter(assertion, { response: undefined }));
    expect(refusalOf(empty)).toMatchObject({ status: 400, title: 'unable to finish transaction' });
  });
});
