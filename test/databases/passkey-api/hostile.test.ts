/**
 * Whatever is sent, the answer is a refusal and never a fault: also where it comes as far as the database. What is refused
 * before that is in test/application/passkey-api/hostile-bodies.test.ts.
 */
import { randomUUID } from 'node:crypto';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { creationOptions, register, requestOptions } from '../../contract/support/ceremonies.ts';
import { call, endpointsWithBody, get, post } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, startEmbedded } from '../../contract/support/server.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import {
  authDataOf,
  withAttestation,
  withClientData,
  withClientDataText,
  withCredentialId,
  withOuter,
  withPublicKey,
  withResponse,
} from '../../support/credential-surgery.ts';

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());
afterEach(() => {
  expect(server.events).toEqual([]);
});

const refused = (status: number) => status >= 400 && status < 500;
const finishRegistration = (body: unknown) => post(server, '/registration/finalize', body, { key: null });
const finishLogin = (body: unknown) => post(server, '/login/finalize', body, { key: null });
const attestation = async () => createAuthenticator().create(await creationOptions(server), origin);

const bodies: [string, string | object][] = [
  ['half a surrogate pair', '{"user_id":"\\ud800","username":"\\udc00","name":"\\ud800","id":"\\ud800"}'],
  ['NUL', { user_id: 'a\0', username: 'b\0', name: 'c\0', id: 'd\0' }],
  ['lists', { user_id: ['a'], username: ['b'], name: ['c'], id: ['d'], response: [] }],
  ['objects', { user_id: {}, username: {}, name: {}, id: {}, rawId: {}, response: { clientDataJSON: {} } }],
];

describe.each(endpointsWithBody)('%s %s', (method, path) => {
  test.each(bodies)('refuses %s', async (_name, body) => {
    expect((await call(server, method, path, { body })).status).toSatisfy(refused);
  });
});

describe('registration/finalize refuses', () => {
  test.each([
    ['a map of four billion members', 'bbffffffffffffffff'],
    ['ten thousand nested arrays', '81'.repeat(10_000)],
    ['a text', '6161'],
    ['a map without members', 'a0'],
  ])('%s for an attestation', async (_name, hex) => {
    const attestationObject = Buffer.from(hex, 'hex').toString('base64url');
    expect((await finishRegistration(withResponse(await attestation(), { attestationObject }))).status).toBe(
      400,
    );
  });

  test.each([
    ['android-key'],
    ['apple'],
    ['android-safetynet'],
    ['tpm'],
    ['packed'],
    ['fido-u2f'],
    ['novel'],
  ])('an empty statement of the format %s', async (format) => {
    const credential = await attestation();
    const answer = await finishRegistration(
      withAttestation(credential, (members) => members.set('fmt', format)),
    );
    expect(answer.status).toBe(400);
    expect((await get(server, `/credentials/${credential.id}`)).status).toBe(404);
  });

  test('a key that is none, and one of an algorithm that was not offered', async () => {
    const junk = withPublicKey(await attestation(), () => Uint8Array.of(0x61, 0x61));
    expect((await finishRegistration(junk)).status).toBe(400);
    const foreign = withPublicKey(await attestation(), (key) => key.set(3, -65_535));
    expect((await finishRegistration(foreign)).status).toBe(400);
  });

  test('a challenge that is no text, or holds NUL', async () => {
    for (const challenge of [1, null, {}, 'a\0b']) {
      expect((await finishRegistration(withClientData(await attestation(), { challenge }))).status).toBe(400);
    }
  });
});

test('login/finalize refuses a signature and a key id that are junk', async () => {
  const { authenticator } = await register(server);
  const credential = authenticator.get(await requestOptions(server), origin);
  expect((await finishLogin(withResponse(credential, { signature: 'AAAA' }))).status).toBe(401);
  expect((await finishLogin(withOuter(credential, { rawId: 'A'.repeat(5_000) }))).status).toBe(401);
  const userHandle = Buffer.from('a\0b').toString('base64url');
  expect((await finishLogin(withResponse(credential, { userHandle }))).status).toBe(401);
});

test('a list is refused for NUL and for numbers out of range', async () => {
  for (const query of ['user_id=%00', 'page=1e9', 'page=99999999999999999999', 'per_page=0x10']) {
    expect((await get(server, `/credentials?${query}`)).status).toBe(400);
  }
  expect((await get(server, '/credentials?page=999999999999999&per_page=999999999999999')).body).toEqual([]);
  expect((await get(server, `/credentials?user_id=${randomUUID()}&user_id=b&order=asc&order=x`)).status).toBe(
    200,
  );
});

describe('what real devices send is taken:', () => {
  test('an id of 1023 bytes', async () => {
    const long = new Uint8Array(1023).map((_byte, at) => at % 251);
    const credential = withCredentialId(await attestation(), long);
    expect((await finishRegistration(credential)).status).toBe(200);
    const { body } = await get(server, `/credentials/${isoBase64URL.fromBuffer(long)}`);
    expect(body.id).toHaveLength(1364);
  });

  test('a byte order mark before the client data', async () => {
    const credential = withClientDataText(await attestation(), (text) => `\ufeff${text}`);
    expect((await finishRegistration(credential)).status).toBe(200);
  });

  test('transports that are repeated, unknown, absent or null', async () => {
    for (const transports of [['usb', 'usb', 'telepathy'], undefined, null]) {
      const credential = withResponse(await attestation(), { transports });
      expect((await finishRegistration(credential)).status).toBe(200);
      const { body } = await get(server, `/credentials/${credential.id}`);
      expect(body.transports).toEqual(transports ? ['usb', 'telepathy'] : []);
    }
  });

  test('a packed statement by the key itself, if its signature is good', async () => {
    const authenticator = createAuthenticator();
    const credential = authenticator.create(await creationOptions(server), origin);
    const clientDataJSON = isoBase64URL.toBuffer(credential.response.clientDataJSON);
    const sig = authenticator.sign(credential.id, authDataOf(credential), clientDataJSON);
    const packed = (signature: Uint8Array) =>
      withAttestation(credential, (members) =>
        members.set('fmt', 'packed').set(
          'attStmt',
          new Map<string, unknown>([
            ['alg', -7],
            ['sig', signature],
          ]),
        ),
      );
    expect((await finishRegistration(packed(sig.map((byte) => byte ^ 1)))).status).toBe(400);
    expect((await finishRegistration(packed(sig))).status).toBe(200);
    expect((await get(server, `/credentials/${credential.id}`)).body.attestation_type).toBe('packed');
  });
});
