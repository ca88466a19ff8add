/** `npm run db:migrate`: applies what has not been applied, for roles and moments that the start is not meant for. */
import { migrate } from '../db/migrate.ts';
import { reach, withDatabase } from './with-database.ts';

process.exitCode = await withDatabase(async (db) => {
  await reach(db);
  const applied = await migrate(db);
  process.stdout.write(applied.length > 0 ? `Applied ${applied.join(', ')}\n` : 'Nothing to apply\n');
  return 0;
});
