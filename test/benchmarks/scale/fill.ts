/**
 * Fills a database with people who are like one that is there: each row is a copy of a real one under other keys, so it
 * is whole whatever columns there are. Knows the keys of the tables, and how the two databases count.
 */
import type { Database } from '../../../src/db/database.ts';

/** Rows that one statement writes, so that none holds much in memory. */
const batch = 10_000;

/** What is different in each row, as SQL by the name of its column. */
type Keys = (text: Texts) => Record<string, string>;

type Texts = {
  /** 16 characters, in no order; the same for one person in each table. */
  unique: string;
  userId: string;
  /** A time of the last two months. */
  past: string;
  /** A time of the next days. */
  future: string;
};

/** In the order in which rows refer to each other. */
const tables: [name: string, keys: Keys][] = [
  [
    'users',
    ({ unique, userId, past }) => ({ id: userId, email: `${unique} || '@example.org'`, created_at: past }),
  ],
  [
    'sessions',
    ({ unique, userId, past, future }) => ({
      id_hash: `${unique} || '-of-the-session-of-a-person'`,
      user_id: userId,
      sign_in_id: `${unique} || '-sign-in'`,
      data: `replace(replace(one.data, one.user_id, ${userId}), one.sign_in_id, ${unique} || '-sign-in')`,
      created_at: past,
      expires_at: future,
    }),
  ],
  ['activity', ({ userId, past }) => ({ id: userId, user_id: userId, at: past })],
  ['passkey_api_users', ({ userId, past }) => ({ user_id: userId, created_at: past })],
  [
    'passkey_api_credentials',
    ({ unique, userId, past }) => ({ id: `${unique} || '-passkey'`, user_id: userId, created_at: past }),
  ],
  [
    'passkey_records',
    ({ unique, userId, past }) => ({
      user_id: userId,
      credential_id: `${unique} || '-passkey'`,
      created_at: past,
    }),
  ],
  // Milliseconds; a day, so that nothing of it is swept meanwhile.
  ['rate_limits', ({ unique }) => ({ key: `'filled:' || ${unique}`, expire: 'one.expire + 86400000' })],
];

/**
 * @param db a database in which one person at least has signed in and has a passkey
 * @param people how many to add
 */
export async function fill(db: Database, people: number): Promise<void> {
  if (isSqlite(db)) await relaxDurability(db);
  for (const [table, keys] of tables) {
    for (let first = 1; first <= people; first += batch)
      await copy(db, table, keys, first, Math.min(first + batch - 1, people));
    // What is done by itself before long, when a database fills slowly. Rows that refer to these are looked up by index
    // only where the server knows that there are many.
    await db.raw(isSqlite(db) ? 'PRAGMA wal_checkpoint(TRUNCATE)' : `ANALYZE ${table}`);
  }
}

/** A crash would only mean to begin again; and with all in memory no page is written twice. */
async function relaxDurability(db: Database): Promise<void> {
  await db.raw('PRAGMA synchronous = OFF');
  await db.raw('PRAGMA cache_size = -2000000');
  await db.raw('PRAGMA wal_autocheckpoint = 100000');
}

/** Adds so many entries to the activity of one person who is there. @param id of the person */
export async function addActivity(db: Database, id: string, entries: number): Promise<void> {
  const keys: Keys = ({ unique, past }) => ({
    id: `${unique} || '-${id.slice(0, 8)}'`,
    user_id: `'${id}'`,
    at: past,
  });
  await copy(db, 'activity', keys, 1, entries);
}

async function copy(db: Database, table: string, keys: Keys, first: number, last: number): Promise<void> {
  const columns = Object.keys(await db(table).columnInfo());
  const others = keys(isSqlite(db) ? sqliteTexts : postgresTexts);
  const values = columns.map((column) => others[column] ?? `one.${column}`);
  await db.transaction(async (trx) => {
    // A batch may take longer than a request may wait for a statement.
    if (!isSqlite(db)) await trx.raw('SET LOCAL statement_timeout = 0');
    await trx.raw(
      `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')}
       FROM (${isSqlite(db) ? sqliteNumbers : postgresNumbers}) numbers, (SELECT * FROM ${table} LIMIT 1) one`,
      [first, last],
    );
  });
}

const isSqlite = (db: Database) => db.client.config.client.prototype.dialect === 'sqlite3';

const sqliteNumbers =
  'WITH RECURSIVE counted(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM counted WHERE n < ?) SELECT n FROM counted';
const postgresNumbers = 'SELECT n FROM generate_series(CAST(? AS bigint), CAST(? AS bigint)) AS n';

/** Multiplied with a number that has no divisor in common with 2^32, neighbours come to lie far from each other. */
const scattered = '(n * 2654435761) % 4294967296';
const sqliteTexts = textsOf(
  `printf('%08x%08x', ${scattered}, n)`,
  (seconds) => `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (${seconds}) || ' seconds')`,
);
const postgresTexts = textsOf(
  `lpad(to_hex(${scattered}), 8, '0') || lpad(to_hex(n), 8, '0')`,
  (seconds) =>
    `to_char(now() AT TIME ZONE 'utc' + (${seconds}) * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
);

/** @param text 16 characters of its own for each number. @param timeIn SQL for the time in so many seconds */
function textsOf(text: string, timeIn: (seconds: string) => string): Texts {
  const unique = `(${text})`;
  return {
    unique,
    userId: `(substr(${unique}, 1, 8) || '-0000-4000-8000-0000' || substr(${unique}, 9, 8))`,
    past: timeIn('-(n * 5) % 5000000 - 60'),
    future: timeIn('n % 500000 + 3600'),
  };
}
