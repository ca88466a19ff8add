/**
 * What the doctor finds in the database, of either kind. That a file which is not there is not made, setup.test.ts shows,
 * and what it finds where nobody may write, database-faults.test.ts.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccounts } from '../../../src/accounts/accounts.ts';
import { ensureDemoAccount } from '../../../src/accounts/demo-account.ts';
import { createUserStore } from '../../../src/accounts/user-store.ts';
import { runChore } from '../../support/chores.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const doctor = (databaseUrl = database.url) => runChore(['doctor'], { databaseUrl });

/** What was said about one thing. */
const about = (thing: string, out: string) =>
  out.split('\n').find((line) => line.slice(9).startsWith(`${thing}: `));

describe('the doctor, of a database', () => {
  it('finds it in order', async () => {
    const { code, out } = await doctor();
    expect([code, about('database', out)]).toEqual([
      0,
      'ok       database: reached, up to date, and takes writes; no account is in it yet',
    ]);
  });

  // Of what never answers, and has no file, nothing depends on which database the others ask.
  const remote = process.env.TEST_DATABASE === 'postgres' ? it : null;
  remote?.('finds one that is not running, and blames nothing else', async () => {
    const { code, out, err } = await doctor('postgres://someone:sesame@127.0.0.1:1/latchkey');
    expect([code, about('database', out)]).toEqual([
      1,
      expect.stringMatching(/^fault .*ECONNREFUSED.*DATABASE_URL/),
    ]);
    expect(out.match(/^fault/gm)).toHaveLength(1);
    expect(out + err).not.toContain('sesame');
  });

  it('finds migrations that are missing, and applies none', async () => {
    const empty = await createTestDatabase(false);
    await empty.db.schema.hasTable('users');
    const { code, out } = await doctor(empty.url);
    expect([code, about('database', out)]).toEqual([
      1,
      expect.stringMatching(/^fault .* \d+ migrations are missing\. Run/),
    ]);
    expect(out.match(/^fault/gm)).toHaveLength(1);
    expect(await empty.db.schema.hasTable('users')).toBe(false);
    await empty.drop();
  });

  it('finds the account of development where strangers come', async () => {
    const other = await createTestDatabase();
    const accounts = createAccounts(other.db);
    const users = createUserStore(other.db);
    await ensureDemoAccount(accounts, ({ email, passwordHash }) =>
      users.insert({ id: randomUUID(), email, passwordHash, emailVerified: true }),
    );
    const env = { ORIGIN: 'https://app.example.com', TRUST_PROXY: '127.0.0.1' };
    const { code, out } = await runChore(['doctor'], { databaseUrl: other.url, env });
    await other.drop();
    expect([code, about('accounts', out)]).toEqual([
      1,
      expect.stringMatching(/^fault .*everybody knows the password of its account demo@example\.com/),
    ]);
  });
});
