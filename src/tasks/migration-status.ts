/** `npm run db:status`: which migrations have been applied and which have not. Changes nothing. */
import { configOrExit } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { migrationState } from '../db/migrate.ts';

const config = configOrExit();
const db = openDatabase(config.databaseUrl, config.root);
try {
  const { applied, pending } = await migrationState(db);
  const lines = [...applied.map((name) => `applied  ${name}`), ...pending.map((name) => `pending  ${name}`)];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await db.destroy();
}
