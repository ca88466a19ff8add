/** `npm run db:rollback`: takes back what was applied last in one go. */
import { rollback } from '../db/migrate.ts';
import { reach, withDatabase } from './with-database.ts';

process.exitCode = await withDatabase(async (db) => {
  await reach(db);
  const taken = await rollback(db);
  process.stdout.write(taken.length > 0 ? `Took back ${taken.join(', ')}\n` : 'Nothing to take back\n');
  return 0;
});
