/** A backup of SQLite beside a server that serves, and a start on what it made, as docs/operating.md says. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { expectBackupUnderLoad } from '../support/backup.ts';
import { runCommand } from '../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { endProcesses } from '../support/process.ts';

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-backup-'));
});
afterAll(async () => {
  await endProcesses();
  await database.drop();
  await rm(directory, { recursive: true });
});

const backUpTo = (file: string) => runCommand(['db:backup', file], { databaseUrl: database.url });

it('a backup of SQLite under load has whatever was confirmed before, and serves', {
  timeout: 60_000,
}, async () => {
  const file = path.join(directory, 'backup.sqlite');
  await expectBackupUnderLoad({
    databaseUrl: database.url,
    backUp: async () => {
      expect(await backUpTo(file)).toEqual({ code: 0, out: `Copied the database into ${file}\n`, err: '' });
      expect([await readdir(directory), (await stat(file)).mode & 0o777]).toEqual([['backup.sqlite'], 0o600]);
    },
    restore: async () => {
      const copy = openDatabase(`sqlite:${file}`, '/');
      expect(await copy.raw('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      await copy.destroy();
      return `sqlite:${file}`;
    },
  });
});
