/** `npm run db:migrate`: applies what has not been applied, for roles and moments that the start is not meant for. */
import { configOrExit } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';

const config = configOrExit();
const db = openDatabase(config.databaseUrl, config.root);
try {
  const applied = await migrate(db);
  process.stdout.write(applied.length > 0 ? `Applied ${applied.join(', ')}\n` : 'Nothing to apply\n');
} finally {
  await db.destroy();
}
