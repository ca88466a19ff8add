/**
 * What an operator does with the migrations of the database: apply them, for roles and moments that the start is not
 * meant for, take them back, look at them; and copy an SQLite database. Each prints what it did.
 */
import { lstat, mkdtemp, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../db/database.ts';
import { migrate, rollback } from '../db/migrate.ts';
import { migrationSource } from '../db/migrations.ts';
import { fileOf, missingFileOf } from '../db/sqlite-file.ts';
import { AppError } from '../errors.ts';
import { type Asked, say } from './chore.ts';
import { reach, withDatabase } from './with-database.ts';

export function applyMigrations(asked: Asked): Promise<number> {
  return withDatabase(asked, async (db) => {
    await reach(db);
    const applied = await migrate(db);
    return say(asked.streams, applied.length > 0 ? `Applied ${applied.join(', ')}` : 'Nothing to apply');
  });
}

/** Those that came after the one that is named, as a migration or as its file. */
export function takeBackMigrations(asked: Asked): Promise<number> {
  const [last = ''] = asked.given.map((name) => path.parse(name).name);
  return withDatabase(asked, async (db) => {
    await demandRollback(last, await reach(db));
    const taken = await rollback(db, last);
    return say(asked.streams, taken.length > 0 ? `Took back ${taken.join(', ')}` : 'Nothing to take back');
  });
}

/**
 * What was written up to one moment, without the log beside it. The file is for this user alone, and never there before:
 * a backup that is written over an older one may leave neither.
 */
export function backUp(asked: Asked): Promise<number> {
  const [given = ''] = asked.given;
  const file = path.resolve(given);
  const work = async (db: Database) => {
    await demandDatabase(db);
    if (await lstat(file).catch(() => null)) throw refusal(`${file} is there already: name a new file.`);
    await copyInto(file, db).catch((error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message;
      throw refusal(
        `${file} could not be written (${why}). Name a file in a directory that is there, has room, and lets this user write.`,
      );
    });
    return say(asked.streams, `Copied the database into ${file}`);
  };
  return withDatabase(asked, work, { makes: false });
}

/** A copy of a database that is not the right one would be found out on the day when it is needed. */
async function demandDatabase(db: Database): Promise<void> {
  if (!fileOf(db)) throw refusal('This database is on PostgreSQL: back it up with pg_dump.');
  const missing = missingFileOf(db);
  if (missing) throw refusal(`There is no database at ${missing}. Look at DATABASE_URL.`);
  const { applied } = await reach(db);
  if (applied.length === 0)
    throw refusal(`There is nothing in the database at ${fileOf(db)}. Look at DATABASE_URL.`);
}

/** Has its name only when it is whole: half a copy passes for an empty database. */
async function copyInto(file: string, db: Database): Promise<void> {
  const directory = await mkdtemp(path.join(path.dirname(file), '.backup-'));
  try {
    const copy = path.join(directory, 'copy.sqlite');
    await db.raw('VACUUM INTO ?', [copy]);
    const written = await open(copy);
    await written.sync();
    await written.close();
    await rename(copy, file);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** What is guessed here costs people their accounts. */
async function demandRollback(last: string, { applied }: Awaited<ReturnType<typeof reach>>): Promise<void> {
  if (!applied.includes(last)) throw refusal(`${last} was not applied here. db:status lists what was.`);
  const known = await migrationSource.getMigrations([]);
  const foreign = applied.find((name) => !known.includes(name));
  if (foreign) throw refusal(`${foreign} is of a newer release: take it back with that one.`);
}

const refusal = (sentence: string) => new AppError('invalid_request', sentence);

/** Changes nothing. */
export function listMigrations(asked: Asked): Promise<number> {
  return withDatabase(asked, async (db) => {
    const { applied, pending } = await reach(db);
    const known = await migrationSource.getMigrations([]);
    const lines = [
      ...applied.map((name) => `applied  ${name}${known.includes(name) ? '' : ', of a newer release'}`),
      ...pending.map((name) => `pending  ${name}`),
    ];
    return say(asked.streams, lines.join('\n'));
  });
}
