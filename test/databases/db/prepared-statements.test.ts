/** SQLite's statements are prepared once: nothing of what they did before may be seen afterwards, as on PostgreSQL. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { isUniqueViolation } from '../../../src/db/faults.ts';
import { type Connection, mostPrepared } from '../../../src/db/sqlite-client.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const isPostgres = process.env.TEST_DATABASE === 'postgres';
let database: TestDatabase;
let db: Database;
let other: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
  other = openDatabase(database.url, '/');
});
afterEach(async () => {
  await other.destroy();
  await database.drop();
});

const row = (key: string, points = 1) => ({ key, points, expire: 1 });
const pointsOf = async (key: string) => (await db('rate_limits').where({ key }).first('points'))?.points;

async function countPrepared(work: () => Promise<unknown>): Promise<number> {
  const connection: Connection = await db.client.acquireConnection();
  await db.client.releaseConnection(connection);
  const prepare = vi.spyOn(connection, 'prepare');
  await work();
  const { length } = prepare.mock.calls;
  prepare.mockRestore();
  return length;
}

describe('a statement', () => {
  it('that runs several times at once in a transaction answers each', async () => {
    await db('rate_limits').insert([row('a', 1), row('b', 2)]);
    const counted = await db.transaction((trx) =>
      Promise.all(['a', 'b', 'c'].map((key) => trx('rate_limits').where({ key }).update({ points: 5 }))),
    );
    expect(counted).toEqual([1, 1, 0]);
  });

  it('that failed runs again, and keeps no lock meanwhile', async () => {
    await db('rate_limits').insert(row('a'));
    await expect(db('rate_limits').insert(row('a'))).rejects.toSatisfy(isUniqueViolation);
    await other('rate_limits').insert(row('b'));
    await db('rate_limits').insert(row('c'));
    await expect(db('rate_limits').insert(row('c'))).rejects.toSatisfy(isUniqueViolation);
    expect(await db('rate_limits').pluck('key')).toEqual(['a', 'b', 'c']);
  });

  it('that could not be prepared is prepared when it can be', async () => {
    await expect(db('later').select()).rejects.toThrow('later');
    await other.schema.createTable('later', (table) => table.text('word'));
    expect(await db('later').select()).toEqual([]);
  });

  it('answers what another connection has changed, of the rows and of the table', async () => {
    await db('rate_limits').insert(row('a', 1));
    expect(await db('rate_limits').first()).toMatchObject({ points: 1 });
    await other('rate_limits').update({ points: 7 });
    await other.schema.alterTable('rate_limits', (table) => table.text('note'));
    expect(await db('rate_limits').first()).toMatchObject({ points: 7, note: null });
  });
});

(isPostgres ? null : describe)?.('a statement of SQLite', () => {
  it('is prepared once, however often it runs and whatever its values are', async () => {
    await db('rate_limits').insert([row('a', 1), row('b', 2)]);
    const answers: unknown[] = [];
    const prepared = await countPrepared(async () => {
      for (const key of ['a', 'b', 'c', 'a']) answers.push(await pointsOf(key));
    });
    expect([prepared, answers]).toEqual([1, [1, 2, undefined, 1]]);
  });

  it('that found the database locked runs when it is not, and keeps no lock meanwhile', async () => {
    await db.raw('PRAGMA busy_timeout = 0');
    const holder = await other.transaction();
    await expect(db('rate_limits').insert(row('a'))).rejects.toThrow('BUSY');
    await holder.commit();
    await other('rate_limits').insert(row('b'));
    await db('rate_limits').where({ key: 'b' }).update({ points: 7 });
    expect(await other('rate_limits').pluck('points')).toEqual([7]);
    await db('rate_limits').insert(row('a'));
    expect(await other('rate_limits').orderBy('key').pluck('key')).toEqual(['a', 'b']);
  });

  it('leaves no reading open that would hold up a checkpoint', async () => {
    await db('rate_limits').insert([row('a'), row('b')]);
    await db('rate_limits').first();
    await db('rate_limits').select();
    expect(await other.raw('PRAGMA wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
  });
});

(isPostgres ? null : describe)?.('a connection to SQLite', () => {
  it('keeps the statements that were used last, and no more than it should', async () => {
    const texts = Array.from({ length: mostPrepared }, (_, number) => `SELECT ${number} AS number`);
    const all = (queries: string[]) => async () => {
      for (const query of queries) await db.raw(query);
    };
    expect(await countPrepared(all(texts))).toBe(mostPrepared);
    expect(await countPrepared(all(texts.slice(0, 1)))).toBe(0);
    expect(await countPrepared(all(['SELECT -1 AS number']))).toBe(1);
    expect(await countPrepared(all(texts.slice(0, 1)))).toBe(0);
    expect(await countPrepared(all(texts.slice(1, 2)))).toBe(1);
  });

  it('closes with all of them', async () => {
    const closing = openDatabase(database.url, '/');
    for (let number = 0; number < 20; number++) await closing.raw(`SELECT ${number}`);
    const connection: Connection = await closing.client.acquireConnection();
    await closing.client.releaseConnection(connection);
    await closing.destroy();
    await new Promise<void>((done) =>
      connection.all('SELECT 1', (error) => {
        expect(error?.message).toContain('SQLITE_MISUSE');
        done();
      }),
    );
  });
});
