import { RateLimiterRes } from 'rate-limiter-flexible';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { isDatabaseUnavailable } from '../../../src/db/faults.ts';
import {
  countTogether,
  DatabaseRateLimiter,
  readCounters,
  removeCounters,
  sweepRateLimits,
} from '../../../src/db/rate-limiter.ts';
import { withoutTable } from '../../support/answers.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const limit = { name: 'test', points: 5, duration: 60 };
let database: TestDatabase;
let limiter: DatabaseRateLimiter;

beforeAll(async () => {
  database = await createTestDatabase();
  return () => database.drop();
});
beforeEach(async () => {
  await database.db('rate_limits').delete();
  limiter = new DatabaseRateLimiter(database.db, limit);
});
afterEach(() => void vi.useRealTimers());

const consumed = (which: DatabaseRateLimiter, key = 'somebody') =>
  which.consume(key).then(
    () => true,
    (refusal: unknown) => {
      expect(refusal).toBeInstanceOf(RateLimiterRes);
      return false;
    },
  );

describe('a limit', () => {
  it('lets pass what it allows, and says how long the rest must wait', async () => {
    for (let used = 1; used <= 5; used++) {
      expect(await limiter.consume('somebody')).toMatchObject({
        consumedPoints: used,
        remainingPoints: 5 - used,
      });
    }
    const refusal: RateLimiterRes = await limiter.consume('somebody').catch((caught) => caught);
    expect(refusal).toMatchObject({ consumedPoints: 6, remainingPoints: 0 });
    expect(refusal.msBeforeNext).toBeGreaterThan(50_000);
    expect(refusal.msBeforeNext).toBeLessThanOrEqual(60_000);
    expect(await consumed(limiter, 'somebody else')).toBe(true);
  });

  it('counts fifty simultaneous tries in two processes as fifty', async () => {
    const db = openDatabase(database.url, '/');
    const other = new DatabaseRateLimiter(db, limit);
    const tries = Array.from({ length: 50 }, (_, index) => consumed(index % 2 ? limiter : other));
    const passed = (await Promise.all(tries)).filter(Boolean);
    await db.destroy();
    expect(passed).toHaveLength(5);
    expect(await limiter.get('somebody')).toMatchObject({ consumedPoints: 50 });
  });

  it('begins anew when its time is over', async () => {
    for (let times = 0; times < 6; times++) await consumed(limiter);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 });
    expect(await limiter.get('somebody')).toBeNull();
    expect(await limiter.consume('somebody')).toMatchObject({ consumedPoints: 1 });
  });

  it('does not grow longer with each try', async () => {
    await limiter.consume('somebody');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
    const second = await limiter.consume('somebody');
    expect(second.msBeforeNext).toBeLessThanOrEqual(30_000);
  });

  it('can be given back, taken away and set to a time of its own', async () => {
    await limiter.penalty('somebody', 2);
    expect(await limiter.reward('somebody', 1)).toMatchObject({ consumedPoints: 1 });
    expect(await limiter.delete('somebody')).toBe(true);
    expect(await limiter.delete('somebody')).toBe(false);
    const pause = await limiter.penalty('somebody', 1, { customDuration: 5 });
    expect(pause.msBeforeNext).toBeLessThanOrEqual(5_000);
    expect(await limiter.block('somebody', 120)).toMatchObject({ remainingPoints: 0 });
    expect(await consumed(limiter)).toBe(false);
  });

  it('gives no credit for what is given back when its time is over', async () => {
    await limiter.penalty('somebody', 2);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 });
    expect(await limiter.reward('somebody', 1)).toMatchObject({ consumedPoints: 0 });
    expect(await limiter.reward('somebody else', 1)).toMatchObject({ consumedPoints: 0 });
    expect(await limiter.consume('somebody')).toMatchObject({ consumedPoints: 1 });
  });

  it('keeps one that has another name apart', async () => {
    const other = new DatabaseRateLimiter(database.db, { ...limit, name: 'other' });
    for (let times = 0; times < 6; times++) await consumed(limiter);
    expect(await consumed(other)).toBe(true);
  });
});

describe('counters that are used together', () => {
  const other = () => new DatabaseRateLimiter(database.db, { ...limit, name: 'other', duration: 3_600 });
  const all = () => [
    { of: limiter, key: 'a' },
    { of: other(), key: 'a' },
    { of: limiter, key: 'b' },
  ];

  it('count as each would by itself, and end as each would', async () => {
    await limiter.penalty('b');
    const now = await countTogether(database.db, all());
    expect(all().map(({ of, key }) => now(of, key)?.consumedPoints)).toEqual([1, 1, 2]);
    expect(now(limiter, 'a')?.msBeforeNext).toBeLessThanOrEqual(60_000);
    expect(now(other(), 'a')?.msBeforeNext).toBeGreaterThan(3_000_000);
    expect(await limiter.get('a')).toMatchObject({ consumedPoints: 1 });
  });

  it('are read, of which one that has run out or was never begun stands at nothing', async () => {
    await countTogether(database.db, all());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 });
    const now = await readCounters(database.db, [...all(), { of: limiter, key: 'c' }]);
    const asked = [...all(), { of: limiter, key: 'c' }, { of: other(), key: 'not asked for' }];
    expect(asked.map(({ of, key }) => now(of, key)?.consumedPoints ?? null)).toEqual([
      null,
      1,
      null,
      null,
      null,
    ]);
  });

  it('are removed, and no others', async () => {
    await countTogether(database.db, all());
    await removeCounters(database.db, all().slice(0, 2));
    expect(await database.db('rate_limits').pluck('key')).toEqual(['test:b']);
  });

  it('miss nothing and wait for nobody who waits for them, when many do so at once', async () => {
    const db = openDatabase(database.url, '/');
    const work = Array.from({ length: 60 }, (_, index) => {
      const counters = index % 2 ? all() : all().reverse();
      const on = index % 3 ? database.db : db;
      return index % 5 === 0 ? removeCounters(on, counters) : countTogether(on, counters);
    });
    await Promise.all(work);
    await removeCounters(db, all());
    await Promise.all(Array.from({ length: 40 }, () => countTogether(db, all().reverse())));
    await db.destroy();
    expect(await database.db('rate_limits').pluck('points')).toEqual([40, 40, 40]);
  });

  it('count in memory while they cannot be used', async () => {
    const empty = await createTestDatabase(false);
    const counter = { of: new DatabaseRateLimiter(empty.db, limit), key: 'a' };
    for (let times = 1; times <= 3; times++) {
      const now = await countTogether(empty.db, [counter]);
      expect(now(counter.of, 'a')).toMatchObject({ consumedPoints: times });
    }
    const now = await readCounters(empty.db, [counter]);
    await empty.drop();
    expect(now(counter.of, 'a')).toMatchObject({ consumedPoints: 3 });
  });

  it('pass the fault on when the database as a whole is away', async () => {
    const away = openDatabase('postgres://nobody@127.0.0.1:1/nowhere', '/');
    const fault: unknown = await countTogether(away, all()).catch((caught) => caught);
    await away.destroy();
    expect(isDatabaseUnavailable(fault)).toBe(true);
  });
});

describe('a limit whose counters cannot be used', () => {
  it('goes on in memory: neither unlimited nor closed', async () => {
    const empty = await createTestDatabase(false);
    const uncounted = new DatabaseRateLimiter(empty.db, limit);
    const outcomes = [];
    for (let times = 0; times < 7; times++) outcomes.push(await consumed(uncounted));
    await empty.drop();
    expect(outcomes).toEqual([true, true, true, true, true, false, false]);
  });

  it('passes the fault on when the database as a whole is away', async () => {
    const away = openDatabase('postgres://nobody@127.0.0.1:1/nowhere', '/');
    const fault: unknown = await new DatabaseRateLimiter(away, limit).consume('x').catch((caught) => caught);
    await away.destroy();
    expect(isDatabaseUnavailable(fault)).toBe(true);
  });
});

describe('sweeping', () => {
  it('removes counters that have run out, and no others', async () => {
    const rows = Array.from({ length: 1_100 }, (_, index) => ({
      key: `old-${index}`,
      points: 1,
      expire: Date.now() - 1,
    }));
    const kept = [
      { key: 'live', points: 1, expire: Date.now() + 60_000 },
      { key: 'endless', points: 1, expire: null as never },
    ];
    await database.db.batchInsert('rate_limits', [...rows, ...kept], 100);
    await Promise.all([sweepRateLimits(database.db), sweepRateLimits(database.db)]);
    expect(await database.db('rate_limits').orderBy('key').pluck('key')).toEqual(['endless', 'live']);
  });
});

it('several that are removed are forgotten in memory, too', async () => {
  const counter = { of: limiter, key: 'somebody' };
  const consumedOf = async () =>
    (await readCounters(database.db, [counter]))(counter.of, counter.key)?.consumedPoints ?? 0;
  await withoutTable({ database }, 'rate_limits', async () => {
    await countTogether(database.db, [counter]);
    expect(await consumedOf()).toBe(1);
  });
  await removeCounters(database.db, [counter]);
  await withoutTable({ database }, 'rate_limits', async () => expect(await consumedOf()).toBe(0));
});
