/**
 * Removes what has run out, a few rows at a time, and lets everybody else ask the database in between: SQLite has one
 * connection for each process and one writer for all. Safe in several processes at once. Knows no table.
 */
import type { Database } from './database.ts';

/** Rows of one statement. A statement of a page waits behind one of these at most: a few milliseconds. */
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

  /**
   * A row that has been given more time meanwhile stays. Written so that no index on the column applies: the rows are to
   * be found by their keys.
   */
  async function remove(keys: string[]): Promise<void> {
    // Filled up to one length with the last one, so that there is one text of the statement to prepare.
    const filledUp = Array.from({ length: batch }, (_, index) => keys[index] ?? keys.at(-1));
    const isOver = db.raw('(?? < ?) IS TRUE', [column, before]);
    await db(table)
      .whereIn(key, filledUp as string[])
      .andWhere(isOver)
      .delete();
  }
}

/**
 * Sweeps one after the other: together they would leave less room to everybody else.
 *
 * @throws what one of them threw, or {AggregateError} of several: when all have had their turn, so that a table which
 *   cannot be swept keeps no other one full
 */
export async function sweepInTurn(...sweeps: (() => Promise<unknown>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const sweep of sweeps) await sweep().catch((fault) => faults.push(fault));
  if (faults.length > 1) throw new AggregateError(faults, faults.map(String).join('; '));
  if (faults.length === 1) throw faults[0];
}

/**
 * Sweeps a minute after the start and a minute after the end of each sweep, which may take longer than that. The timer
 * keeps no process alive.
 *
 * @param fail told of what a sweep throws; the next one tries again
 */
export function keepSwept(sweep: () => Promise<void>, fail: (error: unknown) => void): void {
  const again = () => keepSwept(sweep, fail);
  setTimeout(() => void sweep().catch(fail).finally(again), interval).unref();
}
