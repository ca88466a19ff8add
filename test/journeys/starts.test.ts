/** Starting: together with others, after an accident, on a database that is none, and before the database is there. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrationState } from '../../src/db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { endProcesses, startServerProcess } from '../support/process.ts';
import { runTask } from '../support/task.ts';

const patience = 60_000;
let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase(false);
});
afterEach(async () => {
  await endProcesses();
  await database.drop();
});

const start = () => startServerProcess({ databaseUrl: database.url });

describe('processes that start on an empty database', { timeout: patience }, () => {
  it('all come up, five at once, and agree on one demo account', async () => {
    const together = await Promise.all(Array.from({ length: 5 }, start));
    await Promise.all(together.map((running) => running.ready()));
    for (const running of together) expect(running.output()).not.toMatch(/"level":"(warn|error|fatal)"/);
    expect(await database.db('users').select('email')).toEqual([{ email: 'demo@example.com' }]);
    const [done, pending] = await database.db.migrate.list();
    expect([new Set(done.map(({ name }: { name: string }) => name)).size, pending]).toEqual([
      done.length,
      [],
    ]);
  });

  it.each([1, 2, 3])('come up beside commands that migrate at the same time, try %i', async () => {
    const commands = [1, 2].map(() => runTask('migrate', { databaseUrl: database.url }));
    const servers = await Promise.all([1, 2].map(start));
    for (const { code, err } of await Promise.all(commands)) expect([code, err]).toEqual([0, '']);
    await Promise.all(servers.map((running) => running.ready()));
    for (const running of servers) expect(running.output()).not.toMatch(/"level":"(warn|error|fatal)"/);
    expect((await migrationState(database.db)).pending).toEqual([]);
  });

  it('come up after one was killed while it migrated', async () => {
    const first = await start();
    while (first.isRunning()) {
      if (await database.db.schema.hasTable('knex_migrations_lock')) first.signal('SIGKILL');
    }
    expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
    // As bad as it gets: the lock row says that somebody is still at it.
    await database.db('knex_migrations_lock').update({ is_locked: 1 });
    await (await start()).ready();
  });
});

describe('a database file that is none', () => {
  it('ends the start with a sentence, and stays as it is', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
    const file = path.join(directory, 'letter.sqlite');
    const content = 'This is a letter, not a database. '.repeat(100);
    await writeFile(file, content);
    const running = await startServerProcess({ databaseUrl: `sqlite:${file}` });
    expect(await running.ended).toEqual({ code: 1, signal: null });
    expect(running.output()).toMatch(/^The database cannot be used: .*not a database$/m);
    expect(running.output()).not.toContain('    at ');
    expect(await readFile(file, 'utf8')).toBe(content);
    await rm(directory, { recursive: true });
  });
});
