/** Where the embedded API knowingly answers otherwise than a Hanko server, and no other test shows it. */
import { randomUUID } from 'node:crypto';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { creationOptions, register, requestOptions, signIn } from '../../contract/support/ceremonies.ts';
import { post, refusalOf } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, startEmbedded } from '../../contract/support/server.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { withAuthData, withCredentialId } from '../../support/credential-surgery.ts';

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());

test('a user id of exactly 16 bytes signs in, with and without being named', async () => {
  for (const userId of ['exactly-16-bytes', 'sechzehnbytes-ü']) {
    expect(Buffer.byteLength(userId)).toBe(16);
    const { authenticator } = await register(server, { userId });
    for (const options of [await requestOptions(server), await requestOptions(server, userId)]) {
      const answer = await post(server, '/login/finalize', authenticator.get(options, origin), { key: null });
      expect(answer.status).toBe(200);
      expect(decodeJwt(answer.body.token).sub).toBe(userId);
    }
  }
});

test('a credential id that exists is a conflict, for its owner too, and keeps the key it had', async () => {
  const { userId, credentialId, authenticator } = await register(server);
  for (const claimant of [userId, randomUUID()]) {
    const options = await creationOptions(server, claimant);
    const credential = createAuthenticator().create(options, origin);
    const copied = withCredentialId(credential, isoBase64URL.toBuffer(credentialId));
    const answer = await post(server, '/registration/finalize', copied, { key: null });
    expect(refusalOf(answer)).toEqual({ status: 409, title: 'credential already exists', details: '' });
  }
  expect((await signIn(server, authenticator)).status).toBe(200);
});

test.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])('a counter of %i is kept', async (counter) => {
  const credential = createAuthenticator().create(await creationOptions(server), origin);
  const counted = withAuthData(credential, (bytes) => {
    const copy = Uint8Array.from(bytes);
    new DataView(copy.buffer).setUint32(33, counter);
    return copy;
  });
  expect((await post(server, '/registration/finalize', counted, { key: null })).status).toBe(200);
  const [row] = await server.db('passkey_api_credentials').where({ id: credential.id }).select('sign_count');
  expect(Number(row.sign_count)).toBe(counter);
});

test('a user is an id and nothing else', async () => {
  const { userId } = await register(server);
  const [row] = await server.db('passkey_api_users').where({ user_id: userId });
  expect(Object.keys(row).sort()).toEqual(['created_at', 'tenant_id', 'user_id']);
});

test('the name of a transaction is free again when its challenge has run out, and 90 days after it was signed', async () => {
  const { userId, authenticator } = await register(server);
  const asked = { user_id: userId, transaction_id: 'a name', transaction_data: { amount: 1 } };
  const begin = () => post(server, '/transaction/initialize', asked);
  const pass = async (ms: number) => {
    const [row] = await server.db('passkey_api_challenges').where({ transaction_id: 'a name' });
    const expires_at = new Date(Date.parse(row.expires_at) - ms).toISOString();
    await server.db('passkey_api_challenges').where({ transaction_id: 'a name' }).update({ expires_at });
    await server.api.sweep();
  };
  expect((await begin()).status).toBe(200);
  await pass(299_000);
  expect((await begin()).status).toBe(409);
  await pass(2_000);
  const { body } = await begin();
  const assertion = authenticator.get(body, origin);
  expect((await post(server, '/transaction/finalize', assertion)).status).toBe(200);
  await pass(89 * 86_400_000);
  expect((await begin()).status).toBe(409);
  await pass(86_400_000 + 1_000);
  expect((await begin()).status).toBe(200);
});

test('of a transaction its name is kept, and nothing of its data', async () => {
  const { userId } = await register(server);
  const asked = { user_id: userId, transaction_id: 'named', transaction_data: { to: 'a secret friend' } };
  await post(server, '/transaction/initialize', asked);
  const rows = await server.db('passkey_api_challenges').where({ transaction_id: 'named' });
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain('secret friend');
});
