/** A real PgBouncer that keeps transactions together, with nothing about us in its settings, carries everything. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { isDatabaseUnavailable } from '../../src/db/faults.ts';
import { migrate } from '../../src/db/migrate.ts';
import { endsStart } from '../../src/db/misconfiguration.ts';
import { tryWriting } from '../../src/db/probe.ts';
import { root } from '../support/built.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { type Pooler, pgbouncer, startPgbouncer } from './support/pgbouncer.ts';

const minutes = 60_000;

describe.each(pgbouncer ? ['PgBouncer'] : [])('through %s', { timeout: 10 * minutes }, () => {
  let server: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  let pooler: Pooler;
  let db: Database;
  beforeAll(async () => {
    server = await startEmbeddedPostgres();
    pooler = await startPgbouncer(server.url);
    db = openDatabase(pooler.url, '/');
    await migrate(db);
    await tryWriting(db);
  });
  afterAll(async () => {
    await db.destroy();
    await pooler.stop();
    await server.stop();
  });

  const limits = "SELECT current_setting('statement_timeout') AS s, current_setting('lock_timeout') AS l";

  it('each statement and each transaction is limited, and nobody else of the pool is', async () => {
    const limited = [{ s: '5s', l: '3s' }];
    expect((await db.raw(limits)).rows).toEqual(limited);
    expect((await db.transaction((trx) => trx.raw(limits))).rows).toEqual(limited);
    const { default: pg } = await import('pg' as string);
    const other = new pg.Client({ connectionString: pooler.url });
    await other.connect();
    expect((await other.query(limits)).rows).toEqual([{ s: '0', l: '0' }]);
    await other.end();
  });

  it('a lock that somebody holds ends in time, and leaves nobody waiting for it', async () => {
    const holder = openDatabase(server.url, '/');
    const transaction = await holder.transaction();
    await transaction.raw('LOCK TABLE rate_limits IN ACCESS EXCLUSIVE MODE');
    const error = await tryWriting(db).catch((thrown) => thrown);
    expect([error.code, isDatabaseUnavailable(error)]).toEqual(['55P03', true]);
    await transaction.rollback();
    await tryWriting(db);
    await holder.destroy();
  });

  it.each([
    ['a parameter in the URL', '?options=-c%20jit%3Doff', {}, /\(options\)/],
    ['a wrong password', '', { password: 'sesame' }, /user and the password/],
    ['no such database', '', { pathname: '/nowhere' }, /no database of that name/],
  ])('%s ends the start with a sentence', async (_, search, other, words) => {
    const url = Object.assign(new URL(pooler.url), other);
    url.search = search;
    const wrong = openDatabase(url.href, '/');
    expect(endsStart(await migrate(wrong).catch((error) => error))).toMatch(words);
    await wrong.destroy();
  });

  it('the journeys, stores and operations of the suite pass', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        path.join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--config',
        'test/proxies/pgbouncer.config.ts',
      ],
      { cwd: root, encoding: 'utf8', env: { PATH: process.env.PATH } },
    );
    expect(status, stdout).toBe(0);
  });
});
