/**
 * A second factor: the ceremonies below `mfa/`. A Hanko server does not record with a challenge which kind of ceremony it
 * was made for, so it takes the answer to the one at the other; the embedded API does not.
 */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../support/authenticator.ts';
import { withClientData, withResponse } from '../support/credential-surgery.ts';
import {
  creationOptions,
  mfaCreationOptions,
  mfaRequestOptions,
  type Registered,
  register,
  registerMfa,
  requestOptions,
  signIn,
} from './support/ceremonies.ts';
import { call, get, post, refusalOf } from './support/client.ts';
import { isEmbedded, origin, rpId, type Server, startServer } from './support/server.ts';

let server: Server;
/** Somebody with a key of each kind, which stay as they are. */
let key: Registered;
let passkey: Registered;
beforeAll(async () => {
  server = await startServer();
  key = await registerMfa(server);
  passkey = await register(server, { userId: key.userId });
});
afterAll(() => server.stop());

const initialize = (body: unknown) => post(server, '/mfa/login/initialize', body);
const finalize = (body: unknown) => post(server, '/mfa/login/finalize', body);
const finalizeRegistration = (body: unknown) => post(server, '/mfa/registration/finalize', body);

const registrationUnknown = {
  status: 400,
  title: 'received challenge does not match with any stored one',
  details: '',
};
const loginUnknown = {
  status: 401,
  title: 'failed to get session data',
  details: 'received challenge does not match with any stored one',
};
const refused = (details: string) => ({ status: 401, title: 'failed to validate assertion', details });

describe('mfa/registration', () => {
  test('begins with options of the same members, but for a key that need not be found alone', async () => {
    const body = { user_id: 'u-1', username: 'alice', display_name: 'Alice A' };
    const { status, body: answer } = await post(server, '/mfa/registration/initialize', body);
    expect(status).toBe(200);
    const { challenge, pubKeyCredParams, timeout, attestation, ...rest } = answer.publicKey;
    expect(rest).toEqual({
      rp: { name: expect.any(String), id: rpId },
      user: { name: 'alice', displayName: 'Alice A', id: 'dS0x' },
      authenticatorSelection: {
        authenticatorAttachment: 'cross-platform',
        requireResidentKey: false,
        residentKey: 'discouraged',
        userVerification: 'preferred',
      },
    });
    // A tenant of a Hanko server on which nobody has set it asks for `direct`.
    expect(['none', 'direct']).toContain(attestation);
    expect(challenge).toMatch(/^[\w-]{43}$/);
    expect(timeout).toBeGreaterThan(0);
    expect(pubKeyCredParams.map(({ alg }: { alg: number }) => alg)).toEqual([
      -7, -35, -36, -257, -258, -259, -37, -38, -39, -8,
    ]);
  });

  test('wants the fields of any registration', async () => {
    const answer = await post(server, '/mfa/registration/initialize', {});
    expect(refusalOf(answer)).toEqual({
      status: 400,
      title: 'unable to validate request',
      details: 'user_id is a required field and username is a required field',
    });
  });

  test('answers with a token of the same claims, and the key is listed for what it is', async () => {
    const { userId, credentialId, token } = key;
    expect(decodeJwt(token)).toMatchObject({ sub: userId, cred: credentialId, aud: [rpId] });
    expect(Object.keys(decodeJwt(token)).sort()).toEqual(['aud', 'cred', 'exp', 'iat', 'sub']);
    const { body: listed } = await get(server, `/credentials?user_id=${userId}&order=asc`);
    expect(listed).toMatchObject([
      { id: credentialId, is_mfa: true },
      { id: passkey.credentialId, is_mfa: false },
    ]);
    expect((await get(server, `/credentials/${credentialId}`)).body).toMatchObject({ is_mfa: true });
  });

  test('takes a key whose user was not verified, and each challenge once', async () => {
    const options = await mfaCreationOptions(server);
    const present = () => createAuthenticator({ flags: { userVerified: false } }).create(options, origin);
    expect((await finalizeRegistration(present())).status).toBe(200);
    expect(refusalOf(await finalizeRegistration(present()))).toEqual(registrationUnknown);
  });

  test('refuses in the words of any registration', async () => {
    const credential = createAuthenticator().create(await mfaCreationOptions(server), origin);
    expect(refusalOf(await finalizeRegistration('{'))).toEqual({
      status: 400,
      title: 'unable to parse credential creation response',
      details: 'Parse error for Registration',
    });
    const elsewhere = withClientData(credential, { origin: 'http://localhost:3001' });
    expect(refusalOf(await finalizeRegistration(elsewhere))).toEqual({
      status: 400,
      title: 'failed to validate attestation',
      details: 'Error validating origin',
    });
    expect((await finalizeRegistration(credential)).status).toBe(200);
  });
});

describe('mfa/login', () => {
  test('offers the keys of both kinds', async () => {
    const { userId, credentialId } = key;
    const { status, body } = await initialize({ user_id: userId });
    expect(status).toBe(200);
    const { allowCredentials, ...rest } = body.publicKey;
    expect(rest).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      timeout: expect.any(Number),
      rpId,
      userVerification: 'preferred',
    });
    const both = [credentialId, passkey.credentialId].map((id) => ({ type: 'public-key', id }));
    expect(allowCredentials).toHaveLength(2);
    expect(allowCredentials).toEqual(expect.arrayContaining(both));
  });

  test('wants a user, one that exists and has a key', async () => {
    for (const body of [undefined, {}, { user_id: null }, { user_id: '' }]) {
      const { status, title } = refusalOf(await initialize(body));
      expect([status, title]).toEqual([400, 'unable to validate request']);
    }
    const unknown = { status: 404, title: 'user not found', details: '' };
    expect(refusalOf(await initialize({ user_id: randomUUID() }))).toEqual(unknown);
    const userId = randomUUID();
    await mfaCreationOptions(server, userId);
    expect((await initialize({ user_id: userId })).status).toBeGreaterThanOrEqual(400);
  });

  test('takes either kind, verified or not, and each challenge once', async () => {
    const { userId, authenticator } = await registerMfa(server);
    const passkey = await register(server, { userId });
    for (const either of [authenticator, passkey.authenticator]) {
      either.flags.userVerified = false;
      const answer = either.get(await mfaRequestOptions(server, userId), origin);
      const { status, body } = await finalize(answer);
      expect(status).toBe(200);
      expect(decodeJwt(body.token)).toMatchObject({ sub: userId, cred: answer.id });
      expect(refusalOf(await finalize(answer))).toEqual(loginUnknown);
    }
  });

  test('takes the user from the challenge, whatever the user handle says', async () => {
    const { userId, authenticator } = key;
    for (const userHandle of [undefined, '', Buffer.from(randomUUID()).toString('base64url')]) {
      const answer = authenticator.get(await mfaRequestOptions(server, userId), origin);
      expect((await finalize(withResponse(answer, { userHandle }))).status).toBe(200);
    }
  });

  test('refuses the key of another user', async () => {
    const { userId } = key;
    for (const other of [await registerMfa(server), await register(server)]) {
      const { publicKey } = await mfaRequestOptions(server, userId);
      const foreign = { publicKey: { ...publicKey, allowCredentials: [] } };
      const userHandle = Buffer.from(userId).toString('base64url');
      const answer = withResponse(other.authenticator.get(foreign, origin), { userHandle });
      expect(refusalOf(await finalize(answer))).toEqual(refused('User does not own the credential returned'));
    }
  });

  test('refuses in the words of any sign-in, after which the challenge can be answered', async () => {
    const { userId, authenticator } = key;
    const answer = authenticator.get(await mfaRequestOptions(server, userId), origin);
    expect(refusalOf(await finalize('{'))).toEqual({
      status: 400,
      title: 'unable to finish login',
      details: 'Parse error for Assertion',
    });
    const elsewhere = withClientData(answer, { origin: 'http://localhost:3001' });
    expect(refusalOf(await finalize(elsewhere))).toEqual(refused('Error validating origin'));
    const { signature } = authenticator.get(await mfaRequestOptions(server, userId), origin).response;
    expect(refusalOf(await finalize(withResponse(answer, { signature })))).toEqual(
      refused('Error validating the assertion signature: <nil>'),
    );
    expect((await finalize(answer)).status).toBe(200);
  });

  test('refuses a key that was deleted meanwhile', async () => {
    const { userId, authenticator, credentialId } = await registerMfa(server);
    const answer = authenticator.get(await mfaRequestOptions(server, userId), origin);
    await call(server, 'DELETE', `/credentials/${credentialId}`);
    expect(refusalOf(await finalize(answer))).toEqual(
      refused('User does not own all credentials from the allowedCredentialList'),
    );
  });
});

describe('a key that was made for a second factor', () => {
  test('is not offered where a sign-in names its user, who may have no other', async () => {
    const { userId } = await registerMfa(server);
    expect((await post(server, '/login/initialize', { user_id: userId })).status).toBeGreaterThanOrEqual(400);
    const { publicKey } = await requestOptions(server, key.userId);
    expect(publicKey.allowCredentials).toEqual([{ type: 'public-key', id: passkey.credentialId }]);
  });

  test('signs nobody in, named or not', async () => {
    const { userId, authenticator } = key;
    expect(refusalOf(await signIn(server, authenticator))).toEqual(
      refused('Unable to find the credential for the returned credential ID'),
    );
    const { publicKey } = await requestOptions(server, userId);
    const answer = authenticator.get({ publicKey: { ...publicKey, allowCredentials: [] } }, origin);
    expect(refusalOf(await post(server, '/login/finalize', answer, { key: null }))).toEqual(
      refused('User does not own the credential returned'),
    );
  });
});

describe('the answer to a challenge of the other kind', () => {
  test('of a second factor makes no passkey', async () => {
    const credential = createAuthenticator().create(await mfaCreationOptions(server), origin);
    const answer = await post(server, '/registration/finalize', credential, { key: null });
    const kept = await get(server, `/credentials/${credential.id}`);
    if (isEmbedded) {
      expect(refusalOf(answer)).toEqual(registrationUnknown);
      expect(kept.status).toBe(404);
    } else {
      expect(answer.status).toBe(200);
      expect(kept.body).toMatchObject({ is_mfa: false });
    }
  });

  test('of a passkey makes no second factor', async () => {
    const credential = createAuthenticator().create(await creationOptions(server), origin);
    const answer = await finalizeRegistration(credential);
    const kept = await get(server, `/credentials/${credential.id}`);
    if (isEmbedded) {
      expect(refusalOf(answer)).toEqual(registrationUnknown);
      expect(kept.status).toBe(404);
    } else {
      expect(answer.status).toBe(200);
      expect(kept.body).toMatchObject({ is_mfa: true });
    }
  });

  test('of a second factor signs nobody in', async () => {
    const { userId, authenticator } = await register(server);
    authenticator.flags.userVerified = false;
    const answer = authenticator.get(await mfaRequestOptions(server, userId), origin);
    const signedIn = await post(server, '/login/finalize', answer, { key: null });
    if (isEmbedded) expect(refusalOf(signedIn)).toEqual(loginUnknown);
    else expect(signedIn.status).toBe(200);
  });

  test('of a sign-in of this user is no second factor', async () => {
    const { userId, authenticator } = passkey;
    const answer = await finalize(authenticator.get(await requestOptions(server, userId), origin));
    if (isEmbedded) expect(refusalOf(answer)).toEqual(loginUnknown);
    else expect(answer.status).toBe(200);
  });

  test('of a sign-in of anybody is no second factor', async () => {
    const { authenticator } = passkey;
    const { status, title } = refusalOf(
      await finalize(authenticator.get(await requestOptions(server), origin)),
    );
    expect([status, title]).toEqual([401, 'failed to get user handle']);
  });
});
