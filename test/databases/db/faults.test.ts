import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { isDatabaseUnavailable, isUniqueViolation } from '../../../src/db/faults.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { lockDatabase } from '../../support/database-outage.ts';

const isPostgres = process.env.TEST_DATABASE === 'postgres';
let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const fault = (query: PromiseLike<unknown>): Promise<Error> =>
  Promise.resolve(query).then(
    () => expect.unreachable('there was no fault'),
    (error) => error,
  );
const insert = (key: string, points: number | null = 1) => database.db('rate_limits').insert({ key, points });

describe('a fault of the database', () => {
  it('that passes is a lock that somebody holds', async () => {
    const impatient = isPostgres ? 'SET lock_timeout = 50' : 'PRAGMA busy_timeout = 50';
    const { pool } = database.db.client;
    pool.max = 1;
    await database.db.raw(impatient);
    const unlock = await lockDatabase(database);
    const error = await fault(insert('a'));
    await unlock();
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(isDatabaseUnavailable(new Error('outer', { cause: error }))).toBe(true);
    expect(isUniqueViolation(error)).toBe(false);
  });

  it('that passes is a server that nobody reaches', async () => {
    const away = openDatabase('postgres://nobody@127.0.0.1:1/nowhere', '/');
    const error = await fault(away.raw('SELECT 1'));
    await away.destroy();
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('that passes is a pool in which no connection comes free', async () => {
    const crowded = openDatabase(database.url, '/');
    const { pool } = crowded.client;
    pool.max = 1;
    const holder = await crowded.transaction();
    // Only now: opening the first connection may take longer on a busy machine.
    pool.acquireTimeoutMillis = 50;
    const error = await fault(crowded.raw('SELECT 1'));
    await holder.rollback();
    await crowded.destroy();
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('that does not pass is a bug in a statement', async () => {
    for (const query of [database.db.raw('SELEKT 1'), database.db('nowhere').select(), insert('a', null)]) {
      const error = await fault(query);
      expect(isDatabaseUnavailable(error)).toBe(false);
      expect(isUniqueViolation(error)).toBe(false);
    }
  });

  it('is a key that is there already, and is told apart', async () => {
    await insert('a');
    const error = await fault(insert('a'));
    expect(isUniqueViolation(error)).toBe(true);
    expect(isDatabaseUnavailable(error)).toBe(false);
  });
});

it.each([null, undefined, 'SQLITE_BUSY', { code: 'SQLITE_BUSY' }, new Error('SQLITE_BUSY')])(
  'what is no fault of a driver, such as %s, is neither',
  (thing) => {
    expect(isDatabaseUnavailable(thing)).toBe(false);
    expect(isUniqueViolation(thing)).toBe(false);
  },
);
