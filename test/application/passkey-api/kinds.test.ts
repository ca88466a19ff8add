/** Every kind of challenge at every other end of a ceremony: a challenge is good for what it was made for, and nothing else. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  conditionalOptions,
  creationOptions,
  mfaCreationOptions,
  mfaRequestOptions,
  type Options,
  type Registered,
  register,
  registerMfa,
  requestOptions,
} from '../../contract/support/ceremonies.ts';
import { get, post, refusalOf } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, startEmbedded } from '../../contract/support/server.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { withResponse } from '../../support/credential-surgery.ts';

let server: EmbeddedServer;
/** Whose challenges they are. */
let owner: Registered;
beforeAll(async () => {
  // Of a second factor it is never demanded that the user is verified, so a mix-up would be the way round this.
  server = await startEmbedded({ userVerification: 'required' });
  owner = await register(server);
});
afterAll(() => server.stop());
afterEach(() => {
  expect(server.events).toEqual([]);
});

async function transactionOptions(api: EmbeddedServer, userId: string): Promise<Options> {
  const body = { user_id: userId, transaction_id: randomUUID(), transaction_data: {} };
  return (await post(api, '/transaction/initialize', body)).body;
}

type Begin = (server: EmbeddedServer, userId: string) => Promise<Options>;
type Challenge = [kind: string, begin: Begin, own: string];

const creations: Challenge[] = [
  ['a passkey', creationOptions, '/registration/finalize'],
  ['a passkey that is made unasked', conditionalOptions, '/registration/finalize'],
  ['a second factor', mfaCreationOptions, '/mfa/registration/finalize'],
];
const requests: Challenge[] = [
  ['the sign-in of anybody', (api) => requestOptions(api), '/login/finalize'],
  ['the sign-in of somebody', requestOptions, '/login/finalize'],
  ['a second step', mfaRequestOptions, '/mfa/login/finalize'],
  ['a transaction', transactionOptions, '/transaction/finalize'],
];
const ends = [
  '/registration/finalize',
  '/mfa/registration/finalize',
  '/login/finalize',
  '/mfa/login/finalize',
  '/transaction/finalize',
];

/** Everything that an answer could change. */
const state = async () => [
  await server.db('passkey_api_credentials').orderBy('id').select(),
  await server.db('passkey_api_challenges').orderBy(1).select(),
];

describe('the challenge of a creation,', () => {
  test.each(creations)(
    '%s, is unknown at every other end, and still good at its own',
    async (_kind, begin, own) => {
      const { userId, authenticator } = owner;
      const options = await begin(server, userId);
      const attestation = createAuthenticator().create(options, origin);
      const { challenge } = options.publicKey;
      const assertion = authenticator.get({ publicKey: { challenge, rpId: 'localhost' } }, origin);
      const before = await state();
      for (const end of ends.filter((one) => one !== own)) {
        const isCreation = end.includes('registration');
        const answer = await post(server, end, isCreation ? attestation : assertion);
        expect(refusalOf(answer), end).toMatchObject(isCreation ? unknownCreation : unknownRequest);
      }
      expect(await state()).toEqual(before);
      expect((await post(server, own, attestation)).status).toBe(200);
    },
  );
});

describe('the challenge of a request,', () => {
  test.each(requests)(
    '%s, is unknown at every other end, and still good at its own',
    async (kind, begin, own) => {
      const { userId, authenticator } = owner;
      const { publicKey } = await begin(server, userId);
      const creation = await creationOptions(server, userId);
      const { challenge } = publicKey;
      const attestation = createAuthenticator().create(
        { publicKey: { ...creation.publicKey, challenge } },
        origin,
      );
      const assertion = authenticator.get({ publicKey }, origin);
      const before = await state();
      for (const end of ends.filter((one) => one !== own)) {
        const isCreation = end.includes('registration');
        const answer = await post(server, end, isCreation ? attestation : assertion);
        const ofNobody = kind === 'the sign-in of anybody' && end === '/mfa/login/finalize';
        const refusal = ofNobody ? { ...unknownRequest, title: 'failed to get user handle' } : unknownRequest;
        expect(refusalOf(answer), end).toMatchObject(isCreation ? unknownCreation : refusal);
      }
      expect(await state()).toEqual(before);
      expect((await post(server, own, assertion)).status).toBe(200);
    },
  );
});

const unknownCreation = {
  status: 400,
  title: 'received challenge does not match with any stored one',
};
const unknownRequest = { status: 401, title: 'failed to get session data' };

describe('verification, which the tenant demands,', () => {
  test('is not got round by the challenge of a second step', async () => {
    const { userId, authenticator } = await register(server);
    authenticator.flags.userVerified = false;
    const answer = authenticator.get(await mfaRequestOptions(server, userId), origin);
    expect((await post(server, '/login/finalize', answer, { key: null })).status).toBe(401);
    expect((await post(server, '/mfa/login/finalize', answer)).status).toBe(200);
  });

  test('is not got round by the challenge of a registration of a second factor', async () => {
    const present = createAuthenticator({ flags: { userVerified: false } });
    const credential = present.create(await mfaCreationOptions(server), origin);
    expect((await post(server, '/registration/finalize', credential, { key: null })).status).toBe(400);
    expect((await get(server, `/credentials/${credential.id}`)).status).toBe(404);
    expect((await post(server, '/mfa/registration/finalize', credential)).status).toBe(200);
  });
});

test('a second factor is never made unasked, whatever its options were asked with', async () => {
  const body = { user_id: randomUUID(), username: 'ada', mediation: 'conditional' };
  const { body: options } = await post(server, '/mfa/registration/initialize', body);
  const unattended = createAuthenticator({ flags: { userPresent: false, userVerified: false } });
  const answer = await post(server, '/mfa/registration/finalize', unattended.create(options, origin));
  expect(refusalOf(answer)).toEqual({
    status: 400,
    title: 'failed to validate attestation',
    details: 'Error validating the authenticator response',
  });
});

test('the second step of one person is not passed by another, whatever the answer says of itself', async () => {
  const [ada, grace] = [await registerMfa(server), await registerMfa(server)];
  const { publicKey } = await mfaRequestOptions(server, ada.userId);
  const answer = grace.authenticator.get({ publicKey: { ...publicKey, allowCredentials: [] } }, origin);
  const before = await state();
  for (const userId of [ada.userId, grace.userId]) {
    const userHandle = Buffer.from(userId).toString('base64url');
    const claimed = withResponse(answer, { userHandle });
    for (const body of [claimed, { ...claimed, id: ada.credentialId, rawId: ada.credentialId }])
      expect((await post(server, '/mfa/login/finalize', body)).status).toBe(401);
  }
  expect(await state()).toEqual(before);
});
