/** Starting on an empty database: together with others, beside commands, after an accident, and while it is away. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationState } from '../../../src/db/migrate.ts';
import { paths } from '../../../src/paths.ts';
import { runCommand } from '../../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createOutage } from '../../support/database-outage.ts';
import { type PasskeyService, startPasskeyService } from '../../support/passkey-service.ts';
import { endProcesses, startServerProcess } from '../../support/process.ts';

const patience = 60_000;
/** Each test has one of its own, so that others run while a start waits. */
const databases: TestDatabase[] = [];
/** Theirs: one of their own would have each of them make a signing key, which takes longer than all else. */
let service: PasskeyService;

beforeAll(async () => {
  service = await startPasskeyService();
});
afterAll(async () => {
  await endProcesses();
  await Promise.all([service.stop(), ...databases.map(({ drop }) => drop())]);
});

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase(false);
  databases.push(database);
  return database;
}

const start = (databaseUrl: string) => startServerProcess({ databaseUrl, env: service.env });

/** A database in which migrations are pending: a process was killed while it applied them. */
async function leftByKilled(): Promise<TestDatabase> {
  const database = await emptyDatabase();
  const first = await start(database.url);
  while (first.isRunning()) {
    if (await database.db.schema.hasTable('knex_migrations_lock')) first.signal('SIGKILL');
    // Leaves the processor to it, and is short beside a migration.
    await pause(5);
  }
  expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
  const { pending } = await migrationState(database.db);
  // On a busy machine all of them may have been applied before anybody looked.
  return pending.length > 0 ? database : leftByKilled();
}

const migrateByCommand = (databaseUrl: string) => runCommand(['db:migrate'], { databaseUrl });

// First, because on SQLite it waits longest.
describe.concurrent('a process that starts while the database is away', { timeout: patience }, () => {
  it('stays, says that it is not ready, and becomes ready by itself', async () => {
    const outage = await createOutage(await emptyDatabase());
    await outage.begin();
    const running = await start(outage.url);
    await running.answers();
    const readiness = await fetch(running.server + paths.readiness);
    expect([readiness.status, await readiness.json()]).toEqual([
      503,
      { status: 'not ready', database: 'unavailable', passkeys: expect.any(String) },
    ]);
    expect((await fetch(running.server + paths.login)).status).toBe(200);
    await outage.end();
    await running.ready();
    expect(running.output()).toContain('Demo account:');
  });
});

describe.concurrent('processes that start on an empty database', { timeout: patience }, () => {
  it('all come up, two at once and beside a command that migrates at the same time, and agree on one demo account', async () => {
    const database = await emptyDatabase();
    const command = migrateByCommand(database.url);
    const together = await Promise.all([start(database.url), start(database.url)]);
    expect(await command).toMatchObject({ code: 0, err: '' });
    await Promise.all(together.map((running) => running.ready()));
    for (const running of together) expect(running.output()).not.toMatch(/"level":"(warn|error|fatal)"/);
    expect(await database.db('users').select('email')).toEqual([{ email: 'demo@example.com' }]);
    const [done, pending] = await database.db.migrate.list();
    expect([new Set(done.map(({ name }: { name: string }) => name)).size, pending]).toEqual([
      done.length,
      [],
    ]);
    expect((await migrationState(database.db)).pending).toEqual([]);
  });

  it('leave nothing in the way when one is killed while it migrates', async () => {
    const database = await leftByKilled();
    // As bad as it gets: the lock row says that somebody is still at it.
    await database.db('knex_migrations_lock').update({ is_locked: 1 });
    // A command: it migrates as a start does, and loads less before.
    expect(await migrateByCommand(database.url)).toMatchObject({ code: 0, err: '' });
    expect((await migrationState(database.db)).pending).toEqual([]);
  });
});
