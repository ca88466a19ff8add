/** What an operator does with the migrations by command. */
import { readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, it } from 'vitest';
import { migrationSource } from '../../../src/db/migrations.ts';
import { fileOf } from '../../../src/db/sqlite-file.ts';
import { runChore } from '../../support/chores.ts';
import { createTestDatabase } from '../../support/database.ts';

it('db:migrate, db:status and db:rollback apply, tell and take back, and say what they did', async () => {
  const database = await createTestDatabase(false);
  const names = await migrationSource.getMigrations([]);
  const [first = '', ...later] = names;
  const run = (...args: string[]) => runChore(args, { databaseUrl: database.url });
  const list = (state: string) => names.map((name) => `${state}  ${name}\n`).join('');
  const done = (out: string) => ({ code: 0, out, err: '' });

  expect(await run('db:status')).toEqual(done(list('pending')));
  expect(await database.db.schema.hasTable('knex_migrations')).toBe(false);
  expect(await run('db:migrate')).toEqual(done(`Applied ${names.join(', ')}\n`));
  expect(await run('db:migrate')).toEqual(done('Nothing to apply\n'));
  expect(await run('db:status')).toEqual(done(list('applied')));
  expect(await run('db:rollback', `${first}.ts`)).toEqual(
    done(`Took back ${later.toReversed().join(', ')}\n`),
  );
  expect(await database.db.schema.hasTable('sessions')).toBe(false);
  expect(await run('db:rollback', first)).toEqual(done('Nothing to take back\n'));
  await database.drop();
});

it('db:rollback takes back nothing that it was not told to, however all of it was applied', async () => {
  const database = await createTestDatabase();
  const run = (...args: string[]) => runChore(args, { databaseUrl: database.url });
  const history = () => database.db('knex_migrations').orderBy('id').pluck('name');
  const before: string[] = await history();
  expect(await run('db:rollback')).toMatchObject({
    code: 2,
    err: expect.stringContaining('db:rollback LAST'),
  });
  expect(await run('db:rollback', before.at(-1) as string)).toMatchObject({
    code: 0,
    out: 'Nothing to take back\n',
  });
  expect(await run('db:rollback', 'latest')).toEqual({
    code: 1,
    out: '',
    err: 'latest was not applied here. db:status lists what was.\n',
  });
  await database
    .db('knex_migrations')
    .insert({ name: '29991231_of_tomorrow', batch: 2, migration_time: new Date() });
  expect(await run('db:rollback', before[0] as string)).toEqual({
    code: 1,
    out: '',
    err: '29991231_of_tomorrow is of a newer release: take it back with that one.\n',
  });
  const { out } = await run('db:status');
  expect(out.split('\n').slice(-3)).toEqual([
    `applied  ${before.at(-1)}`,
    'applied  29991231_of_tomorrow, of a newer release',
    '',
  ]);
  expect(await history()).toEqual([...before, '29991231_of_tomorrow']);
  await database.drop();
});

it('db:backup writes no file where one is, and where it cannot, and sends PostgreSQL to pg_dump', async () => {
  const database = await createTestDatabase();
  const refused = async (file: string) => {
    const { code, out, err } = await runChore(['db:backup', file], { databaseUrl: database.url });
    expect([code, out]).toEqual([1, '']);
    return err;
  };
  const nowhere = path.join(import.meta.filename, 'backup.sqlite');
  if (process.env.TEST_DATABASE === 'postgres')
    expect(await refused(nowhere)).toBe('This database is on PostgreSQL: back it up with pg_dump.\n');
  else {
    expect(await refused(import.meta.filename)).toBe(
      `${import.meta.filename} is there already: name a new file.\n`,
    );
    expect(await refused(nowhere)).toMatch(
      /backup\.sqlite could not be written \(ENOTDIR\)\. Name a file in a directory that is there/,
    );
    await backsUpNoOther(path.dirname(fileOf(database.db) ?? ''));
  }
  await database.drop();
});

/** A link that leads nowhere is a file, too; and what is no database of ours is none to be found in a backup. */
async function backsUpNoOther(directory: string): Promise<void> {
  const [link, missing, empty] = ['link', 'missing', 'empty'].map((name) => path.join(directory, name));
  await symlink('nowhere', link as string);
  await writeFile(empty as string, '');
  const asked = (from: string | undefined, file = 'copy') =>
    runChore(['db:backup', path.join(directory, file)], { databaseUrl: `sqlite:${from}` });
  const refusal = (err: RegExp) => ({ code: 1, out: '', err: expect.stringMatching(err) });
  const before = await readdir(directory);
  expect(await asked(missing)).toEqual(
    refusal(/^There is no database at .*missing\. Look at DATABASE_URL\.$/m),
  );
  expect(await asked(empty)).toEqual(refusal(/^There is nothing in the database at .*empty\. Look at/m));
  const own = inject('sqliteTemplate');
  expect(await asked(own, 'link')).toEqual(refusal(/link is there already: name a new file\./));
  expect(await readdir(directory)).toEqual(before);
}
