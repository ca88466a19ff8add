/** `npm run db:rollback`: takes back what was applied last in one go. */
import { configOrExit } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { rollback } from '../db/migrate.ts';

const config = configOrExit();
const db = openDatabase(config.databaseUrl, config.root);
try {
  const taken = await rollback(db);
  process.stdout.write(taken.length > 0 ? `Took back ${taken.join(', ')}\n` : 'Nothing to take back\n');
} finally {
  await db.destroy();
}
