/** One challenge, many answers at once, to two processes on one database. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import {
  creationOptions,
  mfaCreationOptions,
  mfaRequestOptions,
  register,
  requestOptions,
} from '../../contract/support/ceremonies.ts';
import { type Answer, get, post } from '../../contract/support/client.ts';
import { withCounter } from '../../contract/support/forgery.ts';
import { type EmbeddedServer, origin, serve } from '../../contract/support/server.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';

const attempts = 20;

let database: TestDatabase;
let secondPool: Database;
let first: EmbeddedServer;
let second: EmbeddedServer;

beforeAll(async () => {
  database = await createTestDatabase();
  secondPool = openDatabase(database.url, '/');
  const shared = { ...keptTenant(), apiKey: 'k'.repeat(40) };
  first = await serve(database.db, shared);
  second = await serve(secondPool, shared);
});

afterAll(async () => {
  await first.stop();
  await second.stop();
  await secondPool.destroy();
  await database.drop();
});

function atOnce(path: string, body: (attempt: number) => unknown): Promise<Answer[]> {
  const calls = Array.from({ length: attempts }, (_nothing, attempt) =>
    post(attempt % 2 === 0 ? first : second, path, body(attempt)),
  );
  return Promise.all(calls);
}

/** The same for what needs the key. */
const keyedAtOnce = (path: string, body: unknown) =>
  Promise.all(
    Array.from({ length: attempts }, (_nothing, attempt) => post(attempt % 2 ? first : second, path, body)),
  );

const statusesOf = (answers: Answer[]) => answers.map(({ status }) => status).sort();

describe('of twenty answers to one challenge', () => {
  test.each([
    ['signs in', '/login/finalize', requestOptions],
    ['is a second factor', '/mfa/login/finalize', mfaRequestOptions],
  ])('exactly one %s', async (_name, path, begin) => {
    const { authenticator, userId } = await register(first);
    const credential = authenticator.get(await begin(first, userId), origin);
    const answers = await atOnce(path, () => credential);
    expect(statusesOf(answers)).toEqual([200, ...Array(attempts - 1).fill(401)]);
    for (const { status, body } of answers) {
      if (status === 401) expect(body.title).toBe('failed to get session data');
    }
  });

  test('exactly one signs a transaction, and of twenty with one name exactly one begins', async () => {
    const { authenticator, userId } = await register(first);
    const asked = { user_id: userId, transaction_id: randomUUID(), transaction_data: { amount: 1 } };
    const begun = await keyedAtOnce('/transaction/initialize', asked);
    expect(statusesOf(begun)).toEqual([200, ...Array(attempts - 1).fill(409)]);
    const credential = authenticator.get(begun.find(({ status }) => status === 200)?.body, origin);
    const answers = await keyedAtOnce('/transaction/finalize', credential);
    expect(statusesOf(answers)).toEqual([200, ...Array(attempts - 1).fill(401)]);
  });

  test.each([
    ['a passkey', '/registration/finalize', creationOptions],
    ['a second factor', '/mfa/registration/finalize', mfaCreationOptions],
  ])('exactly one registers %s, each of them being another', async (_name, path, begin) => {
    const userId = randomUUID();
    const options = await begin(first, userId);
    const credentials = Array.from({ length: attempts }, () => createAuthenticator().create(options, origin));
    const answers = await atOnce(path, (attempt) => credentials[attempt]);
    expect(statusesOf(answers)).toEqual([200, ...Array(attempts - 1).fill(400)]);
    for (const { status, body } of answers) {
      if (status === 400) expect(body.title).toBe('received challenge does not match with any stored one');
    }
    expect((await get(first, `/credentials?user_id=${userId}`)).body).toHaveLength(1);
  });
});

test('of two challenges answered at once with one counter by a device-bound key, one signs in', async () => {
  const authenticator = createAuthenticator({ flags: { backupEligible: false, backedUp: false } });
  await register(first, { authenticator });
  const answer = async () =>
    withCounter(authenticator, authenticator.get(await requestOptions(first), origin), 7);
  const [one, other] = [await answer(), await answer()];
  const answers = await Promise.all([
    post(first, '/login/finalize', one, { key: null }),
    post(second, '/login/finalize', other, { key: null }),
  ]);
  expect(statusesOf(answers)).toEqual([200, 401]);
});

test('the first registrations of a new user may begin at once', async () => {
  const userId = randomUUID();
  const begun = await Promise.all(
    Array.from({ length: attempts }, (_nothing, at) =>
      creationOptions(at % 2 === 0 ? first : second, userId),
    ),
  );
  expect(new Set(begun.map(({ publicKey }) => publicKey.challenge)).size).toBe(attempts);
});
