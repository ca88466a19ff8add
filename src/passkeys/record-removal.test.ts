import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import {
  createRecordStore,
  isBeingRemoved,
  ordinary,
  type PasskeyRecord,
  type RecordStore,
} from './record-store.ts';

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

describe('a removal', () => {
  it('that begins is known for a minute, and not when it was given up', async () => {
    await records.insert('ada', { ...automatic('key'), backup: synced });
    const before = await records.find('ada', 'key');
    await records.noteRemoval('ada', 'key');
    const going = await records.find('ada', 'key');
    expect(going).toEqual({ ...before, removalStartedAt: Date.now() });
    pass(60 * second - 1);
    expect([await records.isGoing('ada', 'key'), isBeingRemoved(going?.removalStartedAt ?? null)]).toEqual([
      true,
      true,
    ]);
    pass(1);
    expect([await records.isGoing('ada', 'key'), isBeingRemoved(going?.removalStartedAt ?? null)]).toEqual([
      false,
      false,
    ]);
    const again = await records.noteRemoval('ada', 'key');
    expect(await records.isGoing('ada', 'key')).toBe(true);
    await records.forgetRemoval('ada', 'key', again);
    expect(await records.isGoing('ada', 'key')).toBe(false);
    expect(await records.find('ada', 'key')).toEqual(going);
  });

  it('that is given up leaves those of others at the same moment as they are', async () => {
    await records.insert('ada', ordinary('key'));
    const [first, second] = [
      await records.noteRemoval('ada', 'key'),
      await records.noteRemoval('ada', 'key'),
    ];
    await records.forgetRemoval('ada', 'key', first);
    expect(await records.isGoing('ada', 'key')).toBe(true);
    await records.noteRemoval('ada', 'key').then((third) => records.forgetRemoval('ada', 'key', third));
    expect((await records.find('ada', 'key'))?.removalStartedAt).toBe(second.mark);
  });

  it('has a mark of its own, also among twenty that begin at once', async () => {
    const removals = await Promise.all(Array.from({ length: 20 }, () => records.noteRemoval('ada', 'key')));
    expect(new Set(removals.map(({ mark }) => mark)).size).toBe(20);
    expect(await rows()).toHaveLength(1);
  });

  it('that others are always quicker with is given up, with a word', async () => {
    await records.insert('ada', ordinary('key'));
    const before = await rows();
    const restore = await ignoreUpdates();
    try {
      await expect(records.noteRemoval('ada', 'key')).rejects.toMatchObject({ code: 'service_unavailable' });
    } finally {
      await restore();
    }
    expect(await rows()).toEqual(before);
  });

  it('of a passkey without a record makes that of an ordinary one', async () => {
    await records.noteRemoval('ada', 'key');
    expect(await records.find('ada', 'key')).toEqual({ ...ordinary('key'), removalStartedAt: Date.now() });
  });

  it('that is over is remembered, although there is no record any more', async () => {
    await records.insert('ada', ordinary('key'));
    await records.noteRemoval('ada', 'key');
    await records.noteRemoved('ada', 'key');
    expect([await records.find('ada', 'key'), await records.listFor('ada')]).toEqual([null, []]);
    pass(3_600 * second);
    expect(await records.isGoing('ada', 'key')).toBe(true);
  });

  it('is forgotten by the sweep after a minute, and no record of a passkey that is there', async () => {
    for (const id of ['there', 'going', 'lately', 'gone']) await records.insert('ada', ordinary(id));
    await records.insert('grace', ordinary('gone'));
    await records.noteRemoved('ada', 'gone');
    pass(second);
    for (const id of ['going', 'lately']) await records.noteRemoval('ada', id);
    await records.noteRemoved('ada', 'lately');
    pass(60 * second);
    await Promise.all([records.sweep(), records.sweep()]);
    const left = (await rows()).map(({ user_id, credential_id }) => `${user_id} ${credential_id}`);
    expect(left).toEqual(['ada going', 'ada lately', 'ada there', 'grace gone']);
  });

  it('of what never came to be leaves nothing', async () => {
    await records.insert('ada', automatic('key'));
    await records.remove('ada', 'key');
    await records.remove('ada', 'key');
    expect(await rows()).toEqual([]);
  });
});

/** The database changes no row, as if somebody else had just done it. @returns how to make it as before */
async function ignoreUpdates(): Promise<() => Promise<unknown>> {
  const { db } = database;
  const on = 'before update on passkey_records';
  if (process.env.TEST_DATABASE !== 'postgres') {
    await db.raw(`create trigger quicker ${on} begin select raise(ignore); end`);
    return () => db.raw('drop trigger quicker');
  }
  await db.raw('create function ignore_row() returns trigger language plpgsql as $$begin return null; end$$');
  await db.raw(`create trigger quicker ${on} for each row execute function ignore_row()`);
  return () => db.raw('drop function ignore_row cascade');
}
