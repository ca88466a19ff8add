import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { migrate, migrationState, rollback } from '../../../src/db/migrate.ts';
import { migrationSource } from '../../../src/db/migrations.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { hastyDatabase } from '../../support/hasty-database.ts';

let database: TestDatabase;
let names: string[];
beforeAll(async () => {
  names = await migrationSource.getMigrations([]);
});
afterEach(() => database.drop());

/** All is how the template of the run was made, in one batch. */
const beginsWith = (migrations: 'all migrations' | 'none') =>
  beforeEach(async () => {
    database = await createTestDatabase(migrations !== 'none');
  });

/** Everything that the database knows of its tables, in an order that does not depend on when they were made. */
async function schemaOf(db: Database): Promise<unknown> {
  if (database.url.startsWith('sqlite:')) {
    const rows: { sql: string | null }[] = await db.raw(
      "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    );
    return rows.map(({ sql }) => sql).toSorted();
  }
  const columns = await db.raw(
    `SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
       FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`,
  );
  const indexes = await db.raw("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1");
  const constraints = await db.raw(
    `SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return { columns: columns.rows, indexes: indexes.rows, constraints: constraints.rows };
}

const applied = async () => (await database.db('knex_migrations').orderBy('id').pluck('name')) as string[];

describe('the migrations', () => {
  beginsWith('all migrations');

  it('leave the same schema when they go down one by one, and up again', async () => {
    const schema = await schemaOf(database.db);
    await database.db.migrate.rollback(undefined, true);
    expect(await applied()).toEqual([]);
    for (const table of ['users', 'sessions', 'used_challenges', 'rate_limits', 'passkey_api_users']) {
      expect(await database.db.schema.hasTable(table)).toBe(false);
    }
    await database.db.migrate.latest();
    expect(await schemaOf(database.db)).toEqual(schema);
    expect(JSON.stringify(schema)).toContain('passkey_api_signing_keys');
  });

  it('are applied in order, once', async () => {
    expect(await migrate(database.db)).toEqual([]);
    expect(await applied()).toEqual(names);
    expect(names).toEqual(names.toSorted());
  });
});

describe('processes that migrate at once', () => {
  beginsWith('none');

  it('all end well, and each migration has run once', async () => {
    // Three: who waits for a SQLite lock keeps one of the four threads that all of them share here.
    const others = Array.from({ length: 3 }, () => openDatabase(database.url, '/'));
    try {
      await Promise.all(others.map(migrate));
    } finally {
      await Promise.all(others.map((db) => db.destroy()));
    }
    expect(await applied()).toEqual(names);
  });
});

describe('processes that roll back at once', () => {
  beginsWith('all migrations');

  it('all end well: the first takes back what was applied, the others find nothing', async () => {
    const [first = '', ...later] = names;
    const others = Array.from({ length: 3 }, () => openDatabase(database.url, '/'));
    const taken = await Promise.all(others.map((db) => rollback(db, first)));
    await Promise.all(others.map((db) => db.destroy()));
    expect(taken.toSorted((one, other) => other.length - one.length)).toEqual([later.toReversed(), [], []]);
    expect(await migrationState(database.db)).toEqual({ applied: [first], pending: later });
  });
});

// On SQLite the wait for the lock is no statement of the database.
const onPostgres = process.env.TEST_DATABASE === 'postgres' ? describe : null;
onPostgres?.('a process that migrates', () => {
  beginsWith('none');

  it('waits for another longer than any statement may take', async () => {
    const holder = await database.db.transaction();
    await holder.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
    await holder.raw('SELECT pg_advisory_xact_lock(5391204)');
    const hasty = hastyDatabase(database.url);
    const migrating = migrate(hasty);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await migrationState(database.db)).applied).toEqual([]);
    await holder.rollback();
    expect(await migrating).toEqual(names);
    await hasty.destroy();
  });
});

describe('a migration lock that a dead process left', () => {
  beginsWith('all migrations');

  it('does not stop the next one', async () => {
    await database.db.migrate.down();
    await database.db('knex_migrations_lock').update({ is_locked: 1 });
    await migrate(database.db);
    expect(await applied()).toEqual(names);
    expect(await database.db('knex_migrations_lock').pluck('is_locked')).toEqual([0]);
  });
});

describe('a release before the newest migration', () => {
  beginsWith('all migrations');

  it('keeps starting on a database that is ahead of it', async () => {
    await database.db('knex_migrations').insert({ name: '29990101000000_of_the_future', batch: 9 });
    await expect(migrate(database.db)).resolves.toEqual([]);
  });
});
