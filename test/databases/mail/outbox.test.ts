import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { createOutbox } from '../../../src/mail/outbox.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

type Note = { kind: string; number: number };

let database: TestDatabase;
let another: ReturnType<typeof openDatabase>;
beforeAll(async () => {
  database = await createTestDatabase();
  another = openDatabase(database.url, '/');
});
afterAll(async () => {
  await another.destroy();
  await database.drop();
});
beforeEach(async () => {
  await database.db('outbox').delete();
});
afterEach(() => void vi.useRealTimers());

const here = () => createOutbox(database.db);
const elsewhere = () => createOutbox(another);
const note = (number: number): Note => ({ kind: 'note', number });
const rows = () => database.db('outbox').select();

/** Takes everything that is due, one after the other. */
async function takeAll(outbox: ReturnType<typeof here>): Promise<number[]> {
  const numbers = [];
  for (let taken = await outbox.claim(); taken; taken = await outbox.claim())
    numbers.push((taken.letter as Note).number);
  return numbers;
}

describe('a letter', () => {
  it('is kept as it was put in, and due at once', async () => {
    await here().add(note(7));
    const [row, ...others] = await rows();
    expect([row.letter, row.attempts, row.claimed_until, others]).toEqual([
      '{"kind":"note","number":7}',
      0,
      null,
      [],
    ]);
    expect(row.id).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await here().claim()).toEqual({ id: row.id, letter: note(7), attempts: 0, isTooOld: false });
  });

  it('is not there when the transaction around it is taken back', async () => {
    const failing = database.db.transaction(async (trx) => {
      await createOutbox(trx).add(note(1));
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    expect(await rows()).toEqual([]);
    await database.db.transaction((trx) => createOutbox(trx).add(note(2)));
    expect(await takeAll(here())).toEqual([2]);
  });

  it('is gone when it is done', async () => {
    await here().add(note(1));
    await here().done((await here().claim())?.id ?? '');
    expect(await rows()).toEqual([]);
  });
});

describe('claiming', () => {
  it('gives each of many letters to one of two processes that take at once', async () => {
    for (let number = 0; number < 40; number++) await here().add(note(number));
    const taken = await Promise.all([
      takeAll(here()),
      takeAll(elsewhere()),
      takeAll(here()),
      takeAll(elsewhere()),
    ]);
    expect(taken.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, number) => number));
  });

  it('gives one letter to one of many who ask at the same moment', async () => {
    await here().add(note(1));
    const answers = await Promise.all([1, 2, 3, 4].flatMap(() => [here().claim(), elsewhere().claim()]));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
  });
});

describe('as time passes', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-26T10:00:00.000Z') });
  });
  const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

  it('a claim is lost after a minute, for the letters of a process that died', async () => {
    await here().add(note(1));
    expect(await takeAll(here())).toEqual([1]);
    pass(60_000);
    expect(await takeAll(elsewhere())).toEqual([]);
    pass(1);
    expect(await takeAll(elsewhere())).toEqual([1]);
  });

  it('a letter for later comes when it is due and not before, and the try is counted', async () => {
    await here().add(note(1));
    const first = await here().claim();
    await here().later(first?.id ?? '', 90_000);
    pass(89_999);
    expect(await here().claim()).toBeNull();
    pass(1);
    expect(await here().claim()).toMatchObject({ id: first?.id, attempts: 1 });
  });

  it('a letter that was put back comes at once, behind the others, and no try is counted', async () => {
    await here().add(note(1));
    pass(1);
    await here().add(note(2));
    pass(1);
    const first = await here().claim();
    await here().putBack(first?.id ?? '');
    expect(await here().claim()).toMatchObject({ letter: note(2) });
    expect(await here().claim()).toEqual({ ...first, attempts: 0 });
  });

  it('the one that is due longest comes first', async () => {
    for (const number of [3, 1, 2]) {
      await here().add(note(number));
      pass(1);
    }
    expect(await takeAll(here())).toEqual([3, 1, 2]);
  });

  it('a letter is too old after three days', async () => {
    await here().add(note(1));
    pass(3 * 24 * 3_600_000);
    expect(await here().claim()).toMatchObject({ isTooOld: false });
    pass(60_001);
    expect(await here().claim()).toMatchObject({ isTooOld: true });
  });

  it('it is known how many wait, and since when', async () => {
    expect(await here().waiting()).toEqual({ count: 0, oldest: null });
    await here().add(note(1));
    pass(5_000);
    await here().add(note(2));
    expect(await here().waiting()).toEqual({ count: 2, oldest: new Date('2026-11-26T10:00:00.000Z') });
  });
});
