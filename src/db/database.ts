/** Opens the database. Everyone who needs rows is handed the result; nobody else calls knex. */
import knex, { type Knex } from 'knex';
import { knexConfig } from './knex-config.ts';

export type Database = Knex;

/**
 * A connection pool for the given URL. Nothing is contacted until the first query.
 *
 * @param databaseUrl `sqlite:PATH` or `postgres://…`
 * @param root directory that a relative SQLite path starts from
 * @param makes false for whoever only looks: then no directory is created
 * @throws {SetupFault} when a file that it names cannot be used
 */
export function openDatabase(databaseUrl: string, root: string, makes = true): Database {
  return knex(knexConfig(databaseUrl, root, makes));
}
