/** Sessions while somebody else is in the middle of a transaction, on a connection of their own. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createSessionStore } from '../../../src/accounts/session-store.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { sent } from '../../support/statements.ts';

const userId = 'a3e1a1de-4e2c-4c0e-9d35-1d3f2f6f4b10';
const session = { userId, signInId: 'one' };
const now = new Date().toISOString();

let database: TestDatabase;
let elsewhere: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  await database
    .db('users')
    .insert({ id: userId, email: 'ada@example.com', created_at: now, updated_at: now });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db('sessions').delete();
  await database.db('users').update({ epoch: 4 });
  elsewhere = openDatabase(database.url, '/');
});
afterEach(() => elsewhere.destroy());

/** Until whoever acts elsewhere waits for a lock, or has come through without one. */
async function waitsOrIsThrough(acting: Promise<unknown>, sending: Promise<void>): Promise<void> {
  // SQLite has one writer: what is sent meanwhile waits.
  if (process.env.TEST_DATABASE !== 'postgres') return sending;
  let isThrough = false;
  const note = () => {
    isThrough = true;
  };
  void acting.then(note, note);
  const waiting = () =>
    database
      .db('pg_stat_activity')
      .where({ wait_event_type: 'Lock' })
      .whereRaw('datname = current_database()');
  await vi.waitFor(async () => expect(isThrough || (await waiting()).length > 0).toBe(true), { interval: 5 });
}

it('a session waits for whoever changes the account just then, and does not begin after it', async () => {
  let begun: Promise<boolean> | undefined;
  await database.db.transaction(async (trx) => {
    await trx('users').where({ id: userId }).update({ epoch: 5 });
    const sending = sent(elsewhere);
    begun = createSessionStore(elsewhere).insert('an-id', session, { epoch: 4 });
    await waitsOrIsThrough(begun, sending);
  });
  expect(await begun).toBe(false);
  expect(await database.db('sessions').select()).toEqual([]);
});

it('a sign-in that was found living lives until the transaction that asked is over', async () => {
  await createSessionStore(database.db).insert('an-id', session, { epoch: 4 });
  const order: string[] = [];
  let ending: Promise<void> | undefined;
  await database.db.transaction(async (trx) => {
    expect(await createSessionStore(trx).isLiving(userId, 'one')).toBe(true);
    const sending = sent(elsewhere);
    ending = createSessionStore(elsewhere)
      .endSignIn(userId, 'one')
      .then(() => void order.push('ended'));
    await waitsOrIsThrough(ending, sending);
    order.push('acted');
  });
  await ending;
  expect(order).toEqual(['acted', 'ended']);
});
