/**
 * One database URL in, one knex configuration out. The only place that knows how the two databases
 * are opened; it must not know any table.
 */
import path from 'node:path';
import type { Knex } from 'knex';
import { checkCertificates, makeRoomForDatabase } from './database-files.ts';
import { migrationSource } from './migrations.ts';
import { ImpatientPostgresClient, type ServerLimits } from './postgres-client.ts';
import { socketToPostgres } from './postgres-socket.ts';
import { type Connection, execute, PreparingSqliteClient } from './sqlite-client.ts';

/** How long any statement may wait before the caller is told that the database is busy, in milliseconds. */
const waitLimit = 5_000;

// The time-out first: what follows may have to wait for another process.
const sqlitePragmas = [
  `PRAGMA busy_timeout = ${waitLimit}`,
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = NORMAL',
  'PRAGMA foreign_keys = ON',
];

/** What knex would print by itself about lost connections is thrown as well, and told in our log. */
const log = { warn: () => {}, error: () => {} };

// No validation: a process of the former release must keep serving after a newer one has migrated.
const migrations: Knex.MigratorConfig = { migrationSource, disableMigrationsListValidation: true };

/** What a server of PostgreSQL is told to bear no longer. */
const serverLimits: ServerLimits = {
  statement_timeout: waitLimit,
  lock_timeout: 3_000,
  idle_in_transaction_session_timeout: 10_000,
};

/**
 * Knex configuration for a database URL.
 *
 * @param databaseUrl `sqlite:PATH` or `postgres://…`
 * @param root directory that a relative SQLite path starts from; the file's own directory is created with mode 0700
 * @param makes false for whoever only looks: then no directory is created
 * @throws {SetupFault} when a file that it names cannot be used
 */
export function knexConfig(databaseUrl: string, root: string, makes = true): Knex.Config {
  return databaseUrl.startsWith('sqlite:')
    ? sqliteConfig(path.resolve(root, databaseUrl.slice('sqlite:'.length)), makes)
    : postgresConfig(databaseUrl);
}

function sqliteConfig(filename: string, makes: boolean): Knex.Config {
  makeRoomForDatabase(filename, makes);
  return {
    client: PreparingSqliteClient,
    connection: { filename },
    useNullAsDefault: true,
    compileSqlOnError: false,
    log,
    migrations,
    // One connection: SQLite has one writer anyway, and pragmas belong to a connection.
    pool: { min: 1, max: 1, acquireTimeoutMillis: waitLimit, afterCreate: applyPragmas },
  };
}

type Done = (error: Error | null, connection: Connection) => void;

/** The first switch to WAL heeds no time-out while another process is making it, so this waits in its own way. */
function applyPragmas(connection: Connection, done: Done, end = Date.now() + waitLimit): void {
  execute(connection, sqlitePragmas.join(';')).then(
    () => done(null, connection),
    (error) => {
      if (error.code !== 'SQLITE_BUSY' || Date.now() >= end) return done(error, connection);
      setTimeout(() => applyPragmas(connection, done, end), 20);
    },
  );
}

/** @property serverLimits is of our own client, and not of knex */
function postgresConfig(connectionString: string): Knex.Config & { serverLimits: ServerLimits } {
  checkCertificates(connectionString);
  return {
    client: ImpatientPostgresClient,
    // Values stay out of error messages, and with them out of the log.
    compileSqlOnError: false,
    log,
    connection: {
      connectionString,
      connectionTimeoutMillis: waitLimit,
      // Ours, for a server that keeps none of its own limits: paused, or behind a network that swallows everything.
      query_timeout: waitLimit + 1_000,
      stream: socketToPostgres,
    },
    serverLimits,
    migrations,
    pool: { min: 0, max: 10, acquireTimeoutMillis: waitLimit },
  };
}
