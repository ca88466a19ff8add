/** The SDK of Hanko, unchanged, against the same server. */
import { randomUUID } from 'node:crypto';
import { tenant } from '@teamhanko/passkeys-sdk';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../support/authenticator.ts';
import { register } from './support/ceremonies.ts';
import { get } from './support/client.ts';
import { origin, type Server, startServer } from './support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const connect = (apiKey = server.apiKey) =>
  tenant({ baseUrl: server.baseUrl, tenantId: server.tenantId, apiKey });

type LoginBody = Parameters<ReturnType<typeof connect>['login']['finalize']>[0];
type RegistrationBody = Parameters<ReturnType<typeof connect>['registration']['finalize']>[0];

describe('the SDK', () => {
  test('registers a passkey and signs in with it', async () => {
    const authenticator = createAuthenticator();
    const userId = randomUUID();
    const hanko = connect();
    const creation = await hanko.registration.initialize({ userId, username: 'alice', displayName: 'Alice' });
    const attestation = authenticator.create(creation, origin) as unknown as RegistrationBody;
    const registered = await hanko.registration.finalize(attestation);
    expect(decodeJwt(registered.token ?? '').sub).toBe(userId);

    const request = (await hanko.login.initialize()) as { publicKey: object };
    const assertion = authenticator.get(request, origin) as unknown as LoginBody;
    const signedIn = await hanko.login.finalize(assertion);
    expect(decodeJwt(signedIn.token ?? '').sub).toBe(userId);
  });

  test('lists the passkeys of a user and removes one', async () => {
    const { userId, credentialId } = await register(server);
    const hanko = connect();
    expect(await hanko.user(userId).credentials()).toMatchObject([{ id: credentialId }]);
    await hanko.credential(credentialId).remove();
    expect(await hanko.user(userId).credentials()).toEqual([]);
  });

  test('reads the published keys', async () => {
    const { keys } = await connect().jwks();
    const { body } = await get(server, '/.well-known/jwks.json');
    expect(keys).toEqual(body.keys);
  });

  test('hears a refusal as an error that carries the answer', async () => {
    const registration = connect('wrong').registration.initialize({
      userId: randomUUID(),
      username: 'alice',
    });
    await expect(registration).rejects.toMatchObject({
      originalError: { title: 'The api key is invalid', status: 401 },
    });
  });
});
