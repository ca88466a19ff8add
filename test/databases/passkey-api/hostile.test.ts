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
  withClientData,
  withCredentialId,
  withOuter,
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

  test('transports that are repeated, unknown, absent or null', async () => {
    for (const transports of [['usb', 'usb', 'telepathy'], undefined, null]) {
      const credential = withResponse(await attestation(), { transports });
      expect((await finishRegistration(credential)).status).toBe(200);
      const { body } = await get(server, `/credentials/${credential.id}`);
      expect(body.transports).toEqual(transports ? ['usb', 'telepathy'] : []);
    }
  });
});
