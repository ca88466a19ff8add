/**
 * Bodies that no endpoint of the passkey API reads as its own, and attestations that say what they should not: refused as
 * they come, and never a fault.
 */
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { creationOptions } from '../../contract/support/ceremonies.ts';
import { call, endpointsWithBody, get, post } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, startEmbedded } from '../../contract/support/server.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import {
  authDataOf,
  withAttestation,
  withClientDataText,
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
const attestation = async () => createAuthenticator().create(await creationOptions(server), origin);

const bodies: [string, string | object][] = [
  ['an array', []],
  ['a number', '1'],
  ['an array in an array in an array', '['.repeat(100_000)],
  ['prototype names', '{"__proto__":{"user_id":"u"},"constructor":1,"user_id":{"toString":1}}'],
  ['bytes that are no text', Buffer.from([0x1f, 0x8b, 0xff, 0xfe]).toString('latin1')],
];

describe.each(endpointsWithBody)('%s %s', (method, path) => {
  test.each(bodies)('refuses %s', async (_name, body) => {
    expect((await call(server, method, path, { body })).status).toSatisfy(refused);
  });

  test('refuses more than 256 kB', async () => {
    const answer = await call(server, method, path, { body: JSON.stringify({ name: 'x'.repeat(300_000) }) });
    expect(answer.status).toBe(413);
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
});

describe('what real devices send is taken:', () => {
  test('a byte order mark before the client data', async () => {
    const credential = withClientDataText(await attestation(), (text) => `\ufeff${text}`);
    expect((await finishRegistration(credential)).status).toBe(200);
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
