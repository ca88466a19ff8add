import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPendingDeletions } from '../../../src/passkeys/pending-deletions.ts';
import { type BackupFlags, ordinary } from '../../../src/passkeys/record-store.ts';
import { noteUse, opensSomething } from '../../../src/passkeys/use.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { recordsIn } from '../../support/records.ts';

const device = 'Chrome on macOS';
const synced = { backupEligible: true, backedUp: true };
const now = '2026-11-25T10:00:00.123Z';
const automatic = { ...ordinary('key'), automatic: true, vouched: false };
let database: TestDatabase;
let records: ReturnType<typeof recordsIn>;
beforeAll(async () => {
  database = await createTestDatabase();
  records = recordsIn(database.db);
  return () => database.drop();
});
beforeEach(async () => {
  for (const table of ['passkey_records', 'pending_deletions']) await database.db(table).delete();
});

const use = (backup: BackupFlags, heldSince: string | null = null) =>
  database.db.transaction((trx) =>
    noteUse(trx, { userId: 'ada', credentialId: 'key', backup }, heldSince, device),
  );
const record = () => records.find('ada', 'key');
const remove = (credentialId: string | null, userId = 'ada') =>
  database.db.transaction((trx) => createPendingDeletions(trx).add(userId, credentialId));

describe('a use of a passkey', () => {
  it('of which nothing is known makes the record of an ordinary one, as old as can be', async () => {
    expect(await use(synced)).toEqual({ vouched: true, backupChange: null });
    expect(await record()).toEqual({ ...ordinary('key'), lastDevice: device, backup: synced });
  });

  it('makes an automatic one no better', async () => {
    await records.insert('ada', automatic);
    expect(await use(synced)).toMatchObject({ vouched: false });
    expect(await record()).toMatchObject({ automatic: true, vouched: false, lastDevice: device });
  });

  it.each([
    ['deleted', () => remove('key')],
    ['deleted with everything else of the account', () => remove(null)],
  ])('is none, and brings back no record, when the passkey is %s meanwhile', async (_, meanwhile) => {
    await records.insert('ada', automatic);
    await meanwhile();
    expect(await use(synced)).toBe('gone');
    expect(await record()).toBeNull();
    expect(await use(synced)).toBe('gone');
  });

  it('is as good as ever when somebody else’s with the same id is deleted', async () => {
    await remove('key', 'grace');
    expect(await use(synced)).toMatchObject({ vouched: true });
  });

  it('is none, and changes nothing, while the passkey is being registered', async () => {
    const coming = { ...ordinary('key', Date.now()), confirmed: false };
    await records.insert('ada', coming);
    expect(await use(synced)).toBe('gone');
    expect(await record()).toEqual(coming);
  });
});

describe('a passkey that is held', () => {
  it.each([
    ['a millisecond before', Date.parse(now) - 1, 'held'],
    ['at the same moment', Date.parse(now), 'held'],
    ['a millisecond after', Date.parse(now) + 1, { vouched: true, backupChange: null }],
    ['nobody knows when', 0, 'held'],
  ])('is one that came %s, and nothing is noted of its use', async (_, createdAt, outcome) => {
    const known = ordinary('key', createdAt);
    await records.insert('ada', known);
    expect(await use(synced, now)).toEqual(outcome);
    expect((await record())?.lastDevice).toBe(outcome === 'held' ? null : device);
  });

  it('is also one of which nothing is known, and it gets no record', async () => {
    expect([await use(synced, now), await record()]).toEqual(['held', null]);
    expect(opensSomething(ordinary('key'), now)).toBe(false);
  });

  it('opens the account again when it is held no more', async () => {
    await records.insert('ada', ordinary('key', 1));
    expect(await use(synced, now)).toBe('held');
    expect(await use(synced)).toMatchObject({ vouched: true });
  });
});

describe('the backup flags', () => {
  it('are told when they change, from what to what, and nothing is refused', async () => {
    await use(synced);
    const unsaved = { backupEligible: true, backedUp: false };
    const told = [await use(unsaved), await use({ backupEligible: false, backedUp: false })];
    expect(told).toMatchObject([
      { backupChange: 'eligible true to true, backed up true to false' },
      { backupChange: 'eligible true to false, backed up false to false' },
    ]);
    expect((await record())?.backup).toEqual({ backupEligible: false, backedUp: false });
  });

  it('are not told when they are the same, or seen for the first time', async () => {
    await records.insert('ada', ordinary('key'));
    for (let time = 0; time < 3; time++) expect(await use(synced)).toMatchObject({ backupChange: null });
  });
});
