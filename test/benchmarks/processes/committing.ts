/**
 * Another process on the SQLite file of an application: it commits fifty times a second for as long as it is told to.
 * What it writes concerns nobody.
 */
import { openDatabase } from '../../../src/db/database.ts';

const db = openDatabase(process.env.DATABASE_URL ?? '', '/');
const row = { key: 'benchmark', points: 1, expire: Date.now() + 3_600_000 };
let timer: NodeJS.Timeout | undefined;

process.on('message', async (isToCommit: boolean) => {
  clearInterval(timer);
  if (isToCommit) timer = setInterval(() => void commit(), 20);
  process.send?.('done');
});
process.once('disconnect', () => process.exit());

async function commit(): Promise<void> {
  await db('rate_limits')
    .insert(row)
    .onConflict('key')
    .merge({ points: db.raw('rate_limits.points + 1') });
}
