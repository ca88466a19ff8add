/** A migrated, empty database of its own for one test file: SQLite or PostgreSQL, as the running project says. */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { asAdministrator, databaseOn } from './postgres.ts';
import { postgresTemplate } from './template.ts';

export type TestDatabase = {
  /** For handing to a process or a second pool. */
  url: string;
  db: Database;
  /** Closes the pool and removes the database. */
  drop(): Promise<void>;
};

/** The tenant that every migrated database has a signing key for, and what opens it: to make one takes seconds. */
export function keptTenant() {
  return { tenantId: inject('tenantId'), secretKeys: [inject('secretKey')] };
}

/** @param migrated pass false for a database without any table */
export async function createTestDatabase(migrated = true): Promise<TestDatabase> {
  const { url, remove } = await (process.env.TEST_DATABASE === 'postgres' ? createPostgres : createSqlite)(
    migrated,
  );
  const db = openDatabase(url, '/');
  return {
    url,
    db,
    drop: async () => {
      await db.destroy();
      await remove();
    },
  };
}

async function createSqlite(migrated: boolean) {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  const file = path.join(directory, 'test.sqlite');
  if (migrated) await copyFile(inject('sqliteTemplate'), file);
  return { url: `sqlite:${file}`, remove: () => rm(directory, { recursive: true, force: true }) };
}

async function createPostgres(migrated: boolean) {
  const server = inject('postgresUrl');
  const name = `latchkey_test_${randomBytes(6).toString('hex')}`;
  await asAdministrator(
    server,
    `CREATE DATABASE ${name} TEMPLATE ${migrated ? postgresTemplate : 'template1'}`,
  );
  return {
    url: databaseOn(server, name),
    remove: () => asAdministrator(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}
