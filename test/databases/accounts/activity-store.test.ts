import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type ActivityStore, createActivityStore } from '../../../src/accounts/activity-store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const [ada, eve] = [randomUUID(), randomUUID()];
const day = 24 * 3_600_000;
let database: TestDatabase;
let activity: ActivityStore;
beforeAll(async () => {
  database = await createTestDatabase();
  const now = new Date().toISOString();
  for (const id of [ada, eve])
    await database.db('users').insert({ id, email: `${id}@example.com`, created_at: now, updated_at: now });
  activity = createActivityStore(database.db);
  return () => database.drop();
});
beforeEach(async () => {
  await database.db('activity').delete();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-25T10:00:00.123Z') });
});
afterEach(() => void vi.useRealTimers());

it('an account sees what has happened to it, the newest first, and nothing of others', async () => {
  expect(await activity.listFor(ada)).toEqual([]);
  await activity.add(ada, { event: 'account_created' });
  vi.setSystemTime(Date.now() + 1);
  const signedIn = { event: 'signed_in', method: 'passkey', device: 'Firefox on Linux' } as const;
  await activity.add(ada, { ...signedIn, address: '203.0.113.77' });
  await activity.add(eve, { event: 'data_exported' });
  const nothing = { method: null, device: null, address: null, detail: null };
  expect(await activity.listFor(ada)).toEqual([
    { ...nothing, ...signedIn, address: '203.0.113.0', at: new Date('2026-11-25T10:00:00.124Z') },
    { ...nothing, event: 'account_created', at: new Date('2026-11-25T10:00:00.123Z') },
  ]);
  expect(await activity.knows(ada, 'signed_in')).toBe(true);
  expect(await activity.knows(ada, 'data_exported')).toBe(false);
});

it.each([
  ['203.0.113.77', '203.0.113.0'],
  ['::ffff:203.0.113.77', '203.0.113.0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
  ['no address', ''],
])('of the address %s it keeps %j', async (address, kept) => {
  await activity.add(ada, { event: 'signed_in', address });
  expect((await activity.listFor(ada))[0]?.address).toBe(kept);
});

it('what is longer than its column is cut', async () => {
  await activity.add(ada, { event: 'passkey_renamed', device: 'd'.repeat(500), detail: 'n'.repeat(500) });
  expect(await activity.listFor(ada)).toMatchObject([{ device: 'd'.repeat(100), detail: 'n'.repeat(320) }]);
});

it('what is older than ninety days is swept', async () => {
  await activity.add(ada, { event: 'account_created' });
  vi.setSystemTime(Date.now() + 90 * day);
  await activity.add(ada, { event: 'signed_in' });
  await activity.sweep();
  expect(await activity.listFor(ada)).toHaveLength(2);
  vi.setSystemTime(Date.now() + 1);
  await activity.sweep();
  expect((await activity.listFor(ada)).map(({ event }) => event)).toEqual(['signed_in']);
});
