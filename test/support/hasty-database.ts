/** A database on PostgreSQL that is waited for less long than by whoever serves, for tests of what comes after the wait. */
import knex, { type Knex } from 'knex';
import type { Database } from '../../src/db/database.ts';
import { knexConfig } from '../../src/db/knex-config.ts';

/** Milliseconds for the answer to a statement, and for a connection. */
export const hastyWait = 2_000;

/** As any database here is opened, with limits that are passed sooner. */
export function hastyDatabase(url: string): Database {
  const { connection, pool, ...config } = knexConfig(url, '/');
  const waits = { query_timeout: hastyWait, connectionTimeoutMillis: hastyWait };
  return knex(
    Object.assign(config, {
      connection: { ...(connection as Knex.PgConnectionConfig), ...waits },
      pool: { ...pool, acquireTimeoutMillis: hastyWait },
      serverLimits: { statement_timeout: 1_500, lock_timeout: 1_000 },
    }),
  );
}
