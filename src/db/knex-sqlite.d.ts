/** Knex's SQLite client and its transactions, which the package ships but does not declare. */
declare module 'knex/lib/dialects/sqlite3/index.js' {
  import type { Knex } from 'knex';

  export default class SqliteClient extends Knex.Client {
    connectionSettings: { filename: string };
    transaction(...given: unknown[]): Knex.Transaction;
    acquireConnection(): Promise<unknown>;
    acquireRawConnection(): Promise<unknown>;
    _query(connection: unknown, query: object): Promise<unknown>;
    destroyRawConnection(connection: unknown): Promise<void>;
  }
}

declare module 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js' {
  export default class SqliteTransaction {
    constructor(client: unknown, ...given: unknown[]);
    query(connection: unknown, sql: string): Promise<unknown>;
    begin(connection: unknown): Promise<unknown>;
  }
}
