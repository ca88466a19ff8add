/** Knex's client for PostgreSQL, which the package ships but does not declare at this path. */
declare module 'knex/lib/dialects/postgres/index.js' {
  import type { Knex } from 'knex';

  export default class PostgresClient extends Knex.Client {
    /** Of the server, as {@link _parseVersion} gives it. */
    version: string;
    driver: { Client: new (settings: object) => never };
    connectionSettings: object;
    acquireRawConnection(): Promise<unknown>;
    _acquireOnlyConnection(): Promise<unknown>;
    _parseVersion(text: string): string;
    _query(connection: unknown, query: object): Promise<unknown>;
  }
}
