/** A migrated, empty database of its own for one test file: SQLite or PostgreSQL, as the running project says. */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { databaseOn } from './postgres.ts';
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
export function createTestDatabase(migrated = true): Promise<TestDatabase> {
  return opened(migrated ? theTemplate() : null);
}

/** A copy of a database that nobody has open any more. */
export function copyOf({ url }: TestDatabase): Promise<TestDatabase> {
  return opened(url);
}

/** @param original the URL of what it begins as; null for nothing */
async function opened(original: string | null): Promise<TestDatabase> {
  const { url, remove } = await (isPostgres() ? createPostgres : createSqlite)(original);
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

const isPostgres = () => process.env.TEST_DATABASE === 'postgres';
const theTemplate = () =>
  isPostgres() ? databaseOn(inject('postgresUrl'), postgresTemplate) : `sqlite:${inject('sqliteTemplate')}`;

async function createSqlite(original: string | null) {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  const file = path.join(directory, 'test.sqlite');
  if (original) await copyFile(original.replace('sqlite:', ''), file);
  return { url: `sqlite:${file}`, remove: () => rm(directory, { recursive: true, force: true }) };
}

async function createPostgres(original: string | null) {
  const server = inject('postgresUrl');
  const name = `latchkey_test_${randomBytes(6).toString('hex')}`;
  const template = original ? new URL(original).pathname.slice(1) : 'template1';
  // Its files are copied: to write all that is in them to the log as well, as is usual, takes twice as long.
  await administrate(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  return {
    // Through a pooler, where the run has one; databases are made and removed without it.
    url: databaseOn(inject('pooledUrl') ?? server, name),
    remove: () => administrate(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** One connection for all databases of a worker, which ends with it: to open another takes as long as the statement. */
let administrator: Database | undefined;

async function administrate(server: string, statement: string): Promise<void> {
  administrator ??= openDatabase(server, '/');
  await administrator.raw(statement);
}
