/**
 * How the database means to find the rows of a statement, and whether that stays bounded when a table grows: by a key of
 * which there are few rows, or in the order of an index up to a LIMIT. Knows the words of both databases' EXPLAIN.
 */
import type { Database } from '../../src/db/database.ts';
import type { Connection } from '../../src/db/sqlite-client.ts';
import { type Sent, whileNoting } from './statements.ts';

/** A statement as it was sent. */
export type Statement = { sql: string; bindings: readonly unknown[] };

/** Columns of which one value stands in few rows, whatever the size of the table. */
const keys =
  'id|user_id|email|id_hash|sign_in_id|secret_hash|challenge_hash|key|credential_id|about|set_id|code_hash|transaction_id';

/** What is sent while something is done, each text once, in order. */
export async function statementsOf(db: Database, work: () => Promise<unknown>): Promise<Statement[]> {
  const found = new Map<string, Statement>();
  const note = ({ sql, bindings = [] }: Sent) => {
    if (/^\s*(select|insert|update|delete|with)\b/i.test(sql) && !found.has(sql))
      found.set(sql, { sql, bindings });
  };
  await whileNoting(db, note, work);
  return [...found.values()];
}

/** A transaction in which {@link unboundedSteps} may ask; it is taken back. */
export async function planning<T>(db: Database, work: (trx: Database) => Promise<T>): Promise<T> {
  const transaction = await db.transaction();
  try {
    if (process.env.TEST_DATABASE === 'postgres') await pretendToBeLarge(transaction);
    return await work(transaction);
  } finally {
    await transaction.rollback();
  }
}

/**
 * PostgreSQL plans by how many rows it believes to be on a page, and what a sample of the columns was like. It is told
 * ten thousand times as many rows as there are: then a scan or a sort costs so much more than an index that no sample
 * decides between them, and no row has to be written.
 */
async function pretendToBeLarge(trx: Database): Promise<void> {
  await trx.raw(`UPDATE pg_class SET reltuples = 1000000, relpages = pg_relation_size(oid) / 8192, relallvisible = 0
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0`);
  // Where it guesses that one row is due, collecting and sorting it costs the same as walking an index in its order, and
  // the sample that ANALYZE happened to take decides. Walking is what must be possible.
  await trx.raw('SET LOCAL enable_bitmapscan = off');
}

/**
 * The steps of a statement's plan that read ever more as a table grows.
 *
 * @param db of {@link planning}
 * @param growing the names of the tables that do
 * @returns such steps in the words of the database; empty when the statement is bounded
 */
export function unboundedSteps(
  db: Database,
  statement: Statement,
  growing: ReadonlySet<string>,
): Promise<string[]> {
  return process.env.TEST_DATABASE === 'postgres'
    ? unboundedOnPostgres(db, statement, growing)
    : unboundedOnSqlite(db, statement, growing);
}

/** https://sqlite.org/eqp.html: "SCAN table", or "SEARCH table USING … (column=? AND column>?)", and sorts. */
async function unboundedOnSqlite(
  db: Database,
  statement: Statement,
  growing: ReadonlySet<string>,
): Promise<string[]> {
  const steps = await stepsOnSqlite(db, statement);
  const isLimited = / limit \?/i.test(statement.sql);
  const isFiltered = / (where|order by) /i.test(statement.sql);
  const byKey = new RegExp(`\\((.* AND )?(${keys})=\\?`);
  const wide = steps.filter(
    (step) => growing.has(/^(?:SCAN|SEARCH) (\w+)/.exec(step)?.[1] ?? '') && !byKey.test(step),
  );
  const sorts = steps.some((step) => step.includes('TEMP B-TREE FOR ORDER BY'));
  return wide.filter((step) => !isLimited || sorts || (step.startsWith('SCAN') && isFiltered));
}

/** By the driver itself: an EXPLAIN that is kept compiled, as knex's client keeps them, counts as running for ever. */
async function stepsOnSqlite(db: Database, { sql, bindings }: Statement): Promise<string[]> {
  const connection: Connection = await db.client.acquireConnection();
  try {
    return await new Promise((resolve, reject) => {
      connection.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, bindings, (error, rows) =>
        error ? reject(error) : resolve(rows.map(({ detail }) => detail)),
      );
    });
  } finally {
    await db.client.releaseConnection(connection);
  }
}

/** https://www.postgresql.org/docs/current/using-explain.html, as JSON. */
type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  'Recheck Cond'?: string;
  Filter?: string;
  Plans?: Node[];
};

async function unboundedOnPostgres(
  db: Database,
  statement: Statement,
  growing: ReadonlySet<string>,
): Promise<string[]> {
  const text = `EXPLAIN (FORMAT JSON) ${statement.sql.replaceAll(/\$\d+/g, '?')}`;
  const { rows } = await db.raw(text, statement.bindings as never);
  const [{ Plan: plan }] = rows[0]['QUERY PLAN'] as [{ Plan: Node }];
  return unboundedIn(plan, growing, false);
}

/** @param isLimited what is above takes some rows, in the order in which they come */
function unboundedIn(node: Node, growing: ReadonlySet<string>, isLimited: boolean): string[] {
  const kind = node['Node Type'];
  const below = (kind === 'Limit' || isLimited) && !/^(Sort|Hash|Aggregate)$/.test(kind);
  const deeper = (node.Plans ?? []).flatMap((each) => unboundedIn(each, growing, below));
  const table = node['Relation Name'] ?? '';
  if (kind === 'ModifyTable' || !growing.has(table)) return deeper;
  const condition = node['Index Cond'] ?? node['Recheck Cond'] ?? '';
  const isByKey = new RegExp(`\\b(${keys})\\b\\)?(::\\w+)? = `).test(condition);
  const isStep = isLimited && (condition !== '' || node.Filter === undefined);
  return isByKey || isStep ? deeper : [...deeper, `${kind} of ${table} ${condition || (node.Filter ?? '')}`];
}
