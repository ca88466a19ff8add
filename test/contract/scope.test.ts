/**
 * How far a key reaches: over the whole tenant. Nobody but the application keeps people apart, and each of these tests fails
 * when what keeps them apart there is taken away.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/logger.ts';
import { createHanko, type Hanko } from '../../src/passkeys/hanko/hanko.ts';
import { createRemoteTransport, type PasskeyTransport } from '../../src/passkeys/hanko/transport.ts';
import { createPasskeys, type Passkeys } from '../../src/passkeys/passkeys.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { removed } from '../support/passkeys.ts';
import { type Registered, register, registerMany } from './support/ceremonies.ts';
import { call, get } from './support/client.ts';
import { origin, rpId, type Server, startServer } from './support/server.ts';

const logger = createLogger('silent');
let server: Server;
let transport: PasskeyTransport;
let hanko: Hanko;
let alice: Registered;
let mallory: Registered;
beforeAll(async () => {
  server = await startServer();
  transport = createRemoteTransport(server);
  hanko = createHanko(transport, logger);
  [alice, mallory] = [await register(server), await register(server)];
});
afterAll(() => server.stop());

const ownersIn = (body: { user_id: string }[]) => new Set(body.map(({ user_id }) => user_id));

describe('a list without a user', () => {
  test.each([
    ['is left out', ''],
    ['is empty', 'user_id=&'],
    ['is empty, and named again', `user_id=&user_id=${randomUUID()}&`],
  ])('that %s is the list of the tenant', async (_name, query) => {
    const { status, body } = await get(server, `/credentials?${query}per_page=1000`);
    expect(status).toBe(200);
    expect([...ownersIn(body)]).toEqual(expect.arrayContaining([alice.userId, mallory.userId]));
  });

  test.each([['%20'], ['%09'], [randomUUID()]])('named %j is empty', async (userId) => {
    expect((await get(server, `/credentials?user_id=${userId}`)).body).toEqual([]);
  });

  test.each([[''], [' '], ['\t']])('of the user %j is never asked for by the application', async (userId) => {
    const asked: string[] = [];
    const listening = { ...transport, fetch: (url: string) => asked.push(url) && transport.fetch(url) };
    const client = createHanko(listening as PasskeyTransport, logger);
    await expect(client.list(userId)).rejects.toThrow('a user id is required');
    await expect(client.beginSignInOf(userId)).rejects.toThrow('a user id is required');
    expect(asked).toEqual([]);
  });

  test.each([
    ['loses it', ''],
    ['empties it', 'user_id=&'],
  ])('that comes about because something on the way %s is still one person’s', async (_name, instead) => {
    const lost = createHanko(
      {
        ...transport,
        fetch: (url, init) => transport.fetch(url.replace(/user_id=[^&]*&/, instead), init),
      },
      logger,
    );
    const many = await registerMany(server, 3, alice.userId);
    const listed = await lost.list(alice.userId);
    expect(ownersIn(listed)).toEqual(new Set([alice.userId]));
    expect(listed.map(({ id }) => id)).toEqual(
      expect.arrayContaining([alice, ...many].map(({ credentialId }) => credentialId)),
    );
  });
});

test('user ids that differ in case alone are two users', async () => {
  const lower = `a-${randomUUID()}`;
  const first = await register(server, { userId: lower });
  const second = await register(server, { userId: lower.toUpperCase() });
  const ids = async (userId: string) => (await hanko.list(userId)).map(({ id }) => id);
  expect(await ids(lower)).toEqual([first.credentialId]);
  expect(await ids(lower.toUpperCase())).toEqual([second.credentialId]);
});

describe('a credential by its id', () => {
  let database: TestDatabase;
  let passkeys: Passkeys;
  beforeAll(async () => {
    database = await createTestDatabase();
    passkeys = createPasskeys({
      db: database.db,
      transport,
      relyingParty: { id: rpId, origin },
      logger,
    });
    return () => database.drop();
  });

  test('is read, renamed and removed for whoever has the key, whosever it is', async () => {
    const { userId, credentialId } = await register(server);
    expect((await get(server, `/credentials/${credentialId}`)).body.user_id).toBe(userId);
    const renamed = await call(server, 'PATCH', `/credentials/${credentialId}`, { body: { name: 'Mine' } });
    expect(renamed.status).toBe(204);
    expect((await call(server, 'DELETE', `/credentials/${credentialId}`)).status).toBe(204);
    expect(await hanko.find(credentialId)).toBeNull();
  });

  test('is found for its owner alone, before anything is done to it', async () => {
    await expect(passkeys.find(mallory.userId, alice.credentialId)).rejects.toMatchObject({
      code: 'not_found',
      reason: "somebody else's passkey",
    });
    expect((await passkeys.find(alice.userId, alice.credentialId)).id).toBe(alice.credentialId);
    expect((await passkeys.listFor(mallory.userId)).map(({ id }) => id)).toEqual([mallory.credentialId]);
  });

  test('is removed at the service for its owner alone, whoever has it noted as removed', async () => {
    await removed(database.db, passkeys, mallory.userId, alice.credentialId);
    expect(await hanko.find(alice.credentialId)).not.toBeNull();
    expect(await hanko.find(mallory.credentialId)).not.toBeNull();
  });
});
