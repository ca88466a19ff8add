/**
 * Knex's SQLite client, whose transactions take the write lock when they begin, which prepares each statement once, and which
 * serves no file that is not there any more. The only file that knows sqlite3; must not know what is asked.
 */
import type { Knex } from 'knex';
import SqliteTransaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js';
import SqliteClient from 'knex/lib/dialects/sqlite3/index.js';
import type { Database, Statement } from 'sqlite3';
import { heldFile } from './sqlite-file.ts';

/** A connection, of the driver's own kind. */
export type Connection = Database;

/**
 * The most prepared statements that a connection keeps. The application has fewer texts, but one with a list (`IN (?, ?)`)
 * has another text for each length.
 */
export const mostPrepared = 400;

/** Prepared statements by their text, the one that was used last at the end. */
type StatementCache = Map<string, Promise<Statement>>;
const caches = new WeakMap<Database, StatementCache>();

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
 * Statements are prepared once: node-sqlite3 would prepare the text of each query anew, on a trip to another thread, and a
 * dashboard would cost a quarter more CPU.
 */
export class PreparingSqliteClient extends SqliteClient {
  /** Throws when the open file is not where it was. */
  protected stillThere = (): void => {};

  override async acquireRawConnection(): Promise<Connection> {
    const { filename } = this.connectionSettings;
    this.stillThere();
    const connection = (await super.acquireRawConnection()) as Connection;
    this.stillThere = heldFile(filename);
    return connection;
  }

  /** Asked before each transaction and each single statement: what is written into a file that is gone is lost. */
  override async acquireConnection(): Promise<Connection> {
    this.stillThere();
    return (await super.acquireConnection()) as Connection;
  }

  /** Typed as what callers of a transaction get, which knex makes of it later. */
  override transaction(...given: unknown[]): Knex.Transaction {
    return new ImmediateTransaction(this, ...given) as never;
  }

  override async _query(connection: Database, query: { sql: string }): Promise<unknown> {
    const statement = await prepared(connection, query.sql);
    try {
      return await super._query(asConnection(statement), query);
    } catch (error) {
      // One that failed half way stays active until it is reset, and SQLite commits nothing on this connection meanwhile.
      await new Promise<void>((done) => statement.reset(() => done()));
      throw error;
    }
  }

  /** SQLite does not close a connection that has prepared statements. */
  override async destroyRawConnection(connection: Database): Promise<void> {
    await Promise.all([...cacheOf(connection).values()].map(finalize));
    await super.destroyRawConnection(connection);
  }
}

/** Runs statements that answer nothing, such as pragmas. */
export function execute(connection: Connection, statements: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.exec(statements, (error) => (error ? reject(error) : resolve()));
  });
}

function cacheOf(connection: Database): StatementCache {
  const cache = caches.get(connection) ?? new Map();
  caches.set(connection, cache);
  return cache;
}

function prepared(connection: Database, sql: string): Promise<Statement> {
  const cache = cacheOf(connection);
  const statement = cache.get(sql) ?? prepare(connection, sql, cache);
  cache.delete(sql);
  cache.set(sql, statement);
  const [oldest] = cache;
  if (oldest && cache.size > mostPrepared) {
    cache.delete(oldest[0]);
    void finalize(oldest[1]);
  }
  return statement;
}

function prepare(connection: Database, sql: string, cache: StatementCache): Promise<Statement> {
  const statement = new Promise<Statement>((resolve, reject) => {
    connection.prepare(sql, function (this: Statement, error) {
      if (error) reject(error);
      else resolve(this);
    });
  });
  statement.catch(() => cache.delete(sql));
  return statement;
}

/** One that could not be prepared is gone already. */
function finalize(statement: Promise<Statement>): Promise<void> {
  return statement.then(
    (ready) => new Promise((done) => ready.finalize(() => done())),
    () => {},
  );
}

/**
 * What knex calls on a connection, on a statement instead. `run` and `all` go to the end of a statement; `get` would leave
 * a read transaction open.
 */
function asConnection(statement: Statement) {
  return {
    run: (_sql: string, bindings: unknown, done: () => void) => statement.run(bindings, done),
    all: (_sql: string, bindings: unknown, done: () => void) => statement.all(bindings, done),
  };
}
