import { beforeAll, beforeEach, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { createOutbox } from '../../../src/mail/outbox.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let outbox: ReturnType<typeof createOutbox>;
beforeAll(async () => {
  database = await createTestDatabase();
  outbox = createOutbox(database.db);
  return () => database.drop();
});
beforeEach(async () => {
  await database.db('outbox').delete();
});

const fill = async (about: string) => {
  for (let count = 0; count < limits.waitingLettersOfEvent; count++)
    await outbox.add({ kind: 'note' }, about);
};

it('there is room for so many letters about the same, and others are no matter', async () => {
  await outbox.add({ kind: 'note' }, 'about something');
  await fill('about something else');
  for (let count = 0; count < 50; count++) await outbox.add({ kind: 'note' });
  expect(await outbox.hasRoom('about something')).toBe(true);
  expect(await outbox.hasRoom('about something else')).toBe(false);
});

it('there is room again when one of them has gone, and not while it is being delivered', async () => {
  await fill('about something');
  const taken = await outbox.claim();
  expect(await outbox.hasRoom('about something')).toBe(false);
  await outbox.done(taken?.id ?? '');
  expect(await outbox.hasRoom('about something')).toBe(true);
});
