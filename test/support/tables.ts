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

/** Remembers all that people have, and what the passkey API has. @returns puts it back, in place of what is there by then */
export async function rememberEverybody(db: Database): Promise<() => Promise<void>> {
  const kept: [table: string, rows: object[]][] = [];
  for (const table of [...belongings, ...ofTheApi]) kept.push([table, await db(table).select()]);
  const filled = kept.filter(([, rows]) => rows.length > 0);
  return () =>
    db.transaction(async (trx) => {
      await forgetEverybody(trx);
      for (const table of ofTheApi) await trx(table).delete();
      for (const [table, rows] of filled) await trx(table).insert(rows);
    });
}

/** In an order in which they can be inserted. */
const belongings = [
  'users',
  'sessions',
  'passkey_records',
  'recovery_codes',
  'pending_sign_ins',
  'account_tokens',
  'activity',
  'signed_acts',
  'outbox',
  'rate_limits',
];
const ofTheApi = ['passkey_api_credentials'];

/** Sessions and activity go with their account. */
const peoples = ['outbox', 'rate_limits', 'account_tokens', 'pending_deletions', 'passkey_records', 'users'];

/** The names of all tables of the database. */
export async function tablesOf(db: Database): Promise<string[]> {
  return process.env.TEST_DATABASE === 'postgres'
    ? db('information_schema.tables').where({ table_schema: 'public' }).pluck('table_name')
    : db('sqlite_master').where({ type: 'table' }).whereNot('name', 'like', 'sqlite_%').pluck('name');
}
