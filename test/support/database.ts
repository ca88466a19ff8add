/** A migrated, empty database of its own for one test file: SQLite or PostgreSQL, as the running project says. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';

export type TestDatabase = {
  /** For handing to a process or a second pool. */
  url: string;
  db: Database;
  /** Closes the pool and removes the database. */
  drop(): Promise<void>;
};

/** @param migrated pass false for a database without any table */
export async function createTestDatabase(migrated = true): Promise<TestDatabase> {
  const created = process.env.TEST_DATABASE === 'postgres' ? await createPostgres() : await createSqlite();
  const db = openDatabase(created.url, '/');
  if (migrated) await db.migrate.latest();
  return {
    url: created.url,
    db,
    drop: async () => {
      await db.destroy();
      await created.remove();
    },
  };
}

async function createSqlite() {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  return {
    url: `sqlite:${path.join(directory, 'test.sqlite')}`,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function createPostgres() {
  const server = new URL(inject('postgresUrl'));
  const name = `latchkey_test_${randomBytes(6).toString('hex')}`;
  await asAdministrator(server.href, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, remove: () => asAdministrator(server.href, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function asAdministrator(url: string, statement: string): Promise<void> {
  const server = openDatabase(url, '/');
  try {
    await server.raw(statement);
  } finally {
    await server.destroy();
  }
}
