/** Signing in: the options, what finalize takes and what it refuses. */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aMoment } from '../support/a-moment.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { withAuthData, withClientData, withOuter, withResponse } from '../support/credential-surgery.ts';
import { creationOptions, type Registered, register, requestOptions, signIn } from './support/ceremonies.ts';
import { call, get, post, refusalOf } from './support/client.ts';
import { resigned } from './support/forgery.ts';
import { origin, rpId, type Server, startServer } from './support/server.ts';

let server: Server;
/** Somebody whose passkey stays as it is. */
let somebody: Registered;
beforeAll(async () => {
  server = await startServer();
  somebody = await register(server);
});
afterAll(() => server.stop());

const initialize = (body: unknown, key?: string | null) =>
  post(server, '/login/initialize', body, key === undefined ? {} : { key });
const finalize = (body: unknown) => post(server, '/login/finalize', body, { key: null });

describe('the request options', () => {
  test('have exactly the members of the contract, and need no key', async () => {
    const answer = await initialize(undefined, null);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      publicKey: {
        challenge: expect.stringMatching(/^[\w-]{43}$/),
        timeout: expect.any(Number),
        rpId,
        userVerification: 'preferred',
      },
    });
  });

  test.each([
    ['null', 'null'],
    ['an empty object', {}],
    ['a user id of null', { user_id: null }],
    ['unknown members', { mediation: 'required' }],
  ])('are those of any user for %s', async (_name, body) => {
    const answer = await initialize(body, null);
    expect(answer.status).toBe(200);
    expect(answer.body.publicKey).not.toHaveProperty('allowCredentials');
  });

  test('name the credentials of a named user, and no transports', async () => {
    const { userId, credentialId } = await register(server);
    const second = await register(server, { userId });
    const { body } = await initialize({ user_id: userId });
    const allowed = [credentialId, second.credentialId].map((id) => ({ type: 'public-key', id }));
    expect(body.publicKey.allowCredentials).toHaveLength(2);
    expect(body.publicKey.allowCredentials).toEqual(expect.arrayContaining(allowed));
  });

  test('name them too when the member is spelt in capitals', async () => {
    const { userId } = somebody;
    const { body } = await initialize({ USER_ID: userId });
    expect(body.publicKey.allowCredentials).toHaveLength(1);
  });
});

describe('login/initialize for a user', () => {
  test('refuses without a key', async () => {
    const refusal = { status: 401, title: 'api key is missing', details: '' };
    expect(refusalOf(await initialize({ user_id: randomUUID() }, null))).toEqual(refusal);
    expect(refusalOf(await initialize({ user_id: randomUUID() }, '  '))).toEqual(refusal);
  });

  test('refuses an empty user id, an unknown one and a user without passkeys', async () => {
    expect(refusalOf(await initialize({ user_id: '' }))).toEqual({
      status: 400,
      title: 'unable to validate request',
      details: 'user_id must at least have 1 entry',
    });
    const unknown = { status: 404, title: 'user not found', details: '' };
    expect(refusalOf(await initialize({ user_id: randomUUID() }))).toEqual(unknown);
    const userId = randomUUID();
    await creationOptions(server, userId);
    expect((await initialize({ user_id: userId })).status).toBeGreaterThanOrEqual(400);
  });

  test('refuses one way or another when the last passkey was deleted', async () => {
    const { userId, credentialId } = await register(server);
    await call(server, 'DELETE', `/credentials/${credentialId}`);
    expect((await initialize({ user_id: userId })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('login/finalize for any user', () => {
  test('answers with a token for the owner of the passkey', async () => {
    const { authenticator, userId, credentialId } = somebody;
    const { status, body } = await signIn(server, authenticator);
    expect(status).toBe(200);
    expect(decodeJwt(body.token)).toMatchObject({ sub: userId, cred: credentialId });
  });

  test('works without user verification where it is only preferred', async () => {
    const { authenticator } = await register(server);
    authenticator.flags.userVerified = false;
    expect((await signIn(server, authenticator)).status).toBe(200);
  });

  test('takes a challenge once', async () => {
    const { authenticator } = somebody;
    const options = await requestOptions(server);
    expect((await finalize(authenticator.get(options, origin))).status).toBe(200);
    expect(refusalOf(await finalize(authenticator.get(options, origin)))).toEqual(challengeUnknown);
  });

  test('lets a challenge be answered again after a refusal', async () => {
    const { authenticator } = somebody;
    const credential = authenticator.get(await requestOptions(server), origin);
    const { signature } = authenticator.get(await requestOptions(server), origin).response;
    const answer = await finalize(withResponse(credential, { signature }));
    expect(refusalOf(answer)).toEqual(refused('Error validating the assertion signature: <nil>'));
    expect((await finalize(credential)).status).toBe(200);
  });

  test('refuses the challenge of a registration', async () => {
    const { authenticator, userId } = somebody;
    const { challenge } = (await creationOptions(server, userId)).publicKey;
    const { publicKey } = await requestOptions(server);
    const credential = authenticator.get({ publicKey: { ...publicKey, challenge } }, origin);
    expect(refusalOf(await finalize(credential))).toEqual(challengeUnknown);
  });

  test('refuses another origin and another type of ceremony', async () => {
    const { authenticator } = somebody;
    const credential = authenticator.get(await requestOptions(server), origin);
    const elsewhere = withClientData(credential, { origin: 'https://elsewhere.example' });
    const creation = withClientData(credential, { type: 'webauthn.create' });
    const wrongOrigin = await finalize(resigned(authenticator, elsewhere));
    expect(refusalOf(wrongOrigin)).toEqual(refused('Error validating origin'));
    const wrongType = await finalize(resigned(authenticator, creation));
    expect(refusalOf(wrongType)).toEqual(refused('Error validating ceremony type'));
  });

  test('refuses another relying party', async () => {
    const { authenticator } = somebody;
    const credential = authenticator.get(await requestOptions(server), origin);
    const foreign = withAuthData(credential, (bytes) => bytes.map((byte, at) => (at < 32 ? 7 : byte)));
    const answer = await finalize(resigned(authenticator, foreign));
    expect(refusalOf(answer)).toEqual(refused('Error validating the authenticator response'));
  });

  test('refuses when nobody was present', async () => {
    const { authenticator } = await register(server);
    authenticator.flags.userPresent = false;
    const answer = await signIn(server, authenticator);
    expect(refusalOf(answer)).toEqual(refused('Error validating the authenticator response'));
  });

  test('refuses no user handle, an empty one, null, and one that nobody has', async () => {
    const credential = somebody.authenticator.get(await requestOptions(server), origin);
    for (const userHandle of [undefined, '', null, Buffer.from(randomUUID()).toString('base64url')])
      expect(refusalOf(await finalize(withResponse(credential, { userHandle }))), String(userHandle)).toEqual(
        {
          status: 401,
          title: 'failed to get user handle',
          details: 'user not found',
        },
      );
  });

  test('refuses the handle of another user', async () => {
    const { authenticator } = somebody;
    const other = await register(server);
    const credential = authenticator.get(await requestOptions(server), origin);
    const userHandle = Buffer.from(other.userId).toString('base64url');
    expect(refusalOf(await finalize(withResponse(credential, { userHandle })))).toEqual(credentialUnknown);
  });

  test('refuses a passkey that was deleted, and one without rawId', async () => {
    const { authenticator, credentialId } = await register(server);
    const unnamed = withOuter(authenticator.get(await requestOptions(server), origin), { rawId: undefined });
    expect(refusalOf(await finalize(unnamed))).toEqual(credentialUnknown);
    await call(server, 'DELETE', `/credentials/${credentialId}`);
    expect(refusalOf(await signIn(server, authenticator))).toEqual(credentialUnknown);
  });
});

describe('login/finalize for a named user', () => {
  test.each([
    ['without a user handle', undefined],
    ['with an empty user handle', ''],
    ['with a user handle of null', null],
    ['with a wrong user handle', Buffer.from('nobody').toString('base64url')],
  ])('works %s', async (_name, userHandle) => {
    const { authenticator, userId } = somebody;
    const credential = authenticator.get(await requestOptions(server, userId), origin);
    const { status, body } = await finalize(withResponse(credential, { userHandle }));
    expect(status).toBe(200);
    expect(decodeJwt(body.token).sub).toBe(userId);
  });

  test('refuses the passkey of another user', async () => {
    const { userId } = somebody;
    const other = await register(server);
    const { challenge } = (await requestOptions(server, userId)).publicKey;
    const { publicKey } = await requestOptions(server);
    const credential = other.authenticator.get({ publicKey: { ...publicKey, challenge } }, origin);
    const answer = await finalize(credential);
    expect(refusalOf(answer)).toEqual(refused('User does not own the credential returned'));
  });

  test('takes a challenge once', async () => {
    const { authenticator, userId } = somebody;
    const options = await requestOptions(server, userId);
    expect((await finalize(authenticator.get(options, origin))).status).toBe(200);
    expect(refusalOf(await finalize(authenticator.get(options, origin)))).toEqual(challengeUnknown);
  });

  test('refuses when nobody was present, and can then be answered again', async () => {
    const { authenticator, userId } = await register(server);
    const options = await requestOptions(server, userId);
    authenticator.flags.userPresent = false;
    const answer = await finalize(authenticator.get(options, origin));
    expect(refusalOf(answer)).toEqual(refused('Error validating the authenticator response'));
    authenticator.flags.userPresent = true;
    expect((await finalize(authenticator.get(options, origin))).status).toBe(200);
  });

  test('refuses an offered passkey that was deleted meanwhile, though the user has others', async () => {
    const { authenticator, userId, credentialId } = await register(server);
    await register(server, { userId });
    const credential = authenticator.get(await requestOptions(server, userId), origin);
    await call(server, 'DELETE', `/credentials/${credentialId}`);
    const { status, title } = refusalOf(await finalize(credential));
    expect([status, title]).toEqual([401, 'failed to validate assertion']);
  });

  test('refuses when an offered passkey was deleted meanwhile', async () => {
    const { authenticator, userId, credentialId } = await register(server);
    const credential = authenticator.get(await requestOptions(server, userId), origin);
    await call(server, 'DELETE', `/credentials/${credentialId}`);
    const details = 'User does not own all credentials from the allowedCredentialList';
    expect(refusalOf(await finalize(credential))).toEqual(refused(details));
  });
});

describe('login/finalize cannot read', () => {
  const unreadable = (details: string) => ({ status: 400, title: 'unable to finish login', details });

  test.each([
    ['nothing', '', 'Parse error for Assertion'],
    ['what is no JSON', '{', 'Parse error for Assertion'],
    ['no id', { type: 'public-key' }, 'CredentialAssertionResponse with ID missing'],
    [
      'a padded id',
      { id: 'aWQ=', type: 'public-key' },
      'CredentialAssertionResponse with ID not base64url encoded',
    ],
    ['another type', { id: 'aWQ', type: 'password' }, 'CredentialAssertionResponse with bad type'],
  ])('%s', async (_name, body, details) => {
    expect(refusalOf(await finalize(body))).toEqual(unreadable(details));
  });

  test('a body without a response, and client data that is no JSON', async () => {
    const { authenticator } = somebody;
    const credential = authenticator.get(await requestOptions(server), origin);
    const empty = await finalize(withOuter(credential, { response: undefined }));
    const junk = await finalize(withResponse(credential, { clientDataJSON: '____' }));
    for (const answer of [empty, junk]) {
      expect(refusalOf(answer)).toMatchObject({ status: 400, title: 'unable to finish login' });
    }
  });

  test('authenticator data that is cut', async () => {
    const { authenticator } = somebody;
    const credential = authenticator.get(await requestOptions(server), origin);
    const answer = await finalize(withAuthData(credential, (bytes) => bytes.slice(0, 20)));
    expect(refusalOf(answer)).toEqual(unreadable('Error unmarshalling auth data'));
  });
});

describe('a sign-in', () => {
  test('refreshes the backup flags and the time of last use', async () => {
    const authenticator = createAuthenticator({ flags: { backupEligible: true, backedUp: false } });
    const { credentialId } = await register(server, { authenticator });
    const before = (await get(server, `/credentials/${credentialId}`)).body;
    expect(before).toMatchObject({ backup_eligible: true, backup_state: false });
    expect(Date.parse(before.last_used_at)).toBe(Date.parse(before.created_at));
    await aMoment();
    authenticator.flags.backedUp = true;
    expect((await signIn(server, authenticator)).status).toBe(200);
    const after = (await get(server, `/credentials/${credentialId}`)).body;
    expect(after).toMatchObject({ backup_eligible: true, backup_state: true, created_at: before.created_at });
    expect(Date.parse(after.last_used_at)).toBeGreaterThan(Date.parse(before.last_used_at));
  });

  test('that is refused changes nothing about the passkey', async () => {
    const { authenticator, credentialId } = somebody;
    const before = (await get(server, `/credentials/${credentialId}`)).body;
    const credential = authenticator.get(await requestOptions(server), 'http://localhost:3001');
    expect((await finalize(credential)).status).toBe(401);
    expect((await get(server, `/credentials/${credentialId}`)).body).toEqual(before);
  });

  test('may change whether the passkey can be backed up', async () => {
    const authenticator = createAuthenticator({ flags: { backupEligible: false, backedUp: false } });
    const { credentialId } = await register(server, { authenticator });
    Object.assign(authenticator.flags, { backupEligible: true, backedUp: true });
    expect((await signIn(server, authenticator)).status).toBe(200);
    const { body } = await get(server, `/credentials/${credentialId}`);
    expect(body).toMatchObject({ backup_eligible: true, backup_state: true });
  });

  test('works with every kind of key that is offered', async () => {
    // The others of this file are of ES256.
    for (const algorithm of ['RS256', 'EdDSA'] as const) {
      const { authenticator } = await register(server, {
        authenticator: createAuthenticator({ algorithms: [algorithm] }),
      });
      expect((await signIn(server, authenticator)).status).toBe(200);
    }
  });
});

const challengeUnknown = {
  status: 401,
  title: 'failed to get session data',
  details: 'received challenge does not match with any stored one',
};

function refused(details: string) {
  return { status: 401, title: 'failed to validate assertion', details };
}

const credentialUnknown = refused('Unable to find the credential for the returned credential ID');
