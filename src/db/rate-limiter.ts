/**
 * Counters in the app's database for rate-limiter-flexible: one atomic statement, shared by all processes, and the
 * same on both databases. The library's own SQLite store opens savepoints on a connection that others use, and
 * leaves one open after a fault (docs/decisions/0006).
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import type { Database } from './database.ts';
import { isDatabaseUnavailable } from './faults.ts';
import { sweepRows } from './sweep.ts';

const table = 'rate_limits';

type Fault = Parameters<RateLimiterStoreAbstract['_handleError']>;
type Row = { points: number; expire: number | string | null };
type NamedRow = Row & { key: string };
export type Limit = { name: string; points: number /** seconds */; duration: number };

/**
 * A limit whose counters live in the database; in memory while their table cannot be used although the database can. A
 * limiter of one transaction has no memory: what it counts is kept with the rest, or the transaction fails.
 */
export class DatabaseRateLimiter extends RateLimiterStoreAbstract {
  readonly #db: Database;
  /** What has been counted while the table could not be used. */
  readonly #memory: RateLimiterMemory;

  constructor(db: Database, { name, points, duration }: Limit) {
    const memory = new RateLimiterMemory({ keyPrefix: name, points, duration });
    super({ keyPrefix: name, points, duration, ...(db.isTransaction ? {} : { insuranceLimiter: memory }) });
    this.#db = db;
    this.#memory = memory;
  }

  /**
   * Lets a counter that is running live on for so many seconds from now, if it would end before; not one that is kept in
   * memory.
   */
  async prolong(key: string, seconds: number): Promise<void> {
    const expire = Date.now() + seconds * 1_000;
    await this.#db(table)
      .where({ key: this.getKey(key) })
      .andWhere('expire', '<', expire)
      .update({ expire })
      .catch(unlessAway);
  }

  /** Forgets what was counted in memory alone. */
  forget(key: string): Promise<boolean> {
    return this.#memory.delete(key);
  }

  override async _upsert(key: string, points: number, duration: number, forceExpire = false): Promise<Row> {
    const expire = duration > 0 ? Date.now() + duration : null;
    const [row] = await upsert(this.#db, [{ key, expire }], points, forceExpire);
    return row as Row;
  }

  override async _get(key: string): Promise<Row | null> {
    const live = this.#db(table)
      .where({ key })
      .andWhere((either) => either.whereNull('expire').orWhere('expire', '>', Date.now()));
    return (await live.first('points', 'expire')) ?? null;
  }

  override async _delete(key: string): Promise<boolean> {
    return (await this.#db(table).where({ key }).delete()) > 0;
  }

  /**
   * Whatever is limited needs the database as well: when that is away the caller hears it now, and does not wait for
   * one statement after the other.
   */
  override _handleError(...[error, name, resolve, reject, parameters]: Fault): void {
    if (isDatabaseUnavailable(error)) reject(error);
    else super._handleError(error, name, resolve, reject, parameters);
  }

  override _getRateLimiterRes(_key: string, changed: number, row: Row): RateLimiterRes {
    const expire = row.expire === null ? null : Number(row.expire);
    return new RateLimiterRes(
      Math.max(this.points - row.points, 0),
      // At least one: a block of no time would be for ever in the library's memory, and the minute may end meanwhile.
      expire === null ? -1 : Math.max(expire - Date.now(), 1),
      row.points,
      row.points === changed,
    );
  }
}

/** One of several counters that are read or changed together. */
export type Counter = { of: DatabaseRateLimiter; key: string };

/** What each of them stands at; null when it does not run, or is none of them. */
export type Counts = (of: DatabaseRateLimiter, key: string) => RateLimiterRes | null;

/** What several counters stand at, in one statement. */
export function readCounters(db: Database, counters: readonly Counter[]): Promise<Counts> {
  const inDatabase = (): Promise<NamedRow[]> =>
    db(table)
      .whereIn('key', counters.map(nameOf))
      .andWhere((either) => either.whereNull('expire').orWhere('expire', '>', Date.now()))
      .select('key', 'points', 'expire');
  return withFallback(counters, inDatabase, ({ of, key }) => of.get(key));
}

/** Counts one more on several counters, in one statement. @returns what they stand at then */
export function countTogether(db: Database, counters: readonly Counter[]): Promise<Counts> {
  const now = Date.now();
  const begun = counters.map((counter) => ({
    key: nameOf(counter),
    expire: now + counter.of.duration * 1_000,
  }));
  // In one order, so that two of these do not wait for each other (PostgreSQL).
  begun.sort((one, other) => (one.key < other.key ? -1 : 1));
  return withFallback(
    counters,
    () => upsert(db, begun, 1),
    ({ of, key }) => of.penalty(key),
  );
}

/** While the table cannot be used although the database can, each limit does it for itself, and in memory. */
async function withFallback(
  counters: readonly Counter[],
  inDatabase: () => Promise<NamedRow[]>,
  oneByOne: (counter: Counter) => Promise<RateLimiterRes | null>,
): Promise<Counts> {
  const rows = await inDatabase().catch(unlessAway);
  const byName = new Map<string, RateLimiterRes | null>();
  for (const counter of counters) {
    const name = nameOf(counter);
    byName.set(name, rows ? countIn(rows, counter) : await oneByOne(counter));
  }
  return (of, key) => byName.get(of.getKey(key)) ?? null;
}

/** Whoever is limited needs the database as well: when it is away, they hear it now. */
function unlessAway(error: unknown): null {
  if (isDatabaseUnavailable(error)) throw error;
  return null;
}

function countIn(rows: readonly NamedRow[], counter: Counter): RateLimiterRes | null {
  const row = rows.find(({ key }) => key === nameOf(counter));
  return row ? counter.of._getRateLimiterRes(counter.key, 1, row) : null;
}

/** Removes several counters, in one statement, and what was counted in memory while that could not be done. */
export async function removeCounters(db: Database, counters: readonly Counter[]): Promise<void> {
  // Locked in an order of the database, where `countTogether` has one of JavaScript. They agree, as the names of limits come
  // first in a key, and are different plain words for all that is counted at once.
  const locked = db(table).whereIn('key', counters.map(nameOf)).orderBy('key').forUpdate().select('key');
  await db(table).whereIn('key', locked).delete().catch(unlessAway);
  for (const { of, key } of counters) await of.forget(key);
}

/**
 * Adds points to counters; one that does not run begins with them, and with the expiry that is given.
 *
 * @param forceExpire whether they begin again even if they run
 */
async function upsert(
  db: Database,
  counters: readonly { key: string; expire: number | null }[],
  points: number,
  forceExpire = false,
): Promise<NamedRow[]> {
  const live = `(${table}.expire IS NULL OR ${table}.expire > ?)`;
  const now = Date.now();
  const update = forceExpire
    ? { sql: 'points = excluded.points, expire = excluded.expire', values: [] }
    : {
        sql: `points = CASE WHEN ${live} THEN ${table}.points + ? ELSE excluded.points END,
              expire = CASE WHEN ${live} THEN ${table}.expire ELSE excluded.expire END`,
        values: [now, points, now],
      };
  // What is given back to a counter that has run out meanwhile is no credit.
  const rows = counters.flatMap(({ key, expire }) => [key, Math.max(points, 0), expire]);
  const places = counters.map(() => '(?, ?, ?)').join(', ');
  const answer = await db.raw(
    `INSERT INTO ${table} (key, points, expire) VALUES ${places}
     ON CONFLICT (key) DO UPDATE SET ${update.sql} RETURNING key, points, expire`,
    [...rows, ...update.values] as never,
  );
  return answer.rows ?? answer;
}

function nameOf({ of, key }: Counter): string {
  return of.getKey(key);
}

/** Removes counters that have run out. */
export function sweepRateLimits(db: Database): Promise<void> {
  return sweepRows(db, { table, key: 'key', column: 'expire', before: Date.now() });
}
