/** Makes the writes of a table fail, in the database itself, as a full disk or a broken index would. On both databases. */
import type { Database } from '../../src/db/database.ts';
import { type Sent, whileNoting } from './statements.ts';

export type Write = { table: string; verb: 'INSERT' | 'UPDATE' | 'DELETE' };

/** What is written while something is done, each kind of write once, in order. Counters of rate limits are left out. */
export async function writesOf(db: Database, work: () => Promise<unknown>): Promise<Write[]> {
  const found = new Map<string, Write>();
  const note = ({ sql }: Sent) => {
    const [, verb = '', table = ''] =
      /^(insert|update|delete)\s+(?:into\s+|from\s+)?[`"]?(\w+)/i.exec(sql) ?? [];
    if (verb && !uncounted.test(table))
      found.set(`${verb} ${table}`, { table, verb: verb.toUpperCase() as Write['verb'] });
  };
  await whileNoting(db, note, work);
  return [...found.values()];
}

/** Sent with the trigger, in one trip. */
const createFail =
  "CREATE OR REPLACE FUNCTION fail() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'this write fails'; END $$ LANGUAGE plpgsql";

/** Does something while one kind of write fails. */
export async function withFailing<T>(
  db: Database,
  { table, verb }: Write,
  work: () => Promise<T>,
): Promise<T> {
  const postgres = process.env.TEST_DATABASE === 'postgres';
  await db.raw(
    postgres
      ? `${createFail}; CREATE TRIGGER fails BEFORE ${verb} ON ${table} FOR EACH ROW EXECUTE FUNCTION fail()`
      : `CREATE TRIGGER fails BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, 'this write fails'); END`,
  );
  try {
    return await work();
  } finally {
    await db.raw(postgres ? `DROP TRIGGER fails ON ${table}` : 'DROP TRIGGER fails');
  }
}

/** Everything that the application keeps; the passkey API next door has its own. */
export async function everythingKept(db: Database): Promise<Record<string, unknown[]>> {
  const kept: Record<string, unknown[]> = {};
  for (const table of tables) kept[table] = await db(table).orderByRaw('1').select();
  return kept;
}

const tables = [
  'users',
  'sessions',
  'account_tokens',
  'pending_sign_ins',
  'recovery_codes',
  'activity',
  'outbox',
  'passkey_records',
  'pending_deletions',
];

/** What counts tries must count those that fail, and the API answers for itself. */
const uncounted = /^(rate_limits|used_challenges|passkey_api_\w+)$/;
