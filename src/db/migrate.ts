/**
 * Brings the schema up to date at start. Two processes that start together must both come up, so the work is
 * done under a lock that the database or the operating system gives back when its holder dies.
 */
import path from 'node:path';
import knex from 'knex';
import type { Database } from './database.ts';

/** Any constant will do; it names this lock among PostgreSQL's advisory locks. */
const advisoryLock = 5_391_204;
const lockWait = 60_000;

/**
 * Applies what has not been applied. Does nothing, and takes no lock, when there is nothing to do.
 *
 * @throws what the database throws when it cannot be reached or a migration fails (which is then rolled back)
 */
export async function migrate(db: Database): Promise<void> {
  if ((await pending(db)).length === 0) return;
  await withLock(db, async () => {
    // Whoever held knex's own lock row is dead, or we would not hold ours.
    await db.migrate.forceFreeMigrationsLock();
    await db.migrate.latest();
  });
}

async function pending(db: Database): Promise<unknown[]> {
  const [, notApplied] = (await db.migrate.list()) as [unknown[], unknown[]];
  return notApplied;
}

function withLock(db: Database, work: () => Promise<void>): Promise<void> {
  const { filename } = db.client.config.connection as { filename?: string };
  return filename ? withFileLock(filename, work) : withAdvisoryLock(db, work);
}

function withAdvisoryLock(db: Database, work: () => Promise<void>): Promise<void> {
  return db.transaction(async (holder) => {
    await holder.raw(`SET LOCAL lock_timeout = ${lockWait}`);
    await holder.raw(`SET LOCAL statement_timeout = ${lockWait}`);
    await holder.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
    await holder.raw('SELECT pg_advisory_xact_lock(?)', [advisoryLock]);
    await work();
  });
}

/** SQLite has no advisory locks: a second, empty database beside the first is locked instead. */
async function withFileLock(filename: string, work: () => Promise<void>): Promise<void> {
  const holder = knex({
    client: 'sqlite3',
    connection: { filename: path.join(path.dirname(filename), `${path.basename(filename)}.migration-lock`) },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  try {
    await holder.raw(`PRAGMA busy_timeout = ${lockWait}`);
    await holder.raw('BEGIN EXCLUSIVE');
    await work();
  } finally {
    await holder.destroy();
  }
}
