/** Knex's client for PostgreSQL, which the package ships but does not declare at this path. */
declare module 'knex/lib/dialects/postgres/index.js' {
  import type { Knex } from 'knex';

  export default class PostgresClient extends Knex.Client {
    _query(connection: unknown, query: object): Promise<unknown>;
  }
}
