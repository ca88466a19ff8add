/** Databases on a PostgreSQL server, for test databases and their template. */
import { openDatabase } from '../../src/db/database.ts';

/** The URL of another database on the same server. */
export function databaseOn(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs one statement that no transaction may hold, such as CREATE DATABASE. */
export async function asAdministrator(serverUrl: string, statement: string): Promise<void> {
  const server = openDatabase(serverUrl, '/');
  try {
    await server.raw(statement);
  } finally {
    await server.destroy();
  }
}
