/**
 * Knex's PostgreSQL client, which gives up on a server that says nothing, and has the server itself give up on what takes
 * too long, also behind a pooler. Knows pg's connections; must not know any statement.
 */
import PostgresClient from 'knex/lib/dialects/postgres/index.js';
import { NotPostgres } from './postgres-socket.ts';

/** Settings of the server by their names, in milliseconds. */
export type ServerLimits = Readonly<Record<string, number>>;

/** What knex asks of a connection before it lends it out again, and what pg has. */
type Connection = {
  __knex__disposed?: unknown;
  /** Of the server's process behind it, as that or a pooler told at the beginning. */
  processID: number;
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  /** `I` outside of a transaction. */
  getTransactionStatus(): string | null;
  on(event: string, hear: (reason: unknown) => void): void;
  connect(): Promise<unknown>;
  end(done: () => void): void;
};

/** Older ones get no fixes any more, and nothing here was tried with them. */
const oldest = 13;

/**
 * Connections behind which there is another session of the server for each transaction, as a pooler has it: what a session
 * is told there stays with whoever has it next. They are told the limits at the beginning of each transaction.
 */
const pooled = new WeakMap<Connection, string>();

export class ImpatientPostgresClient extends PostgresClient {
  /** @throws {NotPostgres} when the server is none, or too old */
  override async acquireRawConnection(): Promise<Connection> {
    const connection = (await super.acquireRawConnection()) as Connection;
    try {
      if (Number.parseInt(this.version, 10) < oldest) throw new NotPostgres(`a server older than ${oldest}`);
      const { serverLimits = {} } = this.config as { serverLimits?: ServerLimits };
      if (!(await limitSession(connection, serverLimits)))
        pooled.set(connection, beginningWith(serverLimits));
      return connection;
    } catch (error) {
      connection.end(() => {});
      throw error;
    }
  }

  /** Knex's own leaves one open that came to nothing, such as before the password that the URL does not have. */
  override async _acquireOnlyConnection(): Promise<Connection> {
    const connection: Connection = new this.driver.Client(this.connectionSettings);
    for (const event of ['error', 'end'])
      connection.on(event, (reason) => {
        connection.__knex__disposed = reason ?? 'it has ended';
      });
    try {
      await connection.connect();
      return connection;
    } catch (error) {
      connection.end(() => {});
      throw error;
    }
  }

  /** Knex's own throws where nobody catches it, when another database speaks PostgreSQL's protocol. */
  override _parseVersion(text: string): string {
    return /^PostgreSQL (\S+)/.exec(text)?.[1] ?? '0';
  }

  /**
   * Discards a connection on which pg's `query_timeout` has passed: the answer may still arrive, and until then whatever
   * is asked next waits behind it, even the rollback of the transaction.
   */
  override async _query(connection: Connection, query: { sql: string }): Promise<unknown> {
    const beginning = connection.getTransactionStatus() === 'I' ? pooled.get(connection) : undefined;
    try {
      if (!beginning) return await super._query(connection, query);
      if (query.sql === 'BEGIN;') return await super._query(connection, { ...query, sql: beginning });
      return await inTransaction(connection, beginning, () => super._query(connection, query));
    } catch (error) {
      if ((error as Error).message === 'Query read timeout') discard(connection, error);
      throw error;
    }
  }
}

/**
 * Sets the limits for as long as the session lives, if it is ours alone: a pooler gives each client a process id that it has
 * made up, so that ids which differ mean a pooler.
 *
 * @returns whether it is
 */
async function limitSession(connection: Connection, limits: ServerLimits): Promise<boolean> {
  const settings = Object.entries(limits).map(([name, value]) => `set_config('${name}', '${value}', false)`);
  const statement = `SELECT ${settings.join(', ')} WHERE pg_backend_pid() = $1`;
  const { rows } = await connection.query(statement, [connection.processID]);
  return rows.length > 0;
}

function beginningWith(limits: ServerLimits): string {
  const settings = Object.entries(limits).map(([name, value]) => `SET LOCAL ${name} = ${value}`);
  return ['BEGIN', ...settings].join('; ');
}

/** A single statement, which nothing else would bound. */
async function inTransaction<T>(
  connection: Connection,
  beginning: string,
  work: () => Promise<T>,
): Promise<T> {
  await connection.query(beginning);
  try {
    const done = await work();
    await connection.query('COMMIT');
    return done;
  } catch (error) {
    if (connection.getTransactionStatus() === 'E')
      await connection.query('ROLLBACK').catch((reason) => discard(connection, reason));
    else discard(connection, error);
    throw error;
  }
}

/** With a query under way, pg cuts the connection instead of taking leave. */
function discard(connection: Connection, reason: unknown): void {
  connection.__knex__disposed = reason;
  connection.end(() => {});
}
