import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createRecordStore,
  isComing,
  ordinary,
  type PasskeyRecord,
  type RecordStore,
} from '../../../src/passkeys/record-store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const synced = { backupEligible: true, backedUp: true };
const second = 1_000;
let database: TestDatabase;
let records: RecordStore;
beforeAll(async () => {
  database = await createTestDatabase();
  records = createRecordStore(database.db);
  return () => database.drop();
});
beforeEach(async () => {
  await database.db('passkey_records').delete();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-25T10:00:00.123Z') });
});
afterEach(() => void vi.useRealTimers());

const rows = () => database.db('passkey_records').orderBy(['user_id', 'credential_id']).select();
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
const automatic = (id: string): PasskeyRecord => ({ ...ordinary(id), automatic: true, vouched: false });

describe('a record', () => {
  it.each([
    ['an ordinary passkey', ordinary('key')],
    ['an automatic one', { ...automatic('key'), discoverable: true, backup: synced }],
    [
      'one of which everything is known',
      {
        ...ordinary('key'),
        discoverable: false,
        lastDevice: 'Chrome on macOS',
        backup: { backupEligible: true, backedUp: false },
        createdAt: Date.parse('2026-11-03T09:00:00.001Z'),
      },
    ],
    ['one with the longest id', ordinary('A'.repeat(1_364))],
  ])('of %s comes back as it was', async (_, record) => {
    expect(await records.insert('ada', record)).toBe(true);
    expect(await records.find('ada', record.credentialId)).toEqual(record);
    expect(await records.listFor('ada')).toEqual([record]);
  });

  it('that is not there is none', async () => {
    expect(await records.find('ada', 'key')).toBeNull();
    expect(await records.listFor('ada')).toEqual([]);
    expect(await records.isRemoved('ada', 'key')).toBe(false);
  });

  it('is inserted once, by one of twenty who try at once, and what is there stays', async () => {
    await records.insert('ada', automatic('key'));
    expect(await records.insert('ada', ordinary('key'))).toBe(false);
    expect(await records.find('ada', 'key')).toMatchObject({ automatic: true, vouched: false });
    const tries = Array.from({ length: 20 }, () => records.insert('ada', ordinary('other')));
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
  });

  it('takes the place of whatever was left, when it is to', async () => {
    await records.insert('ada', ordinary('key'));
    await records.noteUse('ada', 'key', 'Safari on iPad', synced);
    await records.noteRemoved('ada', 'key');
    pass(5 * second);
    await records.replace('ada', automatic('key'));
    expect(await records.find('ada', 'key')).toEqual(automatic('key'));
    expect(await rows()).toHaveLength(1);
  });
});

it('a passkey that the service does not know may be on its way for half a minute after its record', () => {
  const record = ordinary('key');
  pass(30 * second - 1);
  expect(isComing(record)).toBe(true);
  pass(1);
  expect(isComing(record)).toBe(false);
});

describe('the record of a passkey that was deleted', () => {
  it('is none any more, but it is known for a minute that there was one', async () => {
    await records.insert('ada', automatic('key'));
    await records.noteRemoved('ada', 'key');
    expect([await records.find('ada', 'key'), await records.listFor('ada')]).toEqual([null, []]);
    await records.sweep();
    expect(await records.isRemoved('ada', 'key')).toBe(true);
  });

  it('is remembered also where nothing was known of the passkey', async () => {
    await records.noteRemoved('ada', 'key');
    expect([await records.find('ada', 'key'), await records.isRemoved('ada', 'key')]).toEqual([null, true]);
  });

  it('is forgotten by the sweep after a minute, and no record of a passkey that is there', async () => {
    for (const id of ['there', 'lately', 'gone']) await records.insert('ada', ordinary(id));
    await records.insert('grace', ordinary('gone'));
    await records.noteRemoved('ada', 'gone');
    pass(second);
    await records.noteRemoved('ada', 'lately');
    pass(60 * second);
    await Promise.all([records.sweep(), records.sweep()]);
    const left = (await rows()).map(({ user_id, credential_id }) => `${user_id} ${credential_id}`);
    expect(left).toEqual(['ada lately', 'ada there', 'grace gone']);
  });

  it('that never came to be leaves nothing', async () => {
    await records.insert('ada', automatic('key'));
    await records.remove('ada', 'key');
    await records.remove('ada', 'key');
    expect(await rows()).toEqual([]);
  });
});

describe('a use', () => {
  it('changes where it was and the backup flags, and nothing else', async () => {
    await records.insert('ada', { ...automatic('key'), discoverable: true });
    const before = await records.find('ada', 'key');
    pass(5 * second);
    const backup = { backupEligible: true, backedUp: false };
    expect(await records.noteUse('ada', 'key', 'Chrome on macOS', backup)).toBe(true);
    expect(await records.find('ada', 'key')).toEqual({ ...before, lastDevice: 'Chrome on macOS', backup });
  });

  it('is kept with a hundred characters of its device at most', async () => {
    await records.insert('ada', ordinary('key'));
    await records.noteUse('ada', 'key', 'x'.repeat(200), synced);
    expect((await records.find('ada', 'key'))?.lastDevice).toBe('x'.repeat(100));
  });

  it('makes no record, and brings back none that was deleted', async () => {
    expect(await records.noteUse('ada', 'key', 'Chrome on macOS', synced)).toBe(false);
    expect(await rows()).toEqual([]);
    await records.insert('ada', ordinary('key'));
    await records.noteRemoved('ada', 'key');
    expect(await records.noteUse('ada', 'key', 'Chrome on macOS', synced)).toBe(false);
    expect(await records.find('ada', 'key')).toBeNull();
  });
});

it('vouching changes what counts as a proof alone, and makes no record', async () => {
  await records.insert('ada', automatic('key'));
  await records.vouch('ada', 'key');
  await records.vouch('ada', 'other');
  expect(await records.listFor('ada')).toEqual([{ ...automatic('key'), vouched: true }]);
});

it('two people whose passkeys have the same id have a record each', async () => {
  for (const user of ['ada', 'grace']) expect(await records.insert(user, automatic('key'))).toBe(true);
  const [, others] = await rows();
  await records.noteUse('ada', 'key', 'Chrome on macOS', synced);
  await records.vouch('ada', 'key');
  await records.noteRemoved('ada', 'key');
  await records.replace('ada', ordinary('key'));
  await records.remove('ada', 'key');
  expect(await rows()).toEqual([others]);
  expect(await records.isRemoved('grace', 'key')).toBe(false);
});
