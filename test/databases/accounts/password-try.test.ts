import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Accounts, createAccounts } from '../../../src/accounts/accounts.ts';
import { tryPassword } from '../../../src/accounts/password-try.ts';
import { createSignInThrottle, type SignInThrottle } from '../../../src/accounts/sign-in-throttle.ts';
import type { User } from '../../../src/accounts/user.ts';
import { createLogger } from '../../../src/logger.ts';
import { withoutTable } from '../../support/answers.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const password = 'analytical-engine-1843';
const attempt = { email: 'ada@example.com', address: '192.0.2.1', device: null };
let database: TestDatabase;
let accounts: Accounts;
let throttle: SignInThrottle;
let ada: User;
beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createAccounts({ db: database.db, logger: createLogger('silent') });
  throttle = createSignInThrottle(database.db);
  ada = await accounts.create(attempt.email, password);
});
afterAll(() => database.drop());
beforeEach(() => database.db('rate_limits').delete());
afterEach(() => void vi.useRealTimers());

const judge = (given: string, who = attempt) => tryPassword(accounts, throttle, who, given);
const failures = async () => {
  const rows = await database.db('rate_limits').where('points', '>', 0).select('points');
  return rows.map(({ points }) => Number(points));
};

describe('one try at a password', () => {
  it('answers with the account when it is right, and leaves no count', async () => {
    await judge('wrong');
    expect(await judge(password)).toEqual(ada);
    // What came from this address before stays counted against it; against the account nothing does.
    expect(await failures()).toEqual([1]);
  });

  it('answers null when it is wrong, or the address is nobody’s, and is counted', async () => {
    expect(await judge('wrong')).toBeNull();
    expect(await failures()).toEqual([1, 1]);
    expect(await judge(password, { ...attempt, email: 'nobody@example.com' })).toBeNull();
    expect((await failures()).toSorted()).toEqual([1, 1, 2]);
  });

  it('answers null for whoever has no password', async () => {
    const { password_hash } = await database.db('users').first();
    await database.db('users').update({ password_hash: null });
    expect(await judge(password)).toBeNull();
    await database.db('users').update({ password_hash });
  });

  it('[ASVS 6.3.1] is refused after ten failures, also with the right password', async () => {
    // The clock stands still, so that a pause of a second is not over on a busy machine.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    for (let failure = 0; failure < 10; failure++) await throttle.begin(attempt);
    const before = await failures();
    await expect(judge(password)).rejects.toMatchObject({ code: 'too_many_requests', retryAfter: 1 });
    expect(await failures()).toEqual(before);
  });

  it('is not counted when a fault of ours keeps it from being judged', async () => {
    await expect(withoutTable({ database }, 'users', () => judge(password))).rejects.toThrow('users');
    expect(await failures()).toEqual([]);
  });

  it('waits for its turn, and is counted only then', async () => {
    let open: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      open = resolve;
    });
    const before = Array.from({ length: 4 }, () => throttle.inTurn(() => closed));
    const waiting = judge('wrong');
    for (let look = 0; look < 20; look++) expect(await failures()).toEqual([]);
    open();
    await Promise.all(before);
    expect(await waiting).toBeNull();
    expect(await failures()).toEqual([1, 1]);
  });
});
