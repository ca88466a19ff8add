/** Starting on an empty database: together with others, beside commands, and after an accident. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrationState } from '../../../src/db/migrate.ts';
import { runCommand } from '../../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type PasskeyService, startPasskeyService } from '../../support/passkey-service.ts';
import { endProcesses, startServerProcess } from '../../support/process.ts';

const patience = 60_000;
let database: TestDatabase;
/** Theirs: one of their own would have each of them make a signing key, which takes longer than all else. */
let service: PasskeyService;

beforeAll(async () => {
  service = await startPasskeyService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  database = await createTestDatabase(false);
});
afterEach(async () => {
  await endProcesses();
  await database.drop();
});

const start = () => startServerProcess({ databaseUrl: database.url, env: service.env });
const migrateByCommand = () => runCommand(['db:migrate'], { databaseUrl: database.url });

describe('processes that start on an empty database', { timeout: patience }, () => {
  it('all come up, two at once and beside a command that migrates at the same time, and agree on one demo account', async () => {
    const command = migrateByCommand();
    const together = await Promise.all([start(), start()]);
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
    const first = await start();
    while (first.isRunning()) {
      if (await database.db.schema.hasTable('knex_migrations_lock')) first.signal('SIGKILL');
      // Leaves the processor to it, and is short beside a migration.
      await pause(5);
    }
    expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
    // As bad as it gets: the lock row says that somebody is still at it.
    await database.db('knex_migrations_lock').update({ is_locked: 1 });
    // A command: it migrates as a start does, and loads less before.
    expect(await migrateByCommand()).toMatchObject({ code: 0, err: '' });
    expect((await migrationState(database.db)).pending).toEqual([]);
  });
});
