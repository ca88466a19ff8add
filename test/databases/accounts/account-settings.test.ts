import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Accounts, createAccounts } from '../../../src/accounts/accounts.ts';
import type { User } from '../../../src/accounts/user.ts';
import { createLogger, pseudonym } from '../../../src/logger.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const source = { address: '192.0.2.7', requestId: 'this-request' };
const log: string[] = [];
let database: TestDatabase;
let accounts: Accounts;
let ada: User;
let grace: User;
beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createAccounts({
    db: database.db,
    logger: createLogger('info', { write: (line) => void log.push(line) }),
  });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db('users').delete();
  ada = await accounts.create('ada@example.com', 'analytical-engine-1843');
  grace = await accounts.create('grace@example.com', 'nanoseconds-of-wire-1906');
  log.length = 0;
});

describe('whether somebody has a password', () => {
  it('is a question about them alone', async () => {
    await database.db('users').where({ id: grace.id }).update({ password_hash: null });
    expect([await accounts.hasPassword(ada.id), await accounts.hasPassword(grace.id)]).toEqual([true, false]);
  });

  it('is answered with no for an account that is gone', async () => {
    await database.db('users').where({ id: ada.id }).delete();
    expect(await accounts.hasPassword(ada.id)).toBe(false);
  });
});

describe('whether passkeys may be created for somebody unasked', () => {
  const allowed = () => Promise.all([ada, grace].map(({ id }) => accounts.allowsAutomaticPasskeys(id)));

  it('is theirs to say, each for themselves, and yes at first', async () => {
    expect(await allowed()).toEqual([true, true]);
    await accounts.setAutomaticPasskeys(ada.id, false, source);
    expect(await allowed()).toEqual([false, true]);
    await accounts.setAutomaticPasskeys(ada.id, true, source);
    expect(await allowed()).toEqual([true, true]);
  });

  it('is answered with no for an account that is gone', async () => {
    await database.db('users').delete();
    expect(await allowed()).toEqual([false, false]);
  });

  it('[ASVS 16.3.1] is logged when it changes, without an address of theirs', async () => {
    await accounts.setAutomaticPasskeys(ada.id, false, source);
    await accounts.setAutomaticPasskeys(ada.id, true, source);
    const changed = { event: 'automatic_passkeys_changed', outcome: 'changed', user: pseudonym(ada.id) };
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { ...changed, reason: 'off', ...source },
      { ...changed, reason: 'on', ...source },
    ]);
    expect(log.join()).not.toMatch(/ada@|grace@/);
  });
});
