/**
 * Removes what has run out, a few rows at a time, and lets everybody else ask the database in between: SQLite has one
 * connection for each process and one writer for all. Safe in several processes at once.
 */
import type { Database } from './database.ts';

/** Rows of one statement: removed in a few milliseconds, which is what a page then waits at most for each of its own. */
const batch = 100;
/** Milliseconds between two batches, which is longer than a batch takes. */
const pause = 5;
/** Milliseconds between two sweeps. */
const interval = 60_000;

/**
 * @param expired.table the table, `key` its primary key, `column` the one that says when a row ends
 * @param expired.before rows that ended before this moment go, in the column's own format
 * @param expired.among what else the rows have in common; left out for all
 */
export async function sweepRows(
  db: Database,
  expired: {
    table: string;
    key: string;
    column: string;
    before: string | number;
    among?: Record<string, string>;
  },
): Promise<void> {
  const { table, key, column, before, among = {} } = expired;
  for (;;) {
    // Read first, and in the order of an index: otherwise PostgreSQL may look at all that has run out for each batch.
    const some = db(table).where(among).where(column, '<', before).orderBy(column).limit(batch);
    const keys = await some.pluck(key);
    if (keys.length > 0) await remove(keys);
    if (keys.length < batch) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }

  /** A row that has been given more time meanwhile stays. Said in words that no index knows, so that the keys find the rows. */
  async function remove(keys: string[]): Promise<void> {
    // Always as many, the last one again where there are fewer: SQLite's statements are kept compiled by their text.
    const filledUp = Array.from({ length: batch }, (_, index) => keys[index] ?? keys.at(-1));
    const isOver = db.raw('(?? < ?) IS TRUE', [column, before]);
    await db(table)
      .whereIn(key, filledUp as string[])
      .andWhere(isOver)
      .delete();
  }
}

/**
 * Sweeps a minute after the start and a minute after each sweep: where very much has run out, one takes longer. The
 * process may end meanwhile.
 *
 * @param fail told of what a sweep throws; the next one tries again
 */
export function keepSwept(sweep: () => Promise<void>, fail: (error: unknown) => void): void {
  const again = () => keepSwept(sweep, fail);
  setTimeout(() => void sweep().catch(fail).finally(again), interval).unref();
}
