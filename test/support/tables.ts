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
  for (const table of peoples) await db(table).delete();
}

/** Sessions and activity go with their account. */
const peoples = ['outbox', 'rate_limits', 'account_tokens', 'pending_deletions', 'passkey_records', 'users'];

/** The names of all tables of the database. */
export async function tablesOf(db: Database): Promise<string[]> {
  return process.env.TEST_DATABASE === 'postgres'
    ? db('information_schema.tables').where({ table_schema: 'public' }).pluck('table_name')
    : db('sqlite_master').where({ type: 'table' }).whereNot('name', 'like', 'sqlite_%').pluck('name');
}
