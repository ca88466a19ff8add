import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccounts } from '../../../src/accounts/accounts.ts';
import { ensureDemoAccount } from '../../../src/accounts/demo-account.ts';
import { createLogger } from '../../../src/logger.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const fresh = () => createAccounts({ db: database.db, logger: createLogger('silent') });

it('an empty database gets one demo account, also when two processes start at once', async () => {
  const [first, second] = await Promise.all([ensureDemoAccount(fresh()), ensureDemoAccount(fresh())]);
  expect(first).toEqual(second);
  expect(await fresh().authenticate(first?.email ?? '', first?.password ?? '')).not.toBeNull();
  expect(await database.db('users').select()).toHaveLength(1);
});

it('a demo account with another password is left alone and not told', async () => {
  await database.db('users').update({ password_hash: null });
  expect(await ensureDemoAccount(fresh())).toBeNull();
  expect((await database.db('users').first()).password_hash).toBeNull();
});

it('a database with people in it gets none', async () => {
  await database.db('users').delete();
  await fresh().create('ada@example.com', 'analytical-engine-1843');
  expect(await ensureDemoAccount(fresh())).toBeNull();
  expect(await database.db('users').select()).toHaveLength(1);
});
