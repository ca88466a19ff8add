import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isBeingRegistered, ordinary, type PasskeyRecord } from '../../../src/passkeys/record-store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { recordsIn } from '../../support/records.ts';

const synced = { backupEligible: true, backedUp: true };
const second = 1_000;
let database: TestDatabase;
let records: ReturnType<typeof recordsIn>;
beforeAll(async () => {
  database = await createTestDatabase();
  records = recordsIn(database.db);
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
    ['one that is being registered', { ...ordinary('key'), confirmed: false }],
    ['one with the longest id', ordinary('A'.repeat(1_364))],
  ])('of %s comes back as it was', async (_, record) => {
    expect(await records.insert('ada', record)).toBe(true);
    expect(await records.find('ada', record.credentialId)).toEqual(record);
    expect(await records.listFor('ada')).toEqual([record]);
  });

  it('that is not there is none', async () => {
    expect(await records.find('ada', 'key')).toBeNull();
    expect(await records.listFor('ada')).toEqual([]);
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
    pass(5 * second);
    await records.replace('ada', automatic('key'));
    expect(await records.find('ada', 'key')).toEqual(automatic('key'));
    expect(await rows()).toHaveLength(1);
  });
});

it('a passkey that the service does not know may be on its way for half a minute after its record', () => {
  const record = ordinary('key', Date.now());
  pass(30 * second - 1);
  expect(isBeingRegistered(record)).toBe(true);
  pass(1);
  expect(isBeingRegistered(record)).toBe(false);
});

describe('a registration', () => {
  const begun = (id: string): PasskeyRecord => ({ ...ordinary(id, Date.now()), confirmed: false });
  const abandoned = async () => (await records.abandoned()).map(({ credentialId }) => credentialId);

  it('is confirmed once its passkey is to open something', async () => {
    await records.insert('ada', begun('key'));
    expect(await records.confirm('ada', 'key')).toBe(true);
    expect(await records.find('ada', 'key')).toMatchObject({ confirmed: true });
    expect(await records.confirm('ada', 'other')).toBe(false);
  });

  it('is abandoned a minute after it began, when nobody has confirmed it', async () => {
    await records.insert('ada', ordinary('an old one'));
    for (const id of ['confirmed', 'begun']) await records.insert('ada', begun(id));
    await records.confirm('ada', 'confirmed');
    pass(60 * second);
    await records.insert('grace', begun('later'));
    expect(await abandoned()).toEqual([]);
    pass(1);
    expect(await records.abandoned()).toEqual([{ userId: 'ada', credentialId: 'begun' }]);
  });

  it('is given up once, and then it cannot be confirmed', async () => {
    await records.insert('ada', begun('key'));
    expect([await records.abandon('ada', 'key'), await records.abandon('ada', 'key')]).toEqual([true, false]);
    expect([await records.confirm('ada', 'key'), await rows()]).toEqual([false, []]);
  });

  it('is not given up when it has been confirmed', async () => {
    await records.insert('ada', ordinary('key'));
    expect(await records.abandon('ada', 'key')).toBe(false);
    expect(await records.find('ada', 'key')).toEqual(ordinary('key'));
  });

  it('is confirmed or given up when both are tried at once, and not both', async () => {
    for (let time = 0; time < 10; time++) {
      await records.insert('ada', begun(`key ${time}`));
      const outcomes = await Promise.all([
        records.confirm('ada', `key ${time}`),
        records.abandon('ada', `key ${time}`),
      ]);
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('a new name', () => {
  const madeAt = new Date('2026-11-03T09:00:00.001Z');
  const waiting = async (of?: { userId?: string; after?: string }) =>
    (await records.renamed(of)).map(({ name }) => name);

  it('waits until the API has been told, and is the one that was given last', async () => {
    await records.insert('ada', automatic('key'));
    await records.rename('ada', 'key', 'First', madeAt);
    await records.rename('ada', 'key', 'Second', madeAt);
    expect(await records.renamed()).toEqual([{ userId: 'ada', credentialId: 'key', name: 'Second' }]);
    expect(await records.find('ada', 'key')).toEqual({ ...automatic('key'), renamedTo: 'Second' });
    await records.named('ada', 'key', 'First');
    expect(await waiting()).toEqual(['Second']);
    await records.named('ada', 'key', 'Second');
    expect([await waiting(), await records.find('ada', 'key')]).toEqual([[], automatic('key')]);
  });

  it('makes the record of an ordinary passkey, as old as the passkey is, where there is none', async () => {
    await records.rename('ada', 'key', 'Laptop', madeAt);
    const made = { ...ordinary('key', madeAt.getTime()), renamedTo: 'Laptop' };
    expect(await records.find('ada', 'key')).toEqual(made);
  });

  it('is found for one person, and after any other, however many others wait', async () => {
    for (let count = 10; count < 35; count++) await records.rename('grace', `key ${count}`, 'Hers', madeAt);
    await records.rename('ada', 'key 99', 'Mine', madeAt);
    expect(await waiting({ userId: 'ada' })).toEqual(['Mine']);
    const first = await records.renamed();
    expect([first.length, first.some(({ userId }) => userId === 'ada')]).toEqual([20, false]);
    expect(await waiting({ after: first.at(-1)?.credentialId as string })).toEqual([
      ...Array(5).fill('Hers'),
      'Mine',
    ]);
  });
});

it('the record of a passkey that is deleted is gone, and nobody misses one that was not there', async () => {
  await records.insert('ada', automatic('key'));
  for (let times = 0; times < 2; times++) await records.remove('ada', 'key');
  expect([await records.find('ada', 'key'), await records.listFor('ada'), await rows()]).toEqual([
    null,
    [],
    [],
  ]);
});

it('the records of somebody who leaves are gone, and nobody else’s', async () => {
  for (const user of ['ada', 'grace']) await records.insert(user, ordinary('key'));
  await records.removeAllOf('ada');
  expect((await rows()).map(({ user_id }) => user_id)).toEqual(['grace']);
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

  it('makes no record, and brings back none that was deleted', async () => {
    expect(await records.noteUse('ada', 'key', 'Chrome on macOS', synced)).toBe(false);
    expect(await rows()).toEqual([]);
    await records.insert('ada', ordinary('key'));
    await records.remove('ada', 'key');
    expect(await records.noteUse('ada', 'key', 'Chrome on macOS', synced)).toBe(false);
    expect(await records.find('ada', 'key')).toBeNull();
  });
});

it('a verified user changes what counts as a proof alone, and makes no record', async () => {
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
  await records.rename('ada', 'key', 'Mine', new Date());
  await records.confirm('ada', 'key');
  await records.replace('ada', ordinary('key'));
  await records.remove('ada', 'key');
  expect(await rows()).toEqual([others]);
});
