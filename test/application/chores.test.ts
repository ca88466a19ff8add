/** What an operator does by command, with settings and databases that are right and such that are not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runChore } from '../support/chores.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase(false);
});
afterEach(() => database.drop());

/** One of each kind: at work on accounts, on the database alone, and looking around. */
const everyKind = [
  ['user:show', 'ada@example.com'],
  ['db:migrate'],
  ['db:rollback', '20261123000000_create_users'],
  ['db:status'],
  ['doctor'],
];

describe('user:create', () => {
  const create = (email: string, input: string) =>
    runChore(['user:create', email], { databaseUrl: database.url, input });

  it('says one sentence on standard output, and logs the event beside it', async () => {
    const { code, out, err } = await create('Ada@Example.com', 'correct-horse-battery\n');
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

  it.each([
    ['[ASVS 6.2.1] a password of 14 characters', '😀'.repeat(14), 'A password needs at least 15 characters.'],
    ['a password that is too long', 'x'.repeat(1_025), 'This password is too long.'],
  ])('refuses %s with a sentence, and adds nothing', async (_, typed, sentence) => {
    const refused = await create('ada@example.com', `${typed}\n`);
    expect(refused).toEqual({ code: 1, out: '', err: `${sentence}\n` });
    expect(await database.db('users').select()).toEqual([]);
  });

  it('refuses what is no address, or one that is taken, and changes nothing', async () => {
    await create('ada@example.com', 'correct-horse-battery\n');
    for (const email of ['ada', 'ADA@example.com']) {
      const refused = await create(email, 'another-horse-battery\n');
      expect([refused.code, refused.out]).toEqual([1, '']);
      expect(refused.err).toMatch(/^(This is not an email address|An account with .* already exists)\.\n$/);
    }
    expect(await database.db('users').select()).toHaveLength(1);
  });
});

describe('settings that are not usable', () => {
  it.each(everyKind)('end %s with sentences, and nothing happens', async (...args) => {
    const env = { PORT: 'nowhere', LOG_LEVEL: 'loud' };
    const { code, out, err } = await runChore(args, { databaseUrl: database.url, env });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^The settings are not usable:\n {2}- PORT .*\n {2}- LOG_LEVEL .*\n$/);
    expect(await database.db.schema.hasTable('knex_migrations')).toBe(false);
  });
});

describe('a database that cannot be used', () => {
  const unusable = {
    'is not running': 'postgres://someone:sesame@127.0.0.1:1/latchkey',
    'is none': `sqlite:${import.meta.filename}`,
    'lies where nothing can': `sqlite:${import.meta.filename}/latchkey.sqlite`,
  };

  it.each(Object.entries(unusable))('ends every chore with a sentence when it %s', async (_, databaseUrl) => {
    for (const args of everyKind.filter(([name]) => name !== 'doctor')) {
      const { code, out, err } = await runChore(args, { databaseUrl });
      expect([code, out], args[0]).toEqual([1, '']);
      expect(err).toMatch(/^The database cannot be used(:| \([A-Z_]+\)\.) .*DATABASE_URL.*\.\n$/);
    }
  });
});
