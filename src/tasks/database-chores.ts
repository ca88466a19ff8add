/**
 * What an operator does with the migrations of the database: apply them, for roles and moments that the start is not
 * meant for, take them back, look at them. Each prints what it did.
 */
import { migrate, rollback } from '../db/migrate.ts';
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
