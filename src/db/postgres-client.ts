/**
 * Knex's PostgreSQL client, which also gives up on a server that says nothing. Knows pg's connections; must not know
 * any statement.
 */
import PostgresClient from 'knex/lib/dialects/postgres/index.js';

/** What knex asks of a connection before it lends it out again, and pg's own way to close one. */
type Connection = { __knex__disposed?: unknown; end(done: () => void): void };

/**
 * Discards a connection on which pg's `query_timeout` has passed: the answer may still arrive, and until then whatever
 * is asked next waits behind it, even the rollback of the transaction.
 */
export class ImpatientPostgresClient extends PostgresClient {
  override async _query(connection: Connection, query: object): Promise<unknown> {
    try {
      return await super._query(connection, query);
    } catch (error) {
      if ((error as Error).message === 'Query read timeout') discard(connection, error);
      throw error;
    }
  }
}

/** With a query under way, pg cuts the connection instead of taking leave. */
function discard(connection: Connection, reason: unknown): void {
  connection.__knex__disposed = reason;
  connection.end(() => {});
}
