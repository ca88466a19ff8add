/** `npm run db:status`: which migrations have been applied and which have not. Changes nothing. */
import { reach, withDatabase } from './with-database.ts';

process.exitCode = await withDatabase(async (db) => {
  const { applied, pending } = await reach(db);
  const lines = [...applied.map((name) => `applied  ${name}`), ...pending.map((name) => `pending  ${name}`)];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
});
