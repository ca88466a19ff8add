/**
 * Brings the schema up to date, at start and by command. Several processes may do so at once, so the work is done
 * under a lock that the database or the operating system gives back when its holder dies.
 */
import path from 'node:path';
import knex from 'knex';
import type { Database } from './database.ts';
import { migrationSource } from './migrations.ts';
import { PreparingSqliteClient } from './sqlite-client.ts';
import { fileOf } from './sqlite-file.ts';

/** Any constant will do; it names this lock among PostgreSQL's advisory locks. */
const advisoryLock = 5_391_204;
const lockWait = 60_000;

/**
 * Applies what has not been applied. Takes no lock when there is nothing to do.
 *
 * @returns the names of what was applied
 * @throws what the database throws when it cannot be reached or a migration fails (which is then rolled back)
 */
export async function migrate(db: Database): Promise<string[]> {
  const { pending } = await migrationState(db);
  if (pending.length === 0) return [];
  return alone(db, async () => {
    const [, names] = await db.migrate.latest();
    return names;
  });
}

/**
 * Takes back what was applied after one migration, the newest first. What came in one go is no measure: on a new database
 * that is all there is.
 *
 * @param last the name of the one that stays; one that was not applied takes nothing back
 * @returns the names of what was taken back
 * @throws as {@link migrate} does; what was taken back before stays so
 */
export function rollback(db: Database, last: string): Promise<string[]> {
  return alone(db, async () => {
    const { applied } = await migrationState(db);
    const place = applied.indexOf(last);
    const newer = place < 0 ? [] : applied.slice(place + 1).reverse();
    for (const name of newer) await db.migrate.down({ name });
    return newer;
  });
}

/**
 * Knex's own lock is a row, which outlives its holder. Everyone here holds our lock first, so a row that is still
 * there was left by somebody who died.
 */
function alone(db: Database, work: () => Promise<string[]>): Promise<string[]> {
  return withLock(db, async () => {
    await db.migrate.forceFreeMigrationsLock();
    return work();
  });
}

/**
 * What has been applied and what has not, in order. Only looks: knex's own question makes its tables when they are
 * missing, which two processes must not do at once.
 */
export async function migrationState(db: Database): Promise<{ applied: string[]; pending: string[] }> {
  const applied: string[] = (await hasHistory(db))
    ? await db('knex_migrations').orderBy('id').pluck('name')
    : [];
  const all = await migrationSource.getMigrations([]);
  return { applied, pending: all.filter((name) => !applied.includes(name)) };
}

/** Also where this user may not read it: knex's own question would take that for a new database. */
async function hasHistory(db: Database): Promise<boolean> {
  if (fileOf(db)) return db.schema.hasTable('knex_migrations');
  const { rows } = await db.raw('SELECT to_regclass(?) AS found', ['knex_migrations']);
  return rows[0].found !== null;
}

function withLock(db: Database, work: () => Promise<string[]>): Promise<string[]> {
  const filename = fileOf(db);
  return filename ? withFileLock(filename, work) : withAdvisoryLock(db, work);
}

function withAdvisoryLock(db: Database, work: () => Promise<string[]>): Promise<string[]> {
  return db.transaction(async (holder) => {
    await holder.raw(`SET LOCAL lock_timeout = ${lockWait}`);
    await holder.raw(`SET LOCAL statement_timeout = ${lockWait}`);
    await holder.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
    // Pg's own limit on the wait for an answer is for statements that are quick.
    const patience = { query_timeout: lockWait + 1_000 };
    await holder.raw('SELECT pg_advisory_xact_lock(?)', [advisoryLock]).options(patience);
    return work();
  });
}

/** SQLite has no advisory locks: a second, empty database beside the first is locked instead. */
async function withFileLock(filename: string, work: () => Promise<string[]>): Promise<string[]> {
  const holder = knex({
    client: PreparingSqliteClient,
    connection: { filename: path.join(path.dirname(filename), `${path.basename(filename)}.migration-lock`) },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  try {
    await holder.raw(`PRAGMA busy_timeout = ${lockWait}`);
    await holder.raw('BEGIN EXCLUSIVE');
    return await work();
  } finally {
    await holder.destroy();
  }
}
