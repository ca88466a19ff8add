/** Registration: the options, what finalize takes and what it refuses. */
import { randomUUID } from 'node:crypto';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../support/authenticator.ts';
import { withClientData, withCredentialId, withOuter, withResponse } from '../support/credential-surgery.ts';
import { creationOptions, register, requestOptions, signIn } from './support/ceremonies.ts';
import { get, post, refusalOf } from './support/client.ts';
import { origin, rpId, type Server, startEmbedded, startServer } from './support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const initialize = (body: unknown) => post(server, '/registration/initialize', body);
const finalize = (body: unknown) => post(server, '/registration/finalize', body, { key: null });

describe('the creation options', () => {
  test('have exactly the members of the contract', async () => {
    const answer = await initialize({ user_id: 'u-1', username: 'alice', display_name: 'Alice A' });
    expect(answer.status).toBe(200);
    const { challenge, pubKeyCredParams, timeout, ...rest } = answer.body.publicKey;
    expect(rest).toEqual({
      rp: { name: expect.any(String), id: rpId },
      user: { name: 'alice', displayName: 'Alice A', id: 'dS0x' },
      authenticatorSelection: {
        requireResidentKey: true,
        residentKey: 'required',
        userVerification: 'preferred',
      },
      attestation: 'none',
    });
    expect(challenge).toMatch(/^[\w-]{43}$/);
    expect(timeout).toBeGreaterThan(0);
    expect(pubKeyCredParams).toEqual(
      [-7, -35, -36, -257, -258, -259, -37, -38, -39, -8].map((alg) => ({ type: 'public-key', alg })),
    );
  });

  test('carry the UTF-8 bytes of the user id as the handle', async () => {
    const userId = 'Jürgen-✓';
    const { publicKey } = await creationOptions(server, userId);
    expect(Buffer.from(publicKey.user.id, 'base64url').toString('utf8')).toBe(userId);
  });

  test('show the username where there is no display name, and an icon only if there is one', async () => {
    const blank = await initialize({ user_id: randomUUID(), username: 'bob', display_name: '  ' });
    expect(blank.body.publicKey.user).toMatchObject({ displayName: 'bob' });
    const icon = 'https://example.com/bob.png';
    const pictured = await initialize({ user_id: randomUUID(), username: 'bob', display_name: null, icon });
    expect(pictured.body.publicKey.user).toMatchObject({ displayName: 'bob', icon });
  });

  test('are escaped so that HTML finds no markup in them', async () => {
    const answer = await initialize({ user_id: randomUUID(), username: '<b>&</b>' });
    expect(answer.text).toContain('"\\u003cb\\u003e\\u0026\\u003c/b\\u003e"');
    expect(answer.text.endsWith('}\n')).toBe(true);
    expect(answer.headers.get('Content-Type')).toBe('application/json; charset=UTF-8');
  });

  test('never repeat a challenge', async () => {
    const userId = randomUUID();
    const [first, second] = [await creationOptions(server, userId), await creationOptions(server, userId)];
    expect(first.publicKey.challenge).not.toBe(second.publicKey.challenge);
  });
});

describe('registration/initialize refuses', () => {
  test.each([
    ['no fields', {}, 'user_id is a required field and username is a required field'],
    ['an empty user id', { user_id: '', username: 'a' }, 'user_id is a required field'],
    [
      'a long username',
      { user_id: 'u', username: 'a'.repeat(129) },
      'username cannot have more than 128 entries',
    ],
    ['an icon that is no URL', { user_id: 'u', username: 'a', icon: '' }, 'icon must be a valid URL'],
  ])('%s', async (_name, body, details) => {
    expect(refusalOf(await initialize(body))).toEqual({
      status: 400,
      title: 'unable to validate request',
      details,
    });
  });

  test.each([
    ['a number as user id', { user_id: 7, username: 'a' }],
    ['what is no JSON', '{"user_id":'],
  ])('%s', async (_name, body) => {
    expect(refusalOf(await initialize(body))).toMatchObject({
      status: 400,
      title: 'unable to process request',
    });
  });

  test('another media type', async () => {
    const options = { headers: { 'Content-Type': 'text/plain' } };
    const answer = await post(server, '/registration/initialize', { user_id: 'u', username: 'a' }, options);
    const details = 'Unsupported Media Type';
    expect(refusalOf(answer)).toEqual({ status: 400, title: 'unable to process request', details });
  });

  test.each([
    ['a blank user id', { user_id: '  ', username: 'a' }],
    ['a user id with NUL', { user_id: 'a\0b', username: 'a' }],
    ['a user id of 256 characters', { user_id: 'u'.repeat(256), username: 'a' }],
  ])('%s, one way or another', async (_name, body) => {
    expect((await initialize(body)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('registration/finalize', () => {
  test('stores the credential and answers with a token', async () => {
    const { credentialId, token } = await register(server);
    expect(token.split('.')).toHaveLength(3);
    expect((await get(server, `/credentials/${credentialId}`)).status).toBe(200);
  });

  test('needs neither rawId, nor extension results, nor transports, nor a media type', async () => {
    const { id, type, response } = createAuthenticator().create(await creationOptions(server), origin);
    const { clientDataJSON, attestationObject } = response;
    const body = { id, type, response: { clientDataJSON, attestationObject } };
    const headers = { 'Content-Type': 'application/octet-stream' };
    const answer = await post(server, '/registration/finalize', body, { key: null, headers });
    expect(answer.status).toBe(200);
  });

  test.each([null, []])('takes transports and extension results that are %j', async (absent) => {
    const credential = createAuthenticator().create(await creationOptions(server), origin);
    const outer = { transports: absent, clientExtensionResults: absent && {}, authenticatorAttachment: null };
    const answer = await finalize(withOuter(withResponse(credential, { transports: absent }), outer));
    expect(answer.status).toBe(200);
  });

  test('takes unknown members and padded values', async () => {
    const credential = createAuthenticator().create(await creationOptions(server), origin);
    const clientDataJSON = `${credential.response.clientDataJSON}==`;
    const padded = withResponse(credential, { clientDataJSON, novel: 1 });
    expect((await finalize(withOuter(padded, { novel: { member: [1] } }))).status).toBe(200);
  });

  test('takes a challenge once', async () => {
    const options = await creationOptions(server);
    expect((await finalize(createAuthenticator().create(options, origin))).status).toBe(200);
    const again = await finalize(createAuthenticator().create(options, origin));
    expect(refusalOf(again)).toEqual(challengeUnknown);
  });

  test('lets a challenge be answered again after a refusal', async () => {
    const credential = createAuthenticator().create(await creationOptions(server), origin);
    const elsewhere = withClientData(credential, { origin: 'https://elsewhere.example' });
    expect(refusalOf(await finalize(elsewhere))).toEqual(refused('Error validating origin'));
    expect((await get(server, `/credentials/${credential.id}`)).status).toBe(404);
    expect((await finalize(credential)).status).toBe(200);
  });

  test('refuses the challenge of a sign-in, also of one that named the user', async () => {
    const { userId } = await register(server);
    const { publicKey } = await creationOptions(server, userId);
    for (const signIn of [await requestOptions(server), await requestOptions(server, userId)]) {
      const { challenge } = signIn.publicKey;
      const credential = createAuthenticator().create({ publicKey: { ...publicKey, challenge } }, origin);
      expect(refusalOf(await finalize(credential))).toEqual(challengeUnknown);
    }
  });

  test('refuses another type of ceremony', async () => {
    const credential = createAuthenticator().create(await creationOptions(server), origin);
    const answer = await finalize(withClientData(credential, { type: 'webauthn.get' }));
    expect(refusalOf(answer)).toEqual(refused('Error validating ceremony type'));
  });

  test('refuses another relying party', async () => {
    const { publicKey } = await creationOptions(server);
    const elsewhere = { publicKey: { ...publicKey, rp: { ...publicKey.rp, id: 'sub.localhost' } } };
    const credential = createAuthenticator().create(elsewhere, 'http://sub.localhost:3000');
    const answer = await finalize(withClientData(credential, { origin }));
    expect(refusalOf(answer)).toEqual(refused('Error validating the authenticator response'));
  });

  test('refuses when nobody was present', async () => {
    const absent = createAuthenticator({ flags: { userPresent: false } });
    const answer = await finalize(absent.create(await creationOptions(server), origin));
    expect(refusalOf(answer)).toEqual(refused('Error validating the authenticator response'));
  });

  test('refuses a credential id that is taken, and leaves its owner alone', async () => {
    const owner = await register(server);
    const credential = createAuthenticator().create(await creationOptions(server), origin);
    const copied = withCredentialId(credential, isoBase64URL.toBuffer(owner.credentialId));
    expect((await finalize(copied)).status).toBeGreaterThanOrEqual(400);
    const { body } = await get(server, `/credentials/${owner.credentialId}`);
    expect(body.user_id).toBe(owner.userId);
  });

  test('takes a transport that is named twice, or refuses it, but never stores it twice', async () => {
    const credential = createAuthenticator({ transports: ['usb', 'usb'] }).create(
      await creationOptions(server),
      origin,
    );
    const { status } = await finalize(credential);
    const { body } = await get(server, `/credentials/${credential.id}`);
    if (status === 200) expect(new Set(body.transports).size).toBe(body.transports.length);
    else expect(status).toBeGreaterThanOrEqual(400);
  });

  test.each([
    ['nothing', ''],
    ['what is no JSON', '{'],
    ['no id', { type: 'public-key', response: {} }],
    ['a padded id', { id: 'aWQ=', type: 'public-key', response: {} }],
    ['another type', { id: 'aWQ', type: 'password', response: {} }],
    ['bytes after the JSON', '{"id":"aWQ","type":"public-key","response":{}} {}'],
  ])('cannot parse %s', async (_name, body) => {
    const details = 'Parse error for Registration';
    expect(refusalOf(await finalize(body))).toEqual({ status: 400, title: unparsable, details });
  });

  test.each([
    ['no response', undefined],
    ['no attestation', { clientDataJSON: 'e30' }],
    ['an attestation that is no CBOR', { clientDataJSON: 'e30', attestationObject: '____' }],
    ['client data that is no JSON', { clientDataJSON: '____', attestationObject: 'oA' }],
  ])('cannot parse %s', async (_name, response) => {
    const details = 'Error parsing attestation response';
    const answer = await finalize({ id: 'aWQ', type: 'public-key', response });
    expect(refusalOf(answer)).toEqual({ status: 400, title: unparsable, details });
  });
});

describe('where the tenant demands user verification', () => {
  let strict: Server;
  beforeAll(async () => {
    strict = await startEmbedded({ userVerification: 'required' });
  });
  afterAll(() => strict.stop());

  test('the options say so, and a verified user registers and signs in', async () => {
    const { publicKey } = await creationOptions(strict);
    expect(publicKey.authenticatorSelection.userVerification).toBe('required');
    const { authenticator } = await register(strict);
    expect((await requestOptions(strict)).publicKey.userVerification).toBe('required');
    expect((await signIn(strict, authenticator)).status).toBe(200);
  });

  test('registration refuses without it, in words of its own', async () => {
    const unverified = createAuthenticator({ flags: { userVerified: false } });
    const credential = unverified.create(await creationOptions(strict), origin);
    const details = 'Error validating the authenticator response';
    const reason = 'User verification required but flag not set by authenticator';
    const title = `failed to validate attestation: ${details}: ${reason}\n`;
    const answer = await post(strict, '/registration/finalize', credential, { key: null });
    expect(refusalOf(answer)).toEqual({ status: 422, title, details });
    expect((await get(strict, `/credentials/${credential.id}`)).status).toBe(404);
  });

  test('signing in refuses without it', async () => {
    const { authenticator } = await register(strict);
    authenticator.flags.userVerified = false;
    expect(refusalOf(await signIn(strict, authenticator))).toEqual({
      status: 401,
      title: 'failed to validate assertion',
      details: 'Error validating the authenticator response',
    });
  });
});

const unparsable = 'unable to parse credential creation response';
const challengeUnknown = {
  status: 400,
  title: 'received challenge does not match with any stored one',
  details: '',
};

function refused(details: string) {
  return { status: 400, title: 'failed to validate attestation', details };
}
