import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTokenStore, hashOf, type Token } from '../../../src/accounts/token-store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const hour = 3_600_000;
const secret = 'a-secret-of-a-link';
const reset: Token = { purpose: 'reset-password', userId: 'ada', data: { state: 'x' } };

let database: TestDatabase;
let tokens: ReturnType<typeof createTokenStore>;
beforeAll(async () => {
  database = await createTestDatabase();
  tokens = createTokenStore(database.db);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db('account_tokens').delete();
  await database.db('users').delete();
  for (const id of ['ada', 'eve']) {
    const at = new Date().toISOString();
    await database.db('users').insert({ id, email: `${id}@example.com`, created_at: at, updated_at: at });
  }
});
afterEach(() => vi.useRealTimers());

const kept = async () => (await database.db('account_tokens').pluck('secret_hash')).sort();
/** So many milliseconds from now. */
const later = (time: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + time });

describe('a token', () => {
  it('is found by its secret, which nobody reads in the database', async () => {
    await tokens.add(secret, reset, hour);
    expect(await tokens.find(secret, 'reset-password')).toMatchObject(reset);
    expect(JSON.stringify(await database.db('account_tokens').select())).not.toContain(secret);
    expect(await tokens.find(hashOf(secret), 'reset-password')).toBeNull();
    expect(await tokens.find('another', 'reset-password')).toBeNull();
  });

  it('is good for its own purpose and no other', async () => {
    await tokens.add(secret, reset, hour);
    expect(await tokens.find(secret, 'lockdown')).toBeNull();
    expect(await tokens.findByHash(hashOf(secret), 'sign-up')).toBeNull();
    expect(await tokens.spend(secret, 'change-email')).toBe(false);
    expect(await tokens.spend(secret, 'reset-password')).toBe(true);
  });

  it('is spent once, by one of twenty who try at once', async () => {
    await tokens.add(secret, reset, hour);
    const tries = await Promise.all(Array.from({ length: 20 }, () => tokens.spend(secret, 'reset-password')));
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await tokens.find(secret, 'reset-password')).toBeNull();
  });

  it('is worth nothing when its time is over, whether or not it was swept', async () => {
    await tokens.add(secret, reset, hour);
    later(hour - 1_000);
    expect(await tokens.find(secret, 'reset-password')).not.toBeNull();
    later(1_001);
    expect(await tokens.find(secret, 'reset-password')).toBeNull();
    expect(await tokens.findByHash(hashOf(secret), 'reset-password')).toBeNull();
    expect(await tokens.spend(secret, 'reset-password')).toBe(false);
    expect(await kept()).toEqual([hashOf(secret)]);
  });

  it('stays as it is when its secret is given out again', async () => {
    await tokens.add(secret, reset, hour);
    await tokens.add(secret, { ...reset, userId: 'eve' }, 2 * hour);
    expect(await tokens.find(secret, 'reset-password')).toMatchObject({ userId: 'ada' });
  });
});

describe('revoking', () => {
  it('ends the links of one purpose and person, and no other', async () => {
    await tokens.add('mine', reset, hour);
    await tokens.add('another of mine', { ...reset, purpose: 'lockdown' }, hour);
    await tokens.add('hers', { ...reset, userId: 'eve' }, hour);
    await tokens.revoke('ada', 'reset-password');
    expect(await kept()).toEqual([hashOf('another of mine'), hashOf('hers')].sort());
  });

  it('leaves those that are older than a moment', async () => {
    await tokens.add('older', reset, hour);
    later(1_000);
    const since = new Date().toISOString();
    await tokens.add('then', reset, hour);
    later(1_000);
    await tokens.add('newer', reset, hour);
    await tokens.revoke('ada', 'reset-password', since);
    expect(await kept()).toEqual([hashOf('older')]);
  });
});

it('the sweep removes what has expired, and nothing else', async () => {
  await tokens.add('short', reset, hour);
  await tokens.add('long', reset, 3 * hour);
  later(2 * hour);
  await tokens.sweep();
  expect(await kept()).toEqual([hashOf('long')]);
});
