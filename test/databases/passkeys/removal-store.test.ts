import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createRemovalStore, type RemovalStore } from '../../../src/passkeys/removal-store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const minute = 60_000;
let database: TestDatabase;
let removals: RemovalStore;
beforeAll(async () => {
  database = await createTestDatabase();
  removals = createRemovalStore(database.db);
  return () => database.drop();
});
beforeEach(async () => {
  await database.db('passkey_removals').delete();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-25T10:00:00.123Z') });
});
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
/** Both ways to ask must say the same. */
async function isGoing(id = 'key', user = 'ada'): Promise<boolean> {
  const asked = await removals.isGoing(user, id);
  expect((await removals.goingOf(user)).has(id)).toBe(asked);
  return asked;
}

it('an attempt to delete a passkey is known for a minute', async () => {
  expect(await isGoing()).toBe(false);
  await removals.note('ada', 'key');
  pass(minute - 1);
  expect(await isGoing()).toBe(true);
  pass(1);
  expect(await isGoing()).toBe(false);
});

it('an attempt that is given up is over, and leaves those of others, in whatever order they began and end', async () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
  ]) {
    const attempts: string[] = [];
    for (let count = 0; count < 3; count++) attempts.push(await removals.note('ada', 'key'));
    for (const index of order) {
      expect(await isGoing()).toBe(true);
      await removals.forget(attempts[index] as string);
    }
    expect(await isGoing()).toBe(false);
  }
});

it('of twenty who begin at once each has an attempt of their own', async () => {
  const attempts = await Promise.all(Array.from({ length: 20 }, () => removals.note('ada', 'key')));
  expect(new Set(attempts).size).toBe(20);
  await Promise.all(attempts.slice(1).map((attempt) => removals.forget(attempt)));
  expect(await isGoing()).toBe(true);
});

it('an attempt is about one passkey of one person', async () => {
  await removals.note('ada', 'key');
  expect([await isGoing('other'), await isGoing('key', 'grace')]).toEqual([false, false]);
});

it('whoever leaves takes theirs along, and nobody else’s', async () => {
  for (const user of ['ada', 'grace']) await removals.note(user, 'key');
  await removals.forgetAllOf('ada');
  expect([await isGoing(), await isGoing('key', 'grace')]).toEqual([false, true]);
  expect(await database.db('passkey_removals').select('user_id')).toEqual([{ user_id: 'grace' }]);
});

it('the sweep forgets what has ended, and nothing that goes on', async () => {
  await removals.note('ada', 'old');
  pass(minute);
  await removals.note('ada', 'new');
  pass(1);
  await Promise.all([removals.sweep(), removals.sweep()]);
  expect(await database.db('passkey_removals').select('credential_id')).toEqual([{ credential_id: 'new' }]);
});

it('takes the longest id that there is', async () => {
  const id = 'A'.repeat(1_364);
  await removals.note('ada', id);
  expect(await isGoing(id)).toBe(true);
});
