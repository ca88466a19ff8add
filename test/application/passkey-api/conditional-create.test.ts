/** What `mediation: "conditional"` permits: one registration, without presence, and nothing else. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  conditionalOptions,
  creationOptions,
  type Options,
  signIn,
} from '../../contract/support/ceremonies.ts';
import { get, post, refusalOf } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, serve } from '../../contract/support/server.ts';
import { aMoment } from '../../support/a-moment.ts';
import { type AuthenticatorOptions, createAuthenticator } from '../../support/authenticator.ts';
import { withAttestation, withClientData } from '../../support/credential-surgery.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let server: EmbeddedServer;
let strict: EmbeddedServer;
let hasty: EmbeddedServer;
beforeAll(async () => {
  database = await createTestDatabase();
  // One tenant, whose signing key is there.
  const tenant = keptTenant();
  server = await serve(database.db, tenant);
  strict = await serve(database.db, { ...tenant, userVerification: 'required' });
  hasty = await serve(database.db, { ...tenant, timeout: 1 });
});
afterAll(async () => {
  for (const running of [server, strict, hasty]) await running.stop();
  await database.drop();
});

const unattended = (flags: AuthenticatorOptions['flags'] = {}) =>
  createAuthenticator({ flags: { userPresent: false, userVerified: false, ...flags } });
const finalize = (at: EmbeddedServer, body: unknown) =>
  post(at, '/registration/finalize', body, { key: null });
const answerTo = (options: Options) => unattended().create(options, origin);
const refused = (details: string) => ({ status: 400, title: 'failed to validate attestation', details });
const presenceMissing = refused('Error validating the authenticator response');

describe('the permission belongs to the challenge', () => {
  test('and to no other of the same user, neither before nor after it is used', async () => {
    const userId = randomUUID();
    const ordinary = await creationOptions(server, userId);
    const conditional = await conditionalOptions(server, userId);
    expect(refusalOf(await finalize(server, answerTo(ordinary)))).toEqual(presenceMissing);
    expect((await finalize(server, answerTo(conditional))).status).toBe(200);
    expect(refusalOf(await finalize(server, answerTo(ordinary)))).toEqual(presenceMissing);
    expect((await get(server, `/credentials?user_id=${userId}`)).body).toHaveLength(1);
  });

  test('and ends with the challenge, used or run out', async () => {
    const options = await conditionalOptions(server);
    expect((await finalize(server, answerTo(options))).status).toBe(200);
    expect(refusalOf(await finalize(server, answerTo(options)))).toEqual({
      status: 400,
      title: 'received challenge does not match with any stored one',
      details: '',
    });
    const late = await conditionalOptions(hasty);
    await aMoment();
    expect(refusalOf(await finalize(hasty, answerTo(late)))).toEqual(refused('Session has Expired'));
  });
});

test('whatever else a registration must fulfil is demanded, and a refusal leaves the challenge', async () => {
  const credential = answerTo(await conditionalOptions(server));
  const elsewhere = withClientData(credential, { origin: 'https://elsewhere.example' });
  expect(refusalOf(await finalize(server, elsewhere))).toEqual(refused('Error validating origin'));
  const assertion = withClientData(credential, { type: 'webauthn.get' });
  expect(refusalOf(await finalize(server, assertion))).toEqual(refused('Error validating ceremony type'));
  const novel = withAttestation(credential, (members) => members.set('fmt', 'novel'));
  expect(refusalOf(await finalize(server, novel))).toEqual(refused('Invalid attestation format'));
  expect((await finalize(server, credential)).status).toBe(200);
});

describe('where the tenant demands user verification', () => {
  test('a conditional registration is refused without it', async () => {
    for (const userPresent of [false, true]) {
      const credential = unattended({ userPresent }).create(await conditionalOptions(strict), origin);
      const details = 'Error validating the authenticator response';
      const reason = 'User verification required but flag not set by authenticator';
      const title = `failed to validate attestation: ${details}: ${reason}\n`;
      expect(refusalOf(await finalize(strict, credential))).toEqual({ status: 422, title, details });
      expect((await get(strict, `/credentials/${credential.id}`)).status).toBe(404);
    }
  });

  test('a conditional registration passes with it, present or not', async () => {
    const options = await conditionalOptions(strict);
    expect(options.publicKey.authenticatorSelection.userVerification).toBe('required');
    const credential = unattended({ userVerified: true }).create(options, origin);
    expect((await finalize(strict, credential)).status).toBe(200);
  });
});

test('a passkey made while nobody was there signs in only while somebody is', async () => {
  const authenticator = unattended();
  const credential = authenticator.create(await conditionalOptions(server), origin);
  expect((await finalize(server, credential)).status).toBe(200);
  expect(refusalOf(await signIn(server, authenticator))).toEqual({
    status: 401,
    title: 'failed to validate assertion',
    details: 'Error validating the authenticator response',
  });
  authenticator.flags.userPresent = true;
  expect((await signIn(server, authenticator)).status).toBe(200);
});
