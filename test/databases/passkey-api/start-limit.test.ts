/** Sign-ins that are begun without the key, where the API is served alone: bounded by address and in all. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createStartLimit } from '../../../src/passkey-api/start-limit.ts';
import { call, refusalOf } from '../../contract/support/client.ts';
import { type EmbeddedServer, serve } from '../../contract/support/server.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';

const ofAddress = { points: 3, duration: 60 };
const inAll = { points: 5, duration: 60 };
const refused: string[] = [];
let database: TestDatabase;
let server: EmbeddedServer;
beforeAll(async () => {
  database = await createTestDatabase();
  const startLimit = createStartLimit({
    db: database.db,
    ofAddress,
    inAll,
    onRefused: (address) => void refused.push(address),
  });
  server = await serve(database.db, keptTenant(), { startLimit }, ({ headers }) => String(headers['x-from']));
  return async () => {
    await server.stop();
    await database.drop();
  };
});
beforeEach(async () => {
  await database.db('rate_limits').delete();
  await database.db('passkey_api_challenges').delete();
  refused.length = 0;
});

const start = (from: string, options: object = { key: null }) =>
  call(server, 'POST', '/login/initialize', { headers: { 'X-From': from }, ...options });
const waiting = async () => (await database.db('passkey_api_challenges').pluck('challenge_hash')).length;

describe('without the key', () => {
  test('one address begins so many, and what is beyond leaves nothing', async () => {
    const answers = await Promise.all(Array.from({ length: 9 }, () => start('here')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, ...Array(6).fill(429)]);
    const last = answers.find(({ status }) => status === 429);
    expect(refusalOf(last as never)).toEqual({
      status: 429,
      title: 'Too Many Requests',
      details: 'too many sign-ins were begun',
    });
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(last?.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect([await waiting(), refused]).toEqual([3, Array(6).fill('here')]);
  });

  test('all together begin so many, and one address uses up no more of them than are its own', async () => {
    for (let count = 0; count < 9; count++) await start('here');
    const statuses = [];
    for (const from of ['one', 'another', 'third']) statuses.push((await start(from)).status);
    expect([statuses, await waiting()]).toEqual([[200, 200, 429], 5]);
  });

  test('a wrong key is none', async () => {
    for (let count = 0; count < 4; count++) await start('here', { key: 'x'.repeat(86) });
    expect(await waiting()).toBe(3);
  });
});

test('whoever has the key begins as many as they want, also when others have used up theirs', async () => {
  for (let count = 0; count < 9; count++) await start(`from ${count}`);
  for (let count = 0; count < 9; count++) expect((await start('here', {})).status).toBe(200);
  expect(await waiting()).toBe(inAll.points + 9);
});
