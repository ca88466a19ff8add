/** What an operator does by command: accounts and migrations, with settings that are right and settings that are not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrationSource } from '../../src/db/migrations.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { runTask } from '../support/task.ts';

const patience = 60_000;
let database: TestDatabase;
let names: string[];
beforeEach(async () => {
  database = await createTestDatabase(false);
  names = await migrationSource.getMigrations([]);
});
afterEach(() => database.drop());

const run = (name: string, more = {}) => runTask(name, { databaseUrl: database.url, ...more });

describe('user:create', { timeout: patience }, () => {
  const input = 'correct-horse-battery\n';

  it('says one sentence on standard output, and logs the event beside it', async () => {
    const { code, out, err } = await run('chores', { args: ['user:create', 'Ada@Example.com'], input });
    expect([code, out]).toEqual([0, 'Created ada@example.com\n']);
    const [line = '', ...others] = err.trim().split('\n');
    expect(JSON.parse(line)).toMatchObject({ level: 'info', event: 'account_created', outcome: 'success' });
    expect(others).toEqual([]);
    expect(err).not.toMatch(/ada@|correct-horse/i);
    expect(await database.db('users').pluck('email')).toEqual(['ada@example.com']);
    expect(await database.db('activity').select('event', 'device')).toEqual([
      { event: 'account_created', device: 'whoever runs this site' },
    ]);
  });

  it('refuses with a sentence, and adds nothing', async () => {
    const refused = await run('chores', { args: ['user:create', 'ada@example.com'], input: 'short\n' });
    expect(refused).toEqual({ code: 1, out: '', err: 'A password needs at least 15 characters.\n' });
    expect(await database.db('users').select()).toEqual([]);
  });
});

describe('settings that are not usable', { timeout: patience }, () => {
  it.each(['chores', 'migrate', 'rollback', 'migration-status'])(
    'end %s with sentences, and nothing happens',
    async (name) => {
      const env = { PORT: 'nowhere', LOG_LEVEL: 'loud' };
      const { code, out, err } = await run(name, {
        args: name === 'chores' ? ['user:show', 'ada@example.com'] : [],
        env,
      });
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(/^The settings are not usable:\n {2}- PORT .*\n {2}- LOG_LEVEL .*\n$/);
      expect(await database.db.schema.hasTable('knex_migrations')).toBe(false);
    },
  );
});

describe('a database that cannot be used', { timeout: patience }, () => {
  const unusable = {
    'is not running': 'postgres://someone:sesame@127.0.0.1:1/latchkey',
    'is none': `sqlite:${import.meta.filename}`,
    'lies where nothing can': `sqlite:${import.meta.filename}/latchkey.sqlite`,
  };

  it.each(Object.entries(unusable))('ends every chore with a sentence when it %s', async (_, databaseUrl) => {
    for (const name of ['chores', 'migrate', 'rollback', 'migration-status']) {
      const args = name === 'chores' ? ['user:show', 'ada@example.com'] : [];
      const { code, out, err } = await runTask(name, { databaseUrl, args });
      expect([code, out], name).toEqual([1, '']);
      expect(err).toMatch(/^The database cannot be used \([A-Z_]+\)\. Look at DATABASE_URL, .*\.\n$/);
    }
  });
});

describe('db:migrate, db:status and db:rollback', { timeout: patience }, () => {
  it('apply, tell and take back, and say what they did', async () => {
    const list = (state: string) => names.map((name) => `${state}  ${name}\n`).join('');
    const done = (out: string) => ({ code: 0, out, err: '' });
    expect(await run('migration-status')).toEqual(done(list('pending')));
    expect(await database.db.schema.hasTable('knex_migrations')).toBe(false);
    expect(await run('migrate')).toEqual(done(`Applied ${names.join(', ')}\n`));
    expect(await run('migrate')).toEqual(done('Nothing to apply\n'));
    expect(await run('migration-status')).toEqual(done(list('applied')));
    expect(await run('rollback')).toEqual(done(`Took back ${names.toReversed().join(', ')}\n`));
    expect(await database.db.schema.hasTable('users')).toBe(false);
    expect(await run('rollback')).toEqual(done('Nothing to take back\n'));
  });
});
