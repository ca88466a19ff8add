/** A user with more passkeys than one page holds: the list and the sign-in name each of them, and nobody else's. */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Registered, register, registerMany, requestOptions } from './support/ceremonies.ts';
import { call, get, post } from './support/client.ts';
import { origin, type Server, startServer } from './support/server.ts';

const userId = randomUUID();

let server: Server;
let owned: Registered[];
beforeAll(async () => {
  server = await startServer();
  await register(server);
  owned = await registerMany(server, 25, userId);
});
afterAll(() => server.stop());

const list = (query = '') => get(server, `/credentials?user_id=${userId}${query}`);
const idsOf = (credentials: { id: string }[]) => credentials.map(({ id }) => id).sort();
const ownedIds = () => owned.map(({ credentialId }) => credentialId).sort();

describe('of 25 passkeys the list holds', () => {
  test.each([
    ['20 on a page unless told otherwise', ''],
    ['20 on a page of 20', '&per_page=20'],
  ])('%s, and the others on the next', async (_name, size) => {
    const pages = [await list(`${size}&page=1`), await list(`${size}&page=2`)];
    expect(pages.map(({ body }) => body.length)).toEqual([20, 5]);
    expect(idsOf(pages.flatMap(({ body }) => body))).toEqual(ownedIds());
    for (const { headers } of pages) expect(headers.get('X-Total-Count')).toBe('25');
    expect((await list(`${size}&page=3`)).body).toEqual([]);
  });

  test('all on a page of 100', async () => {
    const { body, headers } = await list('&per_page=100');
    expect(idsOf(body)).toEqual(ownedIds());
    expect(new Set(body.map((item: { user_id: string }) => item.user_id))).toEqual(new Set([userId]));
    expect(headers.get('X-Total-Count')).toBe('25');
    expect(headers.get('Link')).not.toContain('rel="next"');
  });
});

describe('a sign-in for the user', () => {
  test('offers each of them, by type and id alone', async () => {
    const { allowCredentials } = (await requestOptions(server, userId)).publicKey;
    const offered = ownedIds().map((id) => ({ type: 'public-key', id }));
    expect(allowCredentials).toHaveLength(25);
    expect(allowCredentials).toEqual(expect.arrayContaining(offered));
  });

  test('takes the oldest as well as the newest', async () => {
    for (const passkey of [owned[0], owned[24]]) {
      const credential = passkey?.authenticator.get(await requestOptions(server, userId), origin);
      const { status, body } = await post(server, '/login/finalize', credential, { key: null });
      expect(status).toBe(200);
      expect(decodeJwt(body.token)).toMatchObject({ sub: userId, cred: passkey?.credentialId });
    }
  });
});

test('deleted ones are gone at once, from the list and from the next offer', async () => {
  const gone = owned.splice(3, 6);
  for (const { credentialId } of gone) await call(server, 'DELETE', `/credentials/${credentialId}`);
  const { body, headers } = await list();
  expect(idsOf(body)).toEqual(ownedIds());
  expect(headers.get('X-Total-Count')).toBe('19');
  const { allowCredentials } = (await requestOptions(server, userId)).publicKey;
  expect(idsOf(allowCredentials)).toEqual(ownedIds());
});
