/** A backup of PostgreSQL beside a server that serves, and a start on what it made, as docs/operating.md says. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectBackupUnderLoad } from '../support/backup.ts';
import { endProcesses } from '../support/process.ts';
import { startDebianPostgres } from './support/debian-postgres.ts';
import { installed } from './support/installed.ts';

/** Where there is one: the directory of the release. */
const places = [installed('postgres')].filter((found) => found !== null).map((found) => path.dirname(found));

describe.each(places)('the PostgreSQL in %s', (programs) => {
  it('under load is backed up with whatever was confirmed before, and serves', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-backup-'));
    const postgres = await startDebianPostgres(programs);
    const file = path.join(directory, 'backup.dump');
    try {
      await postgres.call('createdb', '--maintenance-db', postgres.url('postgres'), 'latchkey');
      await expectBackupUnderLoad({
        databaseUrl: postgres.url('latchkey'),
        backUp: async () => {
          const { stderr } = await postgres.call('pg_dump', '-Fc', '-f', file, postgres.url('latchkey'));
          expect(stderr).toBe('');
        },
        restore: async () => {
          await postgres.call('createdb', '--maintenance-db', postgres.url('postgres'), 'restored');
          await postgres.call('pg_restore', '--exit-on-error', '-d', postgres.url('restored'), file);
          return postgres.url('restored');
        },
      });
    } finally {
      await endProcesses();
      await postgres.stop();
      await rm(directory, { recursive: true });
    }
  });
});
