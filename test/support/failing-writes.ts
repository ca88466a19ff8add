/** Makes the writes of a table fail, in the database itself, as a full disk or a broken index would. On both databases. */
import type { Database } from '../../src/db/database.ts';
import { tablesKept } from './tables.ts';

export type Write = { table: string; verb: 'INSERT' | 'UPDATE' | 'DELETE' };

/** Every kind of write there could be. What counts tries must count those that fail, and the API answers for itself. */
export async function everyWrite(db: Database): Promise<Write[]> {
  return (await tablesKept(db)).flatMap((table) => verbs.map((verb) => ({ table, verb })));
}

const verbs = ['INSERT', 'UPDATE', 'DELETE'] as const;

/**
 * Does something while these kinds of write fail.
 *
 * @param struck is told of each write that has failed
 */
export async function withFailing<T>(
  db: Database,
  writes: Write | Write[],
  work: () => Promise<T>,
  struck: (write: Write) => void = () => {},
): Promise<T> {
  const all = [writes].flat();
  for (const write of all) await watch(db, write);
  const failing = all.map((write) => ({ write: nameOf(write) }));
  const note = ({ message }: Error) => {
    const found = all.find((write) => message.endsWith(`this write fails: ${nameOf(write)}`));
    if (found) struck(found);
  };
  await db('failing').insert(failing);
  db.on('query-error', note);
  try {
    return await work();
  } finally {
    db.removeListener('query-error', note);
    await db('failing').delete();
  }
}

/** What is watched in each database. */
const watched = new WeakMap<Database, Set<string>>();

/**
 * Has a trigger look before each write of this kind whether it is to fail. It stays: after each change of the schema a
 * database prepares all statements anew.
 */
async function watch(db: Database, write: Write): Promise<void> {
  const { table, verb } = write;
  const known = watched.get(db) ?? new Set();
  watched.set(db, known);
  if (known.size === 0) for (const statement of foundation()) await db.raw(statement);
  if (known.has(nameOf(write))) return;
  const trigger = `fails_${verb}_${table}`;
  await db.raw(
    isPostgres()
      ? `CREATE OR REPLACE TRIGGER ${trigger} BEFORE ${verb} ON ${table} FOR EACH ROW EXECUTE FUNCTION fail()`
      : `CREATE TRIGGER IF NOT EXISTS ${trigger} BEFORE ${verb} ON ${table} WHEN EXISTS (${isFailing(`'${nameOf(write)}'`)})
         BEGIN SELECT RAISE(ABORT, 'this write fails: ${nameOf(write)}'); END`,
  );
  known.add(nameOf(write));
}

const nameOf = ({ table, verb }: Write) => `${verb} ${table}`;
const isPostgres = () => process.env.TEST_DATABASE === 'postgres';
const isFailing = (name: string) => `SELECT 1 FROM failing WHERE write = ${name}`;

function foundation(): string[] {
  const table = 'CREATE TABLE IF NOT EXISTS failing (write text NOT NULL)';
  const name = "TG_OP || ' ' || TG_TABLE_NAME";
  const fail = `CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (${isFailing(name)}) THEN RAISE EXCEPTION 'this write fails: %', ${name}; END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END $$`;
  return isPostgres() ? [table, fail] : [table];
}

/** Everything that the application keeps, told by the database in one statement; the passkey API next door has its own. */
export async function everythingKept(db: Database): Promise<Record<string, unknown>> {
  const question = questions.get(db) ?? (await everythingOf(db));
  questions.set(db, question);
  const answer = await db.raw(question);
  return isPostgres() ? answer.rows[0] : answer[0];
}

const questions = new WeakMap<Database, string>();

async function everythingOf(db: Database): Promise<string> {
  const parts = await Promise.all(
    (await tablesKept(db)).map(async (table) => {
      const columns = Object.keys(await db(table).columnInfo());
      const row = columns.map((column) => `'${column}', ${column}`).join(', ');
      return isPostgres()
        ? `(SELECT json_agg(kept ORDER BY kept::text) FROM ${table} kept) AS ${table}`
        : `(SELECT json_group_array(json_object(${row})) FROM (SELECT * FROM ${table} ORDER BY 1)) AS ${table}`;
    }),
  );
  return `SELECT ${parts.join(', ')}`;
}
