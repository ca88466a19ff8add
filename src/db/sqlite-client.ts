/**
 * Knex's SQLite client, whose transactions take the write lock when they begin, and which keeps its statements compiled.
 * Knows transactions and connections; must not know any statement.
 */
import type { Knex } from 'knex';
import SqliteTransaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js';
import SqliteClient from 'knex/lib/dialects/sqlite3/index.js';
import type { Database, Statement } from 'sqlite3';

/** Statements that one connection keeps. The application has fewer; those with a list in them are new at each length. */
const mostKept = 400;

/** Compiled statements by their text, the one that was used last at the end. */
type Kept = Map<string, Promise<Statement>>;
const keptOf = new WeakMap<Database, Kept>();

/**
 * A transaction that reads first and writes later would otherwise fail when somebody else has written in between
 * (SQLite, "Transactions", section 2.1): what is read inside could not be a condition of what is written.
 */
class ImmediateTransaction extends SqliteTransaction {
  override begin(connection: unknown): Promise<unknown> {
    return this.query(connection, 'BEGIN IMMEDIATE;');
  }
}

/**
 * Node-sqlite3 would compile the text of each query anew, on a trip to another thread: without that a dashboard takes a
 * fifth less of the processor.
 */
export class PreparingSqliteClient extends SqliteClient {
  /** Typed as what callers of a transaction get, which knex makes of it later. */
  override transaction(...given: unknown[]): Knex.Transaction {
    return new ImmediateTransaction(this, ...given) as never;
  }

  override async _query(connection: Database, query: { sql: string }): Promise<unknown> {
    const statement = await compiled(connection, query.sql);
    try {
      return await super._query(asConnection(statement), query);
    } catch (error) {
      // One that failed half way counts as running: until then SQLite commits nothing that others write.
      await new Promise<void>((done) => statement.reset(() => done()));
      throw error;
    }
  }

  /** SQLite does not close a connection that has compiled statements. */
  override async destroyRawConnection(connection: Database): Promise<void> {
    const kept = keptOf.get(connection) ?? new Map();
    await Promise.all([...kept.values()].map(finalized));
    await super.destroyRawConnection(connection);
  }
}

function compiled(connection: Database, sql: string): Promise<Statement> {
  const kept = keptOf.get(connection) ?? new Map<string, Promise<Statement>>();
  keptOf.set(connection, kept);
  const statement = kept.get(sql) ?? compile(connection, sql);
  kept.delete(sql);
  kept.set(sql, statement);
  statement.catch(() => kept.delete(sql));
  const [oldest] = kept;
  if (oldest && kept.size > mostKept) {
    kept.delete(oldest[0]);
    void finalized(oldest[1]);
  }
  return statement;
}

function compile(connection: Database, sql: string): Promise<Statement> {
  return new Promise((resolve, reject) => {
    connection.prepare(sql, function (this: Statement, error) {
      if (error) reject(error);
      else resolve(this);
    });
  });
}

/** One that could not be compiled is gone already. */
function finalized(statement: Promise<Statement>): Promise<void> {
  return statement.then(
    (compiled) => new Promise((done) => compiled.finalize(() => done())),
    () => {},
  );
}

/**
 * What knex calls on a connection, on a statement instead. Neither of the two leaves a read transaction open, as `get`
 * would.
 */
function asConnection(statement: Statement) {
  return {
    run: (_sql: string, bindings: unknown, done: () => void) => statement.run(bindings, done),
    all: (_sql: string, bindings: unknown, done: () => void) => statement.all(bindings, done),
  };
}
