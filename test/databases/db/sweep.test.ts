/** Sweeping very much takes long, and nobody else waits for it: rows go a few at a time, with room in between. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { keepSwept, sweepInTurn, sweepRows } from '../../../src/db/sweep.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { sent } from '../../support/statements.ts';

const table = 'rate_limits';
const expired = { table, key: 'key', column: 'expire', before: 1_000 };
let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  return () => database.drop();
});
beforeEach(() => db(table).delete());
afterEach(() => void vi.useRealTimers());

async function fill(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => ({ key: `old-${index}`, expire: index % 1_000 }));
  await db.batchInsert(table, [...rows, { key: 'live', expire: 1_000 }], 200);
}
const left = async () => Number((await db(table).count({ rows: '*' }))[0]?.rows);

/** Until so many are left, and the sweep waits for the clock alone. */
async function pausesAt(remaining: number): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++)
    if ((await left()) === remaining && vi.getTimerCount() === 1) return;
  throw new Error(`it never paused at ${remaining}`);
}

describe('a sweep', () => {
  it('removes a hundred rows at a time, and between two batches everybody else is served', async () => {
    await fill(250);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const sweeping = sweepRows(db, expired);
    for (const remaining of [151, 51]) {
      await pausesAt(remaining);
      for (let count = 0; count < 20; count++) expect(await left()).toBe(remaining);
      vi.advanceTimersToNextTimer();
    }
    await sweeping;
    expect(await db(table).pluck('key')).toEqual(['live']);
  });

  it('takes what has run out longest first', async () => {
    await fill(150);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const sweeping = sweepRows(db, expired);
    await pausesAt(51);
    expect(await db(table).min({ first: 'expire' })).toEqual([
      { first: expect.toSatisfy((is) => Number(is) === 100) },
    ]);
    vi.advanceTimersToNextTimer();
    await sweeping;
  });

  it('leaves a row that another process gives more time while it is about to go', async () => {
    await fill(2);
    const elsewhere = openDatabase(database.url, '/');
    const other = await elsewhere.transaction();
    await other(table).where({ key: 'old-1' }).update({ expire: 2_000 });
    const removing = sent(db, 'delete');
    const sweeping = sweepRows(db, expired);
    await removing;
    await other.commit();
    await sweeping;
    await elsewhere.destroy();
    expect((await db(table).pluck('key')).sort()).toEqual(['live', 'old-1']);
  });

  it('is done by several processes at once, and together they leave nothing', async () => {
    await fill(1_000);
    const elsewhere = openDatabase(database.url, '/');
    await Promise.all([sweepRows(db, expired), sweepRows(elsewhere, expired), sweepRows(db, expired)]);
    await elsewhere.destroy();
    expect(await left()).toBe(1);
  });
});

describe('several sweeps', () => {
  it('have their turn one after the other, and one that fails takes none from the others', async () => {
    const done: string[] = [];
    const named = (name: string, fault?: Error) => async () => {
      done.push(`${name} begins`);
      await new Promise((later) => setImmediate(later));
      if (fault) throw fault;
      done.push(`${name} ends`);
    };
    const away = new Error('the table is away');
    await expect(sweepInTurn(named('one'), named('two', away), named('three'))).rejects.toBe(away);
    expect(done).toEqual(['one begins', 'one ends', 'two begins', 'three begins', 'three ends']);
    const both = sweepInTurn(named('one', away), named('two', new Error('full')));
    await expect(both).rejects.toMatchObject({ errors: [away, { message: 'full' }] });
  });
});

describe('regular sweeps', () => {
  it('begin a minute after the one before has ended, however long it took, and whatever it threw', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const ends: ((reason: string) => void)[] = [];
    const told: unknown[] = [];
    const sweep = () => new Promise<void>((_, fail) => ends.push(fail));
    keepSwept(sweep, (error) => told.push(error));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(ends).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(180_000);
    expect(ends).toHaveLength(1);
    ends[0]?.('the database is away');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(['the database is away']);
    expect(ends).toHaveLength(2);
    vi.clearAllTimers();
  });
});
