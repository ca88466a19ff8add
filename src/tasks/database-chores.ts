/**
 * What an operator does with the migrations of the database: apply them, for roles and moments that the start is not
 * meant for, take them back, look at them; and copy an SQLite database. Each prints what it did.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { migrate, rollback } from '../db/migrate.ts';
import { fileOf } from '../db/sqlite-file.ts';
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

/** Those that were applied last in one go. */
export function takeBackMigrations(asked: Asked): Promise<number> {
  return withDatabase(asked, async (db) => {
    await reach(db);
    const taken = await rollback(db);
    return say(asked.streams, taken.length > 0 ? `Took back ${taken.join(', ')}` : 'Nothing to take back');
  });
}

/**
 * What was written up to one moment, without the log beside it. The file is for this user alone, and never there before:
 * a backup that is written over an older one may leave neither.
 */
export function backUp(asked: Asked): Promise<number> {
  return withDatabase(asked, async (db) => {
    const [given = ''] = asked.given;
    const file = path.resolve(given);
    if (!fileOf(db))
      throw new AppError('invalid_request', 'This database is on PostgreSQL: back it up with pg_dump.');
    if (existsSync(file)) throw new AppError('invalid_request', `${file} is there already: name a new file.`);
    await reach(db);
    await db.raw('VACUUM INTO ?', [file]).catch((error: NodeJS.ErrnoException) => {
      throw new AppError('invalid_request', `${file} could not be written: ${error.code ?? error.message}`);
    });
    return say(asked.streams, `Copied the database into ${file}`);
  });
}

/** Changes nothing. */
export function listMigrations(asked: Asked): Promise<number> {
  return withDatabase(asked, async (db) => {
    const { applied, pending } = await reach(db);
    const lines = [
      ...applied.map((name) => `applied  ${name}`),
      ...pending.map((name) => `pending  ${name}`),
    ];
    return say(asked.streams, lines.join('\n'));
  });
}
