import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, type Logger, pseudonym } from '../../../src/logger.ts';
import {
  type BackupFlags,
  createRecordStore,
  ordinary,
  type RecordStore,
} from '../../../src/passkeys/record-store.ts';
import { noteUse } from '../../../src/passkeys/use.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const source = { address: '192.0.2.7', requestId: 'this-request' };
const device = 'Chrome on macOS';
const synced = { backupEligible: true, backedUp: true };
const log: string[] = [];
let database: TestDatabase;
let records: RecordStore;
let logger: Logger;
beforeAll(async () => {
  database = await createTestDatabase();
  records = createRecordStore(database.db);
  logger = createLogger('info', { write: (line) => void log.push(line) });
  return () => database.drop();
});
beforeEach(async () => {
  await database.db('passkey_records').delete();
  log.length = 0;
});

/** A use as a ceremony notes it: what is known is read before, and something may happen meanwhile. */
async function use(backup: BackupFlags, meanwhile: () => unknown = () => {}): Promise<void> {
  const known = await records.find('ada', 'key');
  await meanwhile();
  await noteUse({ records, logger }, { userId: 'ada', credentialId: 'key', backup, known }, device, source);
}
const record = () => records.find('ada', 'key');
const lines = () => log.map((line) => JSON.parse(line));

describe('a use of a passkey', () => {
  it('of which nothing is known makes the record of an ordinary one', async () => {
    await use(synced);
    expect(await record()).toMatchObject({
      automatic: false,
      vouched: true,
      lastDevice: device,
      backup: synced,
    });
    expect(lines()).toEqual([]);
  });

  it('makes an automatic one no better', async () => {
    await records.insert('ada', { ...ordinary('key'), automatic: true, vouched: false });
    await use(synced);
    expect(await record()).toMatchObject({ automatic: true, vouched: false, lastDevice: device });
  });

  it.each([
    ['deleted, and is remembered for that', () => records.noteRemoved('ada', 'key')],
    ['forgotten', () => records.remove('ada', 'key')],
  ])('does not bring back the record of one that is %s meanwhile', async (_, meanwhile) => {
    await records.insert('ada', { ...ordinary('key'), automatic: true, vouched: false });
    await use(synced, meanwhile);
    expect(await record()).toBeNull();
  });

  it('does not bring back one of which nothing was known, either, when it is deleted meanwhile', async () => {
    await use(synced, async () => {
      await records.noteRemoved('ada', 'key');
    });
    expect(await record()).toBeNull();
  });
});

describe('the backup flags', () => {
  it('are told when they change, from what to what, and nothing is refused', async () => {
    await use(synced);
    await use({ backupEligible: true, backedUp: false });
    await use({ backupEligible: false, backedUp: false });
    const told = { event: 'passkey_backup_state_changed', outcome: 'changed', ...source };
    expect(lines()).toMatchObject([
      { ...told, reason: 'eligible true to true, backed up true to false' },
      { ...told, reason: 'eligible true to false, backed up false to false' },
    ]);
    expect(lines()[0]).toMatchObject({ user: pseudonym('ada'), credential: pseudonym('key') });
    expect((await record())?.backup).toEqual({ backupEligible: false, backedUp: false });
  });

  it('are not told when they are the same, or seen for the first time', async () => {
    await records.insert('ada', ordinary('key'));
    for (let time = 0; time < 3; time++) await use(synced);
    expect(lines()).toEqual([]);
  });
});
