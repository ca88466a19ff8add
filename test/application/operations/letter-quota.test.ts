/** Letters that are asked for and do not go out because of a fault. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { place } from '../../support/acting.ts';
import { withFailing } from '../../support/failing-writes.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

const email = 'ada@example.com';
let running: TestOperations;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  await running.createAccount(email);
});

describe.each<[string, () => Promise<unknown>]>([
  ['requestReset', () => running.operations.requestReset(email, place)],
  ['requestKnownDevice', () => running.operations.requestKnownDevice(email, place)],
  [
    'beginSignUp',
    () =>
      running.operations.beginSignUp('this browser', { email: 'new@example.com', passwordHash: null }, place),
  ],
])('the quota of %s', (_, ask) => {
  it('is not used up by letters that a fault of ours kept back', async () => {
    const { db } = running.database;
    for (let time = 0; time < limits.lettersOfAsker.points; time++)
      await withFailing(db, { verb: 'INSERT', table: 'outbox' }, ask).catch(() => {});
    expect(await running.letters()).toEqual([]);
    await ask();
    expect(await running.letters()).toHaveLength(1);
  });
});
