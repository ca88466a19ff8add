/** What stands where in the whole database, on SQLite and PostgreSQL alike. */
import type { Database } from '../../src/db/database.ts';

/** The names of all tables in which this text stands somewhere, sorted. */
export async function tablesWith(db: Database, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tablesOf(db))
    if (JSON.stringify(await db(table).select()).includes(text)) found.push(table);
  return found.sort();
}

/** Forgets everybody and what was counted, for the next test. The passkey API next door keeps what it has. */
export async function forgetEverybody(db: Database): Promise<void> {
  await empty(db, await tablesKept(db));
}

async function empty(db: Database, kept: readonly string[]): Promise<void> {
  const tables = kept.filter((table) => !goWithTheirAccount.includes(table));
  for (const table of [...tables, 'rate_limits']) await db(table).delete();
}

/** Rows of nobody cannot be in these: to delete from them as well would only take time. */
const goWithTheirAccount = ['sessions', 'activity', 'recovery_codes', 'pending_sign_ins', 'signed_acts'];

/** Remembers all that people have, and what the passkey API has. @returns puts it back, in place of what is there by then */
export async function rememberEverybody(db: Database): Promise<() => Promise<void>> {
  const kept = await tablesKept(db);
  // Accounts first: others can be inserted only after them.
  const tables = new Set(['users', ...kept, 'rate_limits', ofTheApi]);
  const filled: [table: string, rows: object[]][] = [];
  for (const table of tables) {
    const rows = await db(table).select();
    if (rows.length > 0) filled.push([table, rows]);
  }
  return () =>
    db.transaction(async (trx) => {
      await empty(trx, kept);
      await trx(ofTheApi).delete();
      for (const [table, rows] of filled) await trx(table).insert(rows);
    });
}

const ofTheApi = 'passkey_api_credentials';

/**
 * Where the application keeps what it has: all tables but a named few, so that a new one is among them. Each database is
 * asked once.
 */
export async function tablesKept(db: Database): Promise<string[]> {
  const kept = known.get(db) ?? (await tablesOf(db)).filter((table) => !others.test(table));
  known.set(db, kept);
  return kept;
}

const known = new WeakMap<Database, string[]>();

/** What counts tries, what the passkey API has, what knex knows of the schema, and what failing-writes.ts adds. */
const others = /^(rate_limits|used_challenges|passkey_api_\w+|knex_\w+|failing)$/;

/** The names of all tables of the database. */
export async function tablesOf(db: Database): Promise<string[]> {
  return process.env.TEST_DATABASE === 'postgres'
    ? db('information_schema.tables').where({ table_schema: 'public' }).pluck('table_name')
    : db('sqlite_master').where({ type: 'table' }).whereNot('name', 'like', 'sqlite_%').pluck('name');
}
