/**
 * Registration with `mediation: "conditional"`, which only the embedded API knows: a Hanko server ignores the member,
 * as it does any other it does not know, and goes on demanding that somebody was present.
 */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../support/authenticator.ts';
import { conditionalOptions, creationOptions, register, requestOptions } from './support/ceremonies.ts';
import { get, post, refusalOf } from './support/client.ts';
import { isEmbedded, origin, type Server, startServer } from './support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const initialize = (mediation: unknown) =>
  post(server, '/registration/initialize', { user_id: randomUUID(), username: 'alice', mediation });
const finalize = (body: unknown) => post(server, '/registration/finalize', body, { key: null });
const unattended = () => createAuthenticator({ flags: { userPresent: false, userVerified: false } });
const presenceMissing = {
  status: 400,
  title: 'failed to validate attestation',
  details: 'Error validating the authenticator response',
};

test('the options are those of any registration', async () => {
  const userId = randomUUID();
  const { publicKey: ordinary } = await creationOptions(server, userId);
  const { publicKey } = await conditionalOptions(server, userId);
  expect(publicKey).toEqual({ ...ordinary, challenge: expect.stringMatching(/^[\w-]{43}$/) });
});

test('a passkey made while nobody was there is taken by the embedded API and refused by Hanko', async () => {
  const userId = randomUUID();
  const credential = unattended().create(await conditionalOptions(server, userId), origin);
  const answer = await finalize(credential);
  const { body: listed } = await get(server, `/credentials?user_id=${userId}`);
  if (isEmbedded) {
    expect(answer.status).toBe(200);
    expect(decodeJwt(answer.body.token)).toMatchObject({ sub: userId, cred: credential.id });
    expect(listed).toMatchObject([{ id: credential.id }]);
  } else {
    expect(refusalOf(answer)).toEqual(presenceMissing);
    expect(listed).toEqual([]);
  }
});

test('a passkey made while somebody was there is taken, verified or not', async () => {
  for (const userVerified of [true, false]) {
    const authenticator = createAuthenticator({ flags: { userVerified } });
    const credential = authenticator.create(await conditionalOptions(server), origin);
    expect((await finalize(credential)).status).toBe(200);
  }
});

describe('presence is demanded', () => {
  test('where the member was left out', async () => {
    const credential = unattended().create(await creationOptions(server), origin);
    expect(refusalOf(await finalize(credential))).toEqual(presenceMissing);
    expect((await get(server, `/credentials/${credential.id}`)).status).toBe(404);
  });

  test.each([
    ['another word', 'required'],
    ['the word in capitals', 'CONDITIONAL'],
    ['nothing', ''],
    ['NUL', '\0'],
    ['null', null],
    ['a number', 7],
    ['a boolean', true],
    ['a list', ['conditional']],
    ['an object', { conditional: true }],
  ])('where it was %s, which is ignored', async (_name, mediation) => {
    const { status, body } = await initialize(mediation);
    expect(status).toBe(200);
    expect(refusalOf(await finalize(unattended().create(body, origin)))).toEqual(presenceMissing);
  });
});

test('the challenge signs nobody in', async () => {
  const { authenticator, userId } = await register(server);
  const { challenge } = (await conditionalOptions(server, userId)).publicKey;
  const { publicKey } = await requestOptions(server);
  const credential = authenticator.get({ publicKey: { ...publicKey, challenge } }, origin);
  expect(refusalOf(await post(server, '/login/finalize', credential, { key: null }))).toEqual({
    status: 401,
    title: 'failed to get session data',
    details: 'received challenge does not match with any stored one',
  });
});
