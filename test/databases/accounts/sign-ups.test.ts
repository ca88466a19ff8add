/** How long a sign-up waits, and what is left of it. That an account comes of it is told by the journey. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createSignUps, type SignUp, type SignUps } from '../../../src/accounts/sign-ups.ts';
import { hashOf } from '../../../src/accounts/token-store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const browser = 'a-secret-of-a-browser';
const secret = 'a-secret-of-a-link';
const signUp: SignUp = { email: 'ada@example.com', passwordHash: 'a hash', browserHash: hashOf(browser) };

let database: TestDatabase;
let signUps: SignUps;
beforeAll(async () => {
  database = await createTestDatabase();
  signUps = createSignUps(database.db);
});
afterAll(() => database.drop());
beforeEach(async () => {
  for (const table of ['account_tokens', 'users']) await database.db(table).delete();
  await signUps.begin(browser, signUp.email, signUp.passwordHash);
  await signUps.issueLink(secret, signUp);
});
afterEach(() => vi.useRealTimers());

it('what was typed waits for a day, and so does the link', async () => {
  const begunAt = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: begunAt + day - minute });
  expect(await signUps.pending(browser)).toEqual(signUp);
  expect(await signUps.open(secret)).toEqual(signUp);
  vi.setSystemTime(begunAt + day + minute);
  expect(await signUps.pending(browser)).toBeNull();
  expect(await signUps.pendingOf(signUp.browserHash)).toBeNull();
  expect(await signUps.open(secret)).toBeNull();
  expect(await signUps.complete(secret)).toBeNull();
  expect(await database.db('users').select()).toEqual([]);
});

it('nothing of it is left when there is an account, so that no further link is sent', async () => {
  expect(await signUps.complete(secret)).toMatchObject({ email: signUp.email });
  expect(await signUps.pending(browser)).toBeNull();
  expect(await database.db('account_tokens').select()).toEqual([]);
});

it('each of several links is good, and worth nothing once one was used', async () => {
  await signUps.issueLink('another', signUp);
  expect(await signUps.complete('another')).not.toBeNull();
  expect(await signUps.complete(secret)).toBeNull();
  expect(await database.db('users').select()).toHaveLength(1);
});
