import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ActivityPage,
  type ActivityStore,
  createActivityStore,
  type Entry,
  type Happening,
} from '../../../src/accounts/activity-store.ts';
import { limits } from '../../../src/limits.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const [ada, eve] = [randomUUID(), randomUUID()];
const isPostgres = process.env.TEST_DATABASE === 'postgres';
const hour = 3_600_000;
const day = 24 * hour;
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

const nothing = { method: null, device: null, address: null, detail: null };
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

/** Something happens to somebody now. */
const add = (user: string, happening: Pick<Happening, 'event'> & Partial<Happening>) =>
  activity.add(user, { at: new Date(), ...nothing, ...happening });

/** Everything that has happened to somebody, newest first. */
async function all(user: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const batch of await activity.everything(user)) found.push(...batch);
  return found;
}

/** Entries of different passkeys, one second apart, without asking whether there are too many. */
async function fill(count: number, event = 'passkey_renamed'): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    user_id: ada,
    event,
    // Three of the same moment each, so that pages end among them: their ids say which comes first.
    at: new Date(Date.now() - Math.floor(index / 3) * 1_000).toISOString(),
    detail: String(index),
  }));
  await database.db.batchInsert('activity', rows, 100);
}

it('an account sees what has happened to it, the newest first, and nothing of others', async () => {
  expect(await all(ada)).toEqual([]);
  await add(ada, { event: 'account_created' });
  pass(1);
  const signedIn = { event: 'sign_in', method: 'passkey', device: 'Firefox on Linux' } as const;
  await add(ada, { ...signedIn, address: '203.0.113.77' });
  await add(eve, { event: 'data_exported' });
  const [later, at] = [new Date('2026-11-25T10:00:00.124Z'), new Date('2026-11-25T10:00:00.123Z')];
  const once = { id: expect.any(String), times: 1 };
  expect(await all(ada)).toEqual([
    { ...nothing, ...once, ...signedIn, address: '203.0.113.0', at: later, lastAt: later },
    { ...nothing, ...once, event: 'account_created', at, lastAt: at },
  ]);
  expect(await activity.knows(ada, 'sign_in')).toBe(true);
  expect(await activity.knows(ada, 'data_exported')).toBe(false);
});

it.each([
  ['203.0.113.77', '203.0.113.0'],
  ['::ffff:203.0.113.77', '203.0.113.0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
  // As limits count it, and the application passes it on.
  ['2001:db8:1:2::/64', '2001:db8:1::'],
  ['no address', ''],
])('of the address %s it keeps %j', async (address, kept) => {
  await add(ada, { event: 'sign_in', address });
  expect((await all(ada))[0]?.address).toBe(kept);
});

it('what is longer than its column is cut', async () => {
  await add(ada, { event: 'passkey_renamed', detail: 'n'.repeat(500) });
  expect(await all(ada)).toMatchObject([{ detail: 'n'.repeat(320) }]);
});

it('what is older than ninety days is swept', async () => {
  await add(ada, { event: 'account_created' });
  pass(90 * day);
  await add(ada, { event: 'sign_in' });
  await activity.sweep();
  expect(await all(ada)).toHaveLength(2);
  pass(1);
  await activity.sweep();
  expect((await all(ada)).map(({ event }) => event)).toEqual(['sign_in']);
});

describe('what is equal', () => {
  const signIn = {
    event: 'sign_in',
    method: 'password',
    device: 'Firefox',
    address: '203.0.113.77',
  } as const;

  it('is an entry of its own where something else has happened since', async () => {
    const events = ['second_factor_on', 'second_factor_off', 'second_factor_on'] as const;
    for (const event of events) {
      await add(ada, { event });
      pass(1);
    }
    await add(ada, { event: 'second_factor_on' });
    expect((await all(ada)).map(({ event, times }) => [event, times])).toEqual([
      ['second_factor_on', 2],
      ['second_factor_off', 1],
      ['second_factor_on', 1],
    ]);
  });

  it('is one entry within an hour, which says how often and when last', async () => {
    const at = new Date();
    await add(ada, signIn);
    pass(hour - 1);
    await add(ada, { ...signIn, address: '203.0.113.99' });
    expect(await all(ada)).toMatchObject([{ at, times: 2, lastAt: new Date() }]);
    pass(1);
    await add(ada, signIn);
    expect((await all(ada)).map(({ times }) => times)).toEqual([1, 2]);
  });

  it.each([
    { event: 'data_exported' },
    { method: 'passkey' },
    { method: null },
    { device: 'Chrome' },
    { device: null },
    { address: '198.51.100.1' },
    { detail: 'x' },
  ] as const)('is not what differs in %j', async (other) => {
    await add(ada, signIn);
    await add(ada, { ...signIn, ...other });
    await add(eve, signIn);
    expect((await all(ada)).map(({ times }) => times)).toEqual([1, 1]);
  });
});

describe('too much of one event', () => {
  const rename = (detail: number) => add(ada, { event: 'passkey_renamed', detail: String(detail) });
  const { points } = limits.entriesOfEvent;

  it('is counted without its facts, beside those that are there, and keeps nothing of another kind out', async () => {
    for (let number = 0; number < points + 7; number++) {
      await rename(number);
      // Entries of the same moment are ordered by their random ids.
      pass(1);
    }
    // One that is there already is not the newest any more.
    await rename(0);
    await add(ada, { event: 'password_changed' });
    const entries = await all(ada);
    expect(entries).toHaveLength(points + 2);
    expect(
      entries.filter(({ detail, event }) => detail === null && event === 'passkey_renamed'),
    ).toMatchObject([{ ...nothing, times: 8 }]);
    expect(entries.find(({ detail }) => detail === '0')?.times).toBe(1);
    expect(entries.filter(({ event }) => event === 'password_changed')).toHaveLength(1);
  });

  it('is over after an hour', async () => {
    for (let number = 0; number <= points; number++) await rename(number);
    pass(hour);
    await rename(points);
    expect((await all(ada))[0]?.detail).toBe(String(points));
  });

  it('in ninety days is counted by the hour', async () => {
    await fill(limits.entriesOfEventKept.points);
    pass(2 * hour);
    await rename(-1);
    await rename(-2);
    pass(hour);
    await rename(-3);
    expect((await all(ada)).slice(0, 2)).toMatchObject([
      { ...nothing, times: 1 },
      { ...nothing, times: 2 },
    ]);
    expect(await all(ada)).toHaveLength(limits.entriesOfEventKept.points + 2);
  });
});

describe('pages', () => {
  const size = limits.entriesOnPage;
  const names = ({ entries }: ActivityPage) => entries.map(({ detail }) => detail);

  it('lead from the newest to the oldest and back, without a gap or a repetition', async () => {
    await fill(2 * size + 20);
    const order = (await all(ada)).map(({ detail }) => detail);
    const first = await activity.page(ada);
    const second = await activity.pageBefore(ada, first.entries.at(-1) as Entry);
    const third = await activity.pageBefore(ada, second.entries.at(-1) as Entry);
    expect([first, second, third].flatMap(names)).toEqual(order);
    expect([first, second, third].map(({ hasNewer, hasOlder }) => [hasNewer, hasOlder])).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
    expect(await activity.pageAfter(ada, third.entries[0] as Entry)).toEqual(second);
    expect(await activity.pageAfter(ada, second.entries[0] as Entry)).toEqual(first);
  });

  it('are the newest one where there is nothing older, or less than a page that is newer', async () => {
    await fill(size);
    const first = await activity.page(ada);
    expect(first).toMatchObject({ hasNewer: false, hasOlder: false });
    const [newest, last] = [first.entries.at(0) as Entry, first.entries.at(-1) as Entry];
    expect(await activity.pageBefore(ada, last)).toEqual(first);
    expect(await activity.pageAfter(ada, last)).toEqual(first);
    expect(await activity.pageAfter(ada, newest)).toEqual(first);
  });

  it('read no more than one page and one entry', async () => {
    await fill(3 * size);
    const { most } = await rowsRead(async () => {
      const { entries } = await activity.page(ada);
      await activity.pageBefore(ada, entries.at(-1) as Entry);
      await activity.pageAfter(ada, entries.at(0) as Entry);
    });
    expect(most).toBe(size + 1);
  });
});

describe('everything', () => {
  it('is read in batches of a bounded size, however much there is, and no further than it is taken', async () => {
    const count = 4 * limits.entriesRead;
    await fill(count);
    let read = 0;
    const { most, statements } = await rowsRead(async () => {
      for await (const batch of await activity.everything(ada)) read += batch.length;
    });
    expect([read, most, statements]).toEqual([count, limits.entriesRead, count / limits.entriesRead + 1]);

    const { statements: taken } = await rowsRead(async () => {
      for await (const batch of await activity.everything(ada)) if (batch.length > 0) break;
    });
    expect(taken).toBe(1);
  });

  it('misses nothing, and has nothing that comes meanwhile', async () => {
    await fill(2 * limits.entriesRead);
    const before = (await all(ada)).map(({ id }) => id);
    const batches: Entry[][] = [];
    for await (const batch of await activity.everything(ada)) {
      batches.push(batch);
      pass(1);
      await add(ada, { event: 'data_exported', detail: String(batches.length) });
    }
    expect(batches.flat().map(({ id }) => id)).toEqual(before);
  });
});

// PostgreSQL reads so few rows as it likes.
(isPostgres ? null : describe)?.('has an index', () => {
  it('for whether something has happened, and for a page', async () => {
    await fill(100);
    expect(await planOf(() => activity.knows(ada, 'sign_in'))).toMatch(/activity_user_id_event_at_index/);
    const { entries } = await activity.page(ada);
    const place = entries.at(-1) as Entry;
    for (const read of [
      () => activity.page(ada),
      () => activity.pageBefore(ada, place),
      () => activity.pageAfter(ada, place),
    ]) {
      const plan = await planOf(read);
      expect(plan).toMatch(/activity_user_id_at_id_index/);
      expect(plan).not.toMatch(/B-TREE/);
    }
  });
});

type Asked = { sql: string; bindings: readonly unknown[] };

/** What is asked of the table while something is done. */
async function asked(work: () => Promise<unknown>): Promise<{ query: Asked; rows: number }[]> {
  const seen: { query: Asked; rows: number }[] = [];
  const note = (response: unknown, query: Asked) => {
    const rows = Array.isArray(response) ? response : (response as { rows?: unknown[] })?.rows;
    if (query.sql.startsWith('select')) seen.push({ query, rows: rows?.length ?? 1 });
  };
  database.db.on('query-response', note);
  await work().finally(() => database.db.removeListener('query-response', note));
  return seen;
}

async function rowsRead(work: () => Promise<unknown>): Promise<{ most: number; statements: number }> {
  const seen = await asked(work);
  return { most: Math.max(...seen.map(({ rows }) => rows)), statements: seen.length };
}

/** How the database would find what the first of these statements asks for, were the table large. */
async function planOf(work: () => Promise<unknown>): Promise<string> {
  const [first] = await asked(work);
  const { sql, bindings } = first?.query ?? { sql: '', bindings: [] };
  return JSON.stringify(await database.db.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings as never));
}
