/** Two tenants on one database see nothing of each other. */
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { creationOptions, register, requestOptions, signIn } from '../../contract/support/ceremonies.ts';
import { call, get, post, refusalOf } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, serve } from '../../contract/support/server.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { withCredentialId } from '../../support/credential-surgery.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';
import { keepSigningKey } from '../../support/signing-key.ts';

let database: TestDatabase;
let ours: EmbeddedServer;
let theirs: EmbeddedServer;

beforeAll(async () => {
  database = await createTestDatabase();
  ours = await serve(database.db, keptTenant());
  const tenantId = '0b0b7f6e-6a3f-4c7e-9a53-6f1f0a1c2d3e';
  theirs = await serve(database.db, {
    tenantId,
    secretKeys: [await keepSigningKey({ db: database.db, tenantId })],
  });
});
afterAll(async () => {
  await ours.stop();
  await theirs.stop();
  await database.drop();
});

test("a challenge is worth nothing at another tenant's address", async () => {
  const { authenticator } = await register(ours);
  const assertion = authenticator.get(await requestOptions(ours), origin);
  expect(refusalOf(await post(theirs, '/login/finalize', assertion)).title).toBe(
    'failed to get session data',
  );
  const attestation = createAuthenticator().create(await creationOptions(ours), origin);
  const title = 'received challenge does not match with any stored one';
  expect(refusalOf(await post(theirs, '/registration/finalize', attestation))).toMatchObject({
    status: 400,
    title,
  });
  expect((await post(ours, '/registration/finalize', attestation)).status).toBe(200);
});

test("a passkey does not sign in to another tenant, even under one user's id", async () => {
  const { authenticator, userId } = await register(ours);
  await register(theirs, { userId });
  expect((await signIn(theirs, authenticator)).status).toBe(401);
  expect((await signIn(ours, authenticator)).status).toBe(200);
});

test("[ASVS 8.4.1] another tenant's passkey is neither listed nor shown, renamed or deleted", async () => {
  const { credentialId, userId } = await register(ours);
  expect((await get(theirs, `/credentials?user_id=${userId}`)).body).toEqual([]);
  const path = `/credentials/${credentialId}`;
  expect((await get(theirs, path)).status).toBe(404);
  expect((await call(theirs, 'PATCH', path, { body: { name: 'taken' } })).status).toBe(404);
  expect((await call(theirs, 'DELETE', path)).status).toBe(404);
  expect((await get(ours, path)).body.name).toBe(`cred-${credentialId}`);
});

test('a credential id belongs to one tenant only', async () => {
  const { credentialId } = await register(ours);
  const credential = createAuthenticator().create(await creationOptions(theirs), origin);
  const copied = withCredentialId(credential, isoBase64URL.toBuffer(credentialId));
  const answer = await post(theirs, '/registration/finalize', copied);
  expect(refusalOf(answer)).toEqual({ status: 409, title: 'credential already exists', details: '' });
  expect((await get(theirs, `/credentials/${credentialId}`)).status).toBe(404);
});

test('[ASVS 9.2.4] each tenant signs with a key of its own', async () => {
  const kids = async (server: EmbeddedServer) =>
    (await get(server, '/.well-known/jwks.json')).body.keys.map(({ kid }: { kid: string }) => kid);
  const [own, foreign] = [await kids(ours), await kids(theirs)];
  expect(own).toHaveLength(1);
  expect(foreign).toHaveLength(1);
  expect(own).not.toEqual(foreign);
});

test("one tenant's API key opens nothing at another", async () => {
  expect((await get(theirs, '/credentials', { key: ours.apiKey })).status).toBe(401);
});
