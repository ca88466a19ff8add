import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createTokenStore, hashOf, type Token } from '../../../src/accounts/token-store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { tablesWith } from '../../support/tables.ts';

const ada = randomUUID();
const link: Token = {
  purpose: 'reset-password',
  userId: ada,
  data: { address: 'ada@example.com', none: null },
};
let database: TestDatabase;
let tokens: ReturnType<typeof createTokenStore>;
beforeAll(async () => {
  database = await createTestDatabase();
  const now = new Date().toISOString();
  await database.db('users').insert({ id: ada, email: 'ada@example.com', created_at: now, updated_at: now });
  tokens = createTokenStore(database.db);
  return () => database.drop();
});
beforeEach(async () => {
  await database.db('account_tokens').delete();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-25T10:00:00.123Z') });
});
afterEach(() => void vi.useRealTimers());

it('a secret stands for what it was kept with, and is itself kept nowhere', async () => {
  await tokens.add('the secret', link, 1_000);
  const kept = { ...link, createdAt: '2026-11-25T10:00:00.123Z' };
  expect(await tokens.find('the secret', 'reset-password')).toEqual(kept);
  expect(await tokens.findByHash(hashOf('the secret'), 'reset-password')).toEqual(kept);
  expect(await tablesWith(database.db, 'the secret')).toEqual([]);
});

it('a secret is good for its purpose only, and until its time is over', async () => {
  await tokens.add('the secret', link, 1_000);
  expect(await tokens.find('the secret', 'lockdown')).toBeNull();
  expect(await tokens.spend('the secret', 'lockdown')).toBe(false);
  vi.setSystemTime(Date.now() + 999);
  expect(await tokens.find('the secret', 'reset-password')).not.toBeNull();
  vi.setSystemTime(Date.now() + 1);
  expect(await tokens.find('the secret', 'reset-password')).toBeNull();
  expect(await tokens.spend('the secret', 'reset-password')).toBe(false);
});

it('of twenty who use it at once, one hears that it was theirs', async () => {
  await tokens.add('the secret', link, 1_000);
  const spent = await Promise.all(
    Array.from({ length: 20 }, () => tokens.spend('the secret', 'reset-password')),
  );
  expect(spent.filter(Boolean)).toHaveLength(1);
});

it('a secret that is kept twice stays as it was', async () => {
  await tokens.add('the secret', link, 1_000);
  await tokens.add('the secret', { ...link, purpose: 'lockdown' }, 9_000);
  expect(await tokens.find('the secret', 'lockdown')).toBeNull();
  expect(await tokens.find('the secret', 'reset-password')).toMatchObject(link);
});

it('those of one purpose and since a moment are taken back together', async () => {
  await tokens.add('early', link, 60_000);
  vi.setSystemTime(Date.now() + 5_000);
  const since = new Date().toISOString();
  await tokens.add('late', link, 60_000);
  await tokens.add('other', { ...link, purpose: 'lockdown' }, 60_000);
  await tokens.revoke(ada, 'reset-password', since);
  expect(await tokens.find('early', 'reset-password')).not.toBeNull();
  expect(await tokens.find('late', 'reset-password')).toBeNull();
  await tokens.revoke(ada, 'reset-password');
  expect(await tokens.find('early', 'reset-password')).toBeNull();
  expect(await tokens.find('other', 'lockdown')).not.toBeNull();
});

it('what has expired is swept, and nothing else', async () => {
  await tokens.add('short', link, 1_000);
  await tokens.add('long', link, 60_000);
  vi.setSystemTime(Date.now() + 1_001);
  await tokens.sweep();
  expect(await database.db('account_tokens').pluck('secret_hash')).toEqual([hashOf('long')]);
  await tokens.forget(hashOf('long'));
  await tokens.forget(hashOf('unknown'));
  expect(await database.db('account_tokens').pluck('secret_hash')).toEqual([]);
});
