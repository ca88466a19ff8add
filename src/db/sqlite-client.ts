/**
 * Knex's SQLite client, whose transactions take the write lock when they begin. Knows transactions; must not know any
 * statement.
 */
import type { Knex } from 'knex';
import SqliteTransaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js';
import SqliteClient from 'knex/lib/dialects/sqlite3/index.js';

/**
 * A transaction that reads first and writes later would otherwise fail when somebody else has written in between
 * (SQLite, "Transactions", section 2.1): what is read inside could not be a condition of what is written.
 */
class ImmediateTransaction extends SqliteTransaction {
  override begin(connection: unknown): Promise<unknown> {
    return this.query(connection, 'BEGIN IMMEDIATE;');
  }
}

export class ImmediateSqliteClient extends SqliteClient {
  /** Typed as what callers of a transaction get, which knex makes of it later. */
  override transaction(...given: unknown[]): Knex.Transaction {
    return new ImmediateTransaction(this, ...given) as never;
  }
}
