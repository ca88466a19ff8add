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
export type Limit = { name: string; points: number /** seconds */; duration: number };

/** A limit whose counters live in the database; in memory while these alone cannot be used. */
export class DatabaseRateLimiter extends RateLimiterStoreAbstract {
  readonly #db: Database;

  constructor(db: Database, { name, points, duration }: Limit) {
    super({
      keyPrefix: name,
      points,
      duration,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration }),
    });
    this.#db = db;
  }

  /** Lets a counter that is running live on for so many seconds from now, if it would end before. */
  async prolong(key: string, seconds: number): Promise<void> {
    const expire = Date.now() + seconds * 1_000;
    await this.#db(table)
      .where({ key: this.getKey(key) })
      .andWhere('expire', '<', expire)
      .update({ expire });
  }

  override async _upsert(key: string, points: number, duration: number, forceExpire = false): Promise<Row> {
    const now = Date.now();
    const expire = duration > 0 ? now + duration : null;
    const live = `(${table}.expire IS NULL OR ${table}.expire > ?)`;
    const update = forceExpire
      ? { sql: 'points = excluded.points, expire = excluded.expire', values: [] }
      : {
          sql: `points = CASE WHEN ${live} THEN ${table}.points + ? ELSE excluded.points END,
                expire = CASE WHEN ${live} THEN ${table}.expire ELSE excluded.expire END`,
          values: [now, points, now],
        };
    const answer = await this.#db.raw(
      `INSERT INTO ${table} (key, points, expire) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET ${update.sql} RETURNING points, expire`,
      // What is given back to a counter that has run out meanwhile is no credit.
      [key, Math.max(points, 0), expire, ...update.values] as never,
    );
    return (answer.rows ?? answer)[0];
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
      expire === null ? -1 : Math.max(expire - Date.now(), 0),
      row.points,
      row.points === changed,
    );
  }
}

/** Removes counters that have run out. */
export function sweepRateLimits(db: Database): Promise<void> {
  return sweepRows(db, { table, key: 'key', column: 'expire', before: Date.now() });
}
