/** Removes what has run out, in bounded batches, so that no lock is held for long. Safe in several processes at once. */
import type { Database } from './database.ts';

const batch = 500;

/**
 * @param expired.table the table, `key` its primary key or the part of it that tells rows apart best, `column` the one that says when a row ends
 * @param expired.before rows that ended before this moment go, in the column's own format
 */
export async function sweepRows(
  db: Database,
  expired: { table: string; key: string; column: string; before: string | number },
): Promise<void> {
  const { table, key, column, before } = expired;
  for (let removed = batch; removed === batch; ) {
    const some = db(table).where(column, '<', before).limit(batch).select(key);
    removed = await db(table).whereIn(key, some).where(column, '<', before).delete();
  }
}
