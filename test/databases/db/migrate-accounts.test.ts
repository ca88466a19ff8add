/** A database of the release before, with people in it, gets the epoch of accounts and the pending deletions. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLink } from '../../../src/accounts/links.ts';
import { hashOf } from '../../../src/accounts/token-store.ts';
import { migrate, rollback } from '../../../src/db/migrate.ts';
import { migrationSource } from '../../../src/db/migrations.ts';
import { openSignUp } from '../../../src/operations/sign-up.ts';
import { place } from '../../support/acting.ts';
import { copyOf, createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { startOperations } from '../../support/operations.ts';

const minute = 60_000;
const ada = { id: 'a3e1a1de-4e2c-4c0e-9d35-1d3f2f6f4b10', email: 'countess@example.org' };
/** The address that the account had until an hour ago. */
const former = 'ada@example.com';
const eve = { id: 'b4f2b2ef-5f3d-4d1f-8e46-2e403a3a5c21', email: 'eve@example.com' };
const lastOfBefore = '20261126000600_create_passkey_removals';
const newMigrations = [
  '20261126001000_add_account_epoch',
  '20261126001100_create_pending_deletions',
  '20261126001200_bound_activity',
  '20261126203254_index_what_waits',
  '20261127093000_add_second_factor',
  '20261127093201_add_second_factor_keys',
  '20261127093538_add_transactions',
  '20261127094719_create_signed_acts',
  '20261127130700_add_known_to_pending_sign_ins',
];

/** As the release before left it, the same migrated, and what each test makes of one of them. */
let before: TestDatabase;
let migrated: TestDatabase;
let database: TestDatabase;
beforeAll(async () => {
  before = await createTestDatabase(false);
  const names = await migrationSource.getMigrations([]);
  expect(names).toEqual(expect.arrayContaining(newMigrations));
  for (let count = 0; count < names.indexOf(newMigrations[0] as never); count++) await before.db.migrate.up();
  await fill(before);
  await before.db.destroy();
  migrated = await copyOf(before);
  expect(await migrate(migrated.db)).toEqual(newMigrations);
  await migrated.db.destroy();
  return async () => {
    await before.drop();
    await migrated.drop();
  };
});
afterEach(() => database.drop());

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();

/** What the release before has written. */
async function fill({ db }: TestDatabase): Promise<void> {
  for (const user of [ada, eve])
    await db('users').insert({
      ...user,
      password_hash: 'a hash',
      created_at: ago(900 * minute),
      updated_at: ago(0),
    });
  const data = { userId: ada.id, signInId: 'her sign-in', method: 'password', authenticatedAt: Date.now() };
  await db('sessions').insert({
    id_hash: hashOf('the id of her session'),
    user_id: ada.id,
    data: JSON.stringify(data),
    sign_in_id: 'her sign-in',
    device: 'Chrome on macOS',
    created_at: ago(minute),
    expires_at: ago(-minute),
  });
  for (const [secret, { purpose, userId = ada.id, age = 0, ...content }] of Object.entries(tokens))
    await db('account_tokens').insert({
      secret_hash: hashOf(secret),
      purpose,
      user_id: userId,
      data: JSON.stringify(content.data),
      created_at: ago(age),
      expires_at: ago(-30 * minute),
    });
  for (const [id, letter] of Object.entries(letters))
    await db('outbox').insert({
      id,
      letter: JSON.stringify(letter),
      next_try_at: ago(0),
      created_at: ago(0),
    });
  for (const event of ['signed_in', 'passkey_added', 'reset_link_made', 'locked_down', 'password_changed'])
    await db('activity').insert({ id: event, user_id: ada.id, event, at: ago(0) });
  const due = { next_try_at: ago(0), created_at: ago(minute) };
  await db('passkey_erasures').insert({
    id: 'of one',
    user_id: ada.id,
    credential_id: 'disowned',
    attempts: 3,
    ...due,
  });
  await db('passkey_erasures').insert({ id: 'of all', user_id: 'somebody who left', attempts: 0, ...due });
  await db('passkey_removals').insert({
    id: 'x',
    user_id: ada.id,
    credential_id: 'hers',
    started_at: ago(0),
  });
  const record = { user_id: ada.id, automatic: false, vouched: true, created_at: ago(minute) };
  await db('passkey_records').insert({ ...record, credential_id: 'hers', removal_started_at: ago(0) });
  await db('passkey_records').insert({ ...record, credential_id: 'removed', removed_at: ago(0) });
}

type Mailed = { purpose: string; userId?: string | null; age?: number; data: Record<string, string | null> };
const signUp = { email: 'new@example.com', passwordHash: 'a hash', browserHash: hashOf('a browser') };

/** By their secrets. */
const tokens: Record<string, Mailed> = {
  'before the change': {
    purpose: 'lockdown',
    age: 120 * minute,
    data: { at: ago(120 * minute), state: 'x' },
  },
  'about a passkey': {
    purpose: 'lockdown',
    age: 90 * minute,
    data: { at: ago(90 * minute), passkey: 'hers', state: 'x' },
  },
  'about the change': {
    purpose: 'lockdown',
    age: 60 * minute,
    data: { at: ago(60 * minute), email: former, state: 'x' },
  },
  'after the change': { purpose: 'lockdown', age: 30 * minute, data: { at: ago(30 * minute), state: 'x' } },
  'of eve': { purpose: 'lockdown', userId: eve.id, data: { at: ago(5 * minute), state: 'x' } },
  confirm: { purpose: 'confirm-email', data: { state: 'x' } },
  reset: { purpose: 'reset-password', data: { state: 'x' } },
  change: { purpose: 'change-email', data: { email: 'x@example.com', state: 'x' } },
  'sign-up': { purpose: 'sign-up', userId: null, data: signUp },
  'a browser': { purpose: 'pending-sign-up', userId: null, data: signUp },
};

const news = {
  kind: 'news',
  userId: ada.id,
  to: null,
  detail: null,
  at: '2026-11-26T10:00:00.000Z',
  device: 'Chrome on macOS',
  undoPasskey: null,
  undoEmail: null,
};
const letters = {
  'sign-up': { kind: 'sign-up', browserHash: signUp.browserHash },
  'confirm-email': { kind: 'confirm-email', userId: ada.id },
  'forgotten-password': { kind: 'forgotten-password', email: ada.email },
  'reset-password': { kind: 'reset-password', userId: ada.id },
  'email-change': { kind: 'email-change', userId: ada.id, email: 'x@example.com' },
  'account-deleted': { kind: 'account-deleted', to: 'gone@example.com' },
  'new device': { ...news, event: 'new_device' },
  'automatic passkey': {
    ...news,
    event: 'passkey_added_automatically',
    detail: 'My phone',
    undoPasskey: 'hers',
  },
  'added passkey': { ...news, event: 'passkey_added', detail: 'My key', undoPasskey: 'hers' },
  'reset link': { ...news, event: 'reset_link_made' },
  'changed address': {
    ...news,
    event: 'email_changed',
    detail: `${former} → ${ada.email}`,
    undoEmail: former,
    to: former,
  },
  'of nobody': { ...news, event: 'password_changed', userId: 'somebody who left' },
};

describe('what people have under way when the epoch comes', () => {
  beforeEach(async () => {
    database = await copyOf(migrated);
  });

  it('a session lives on, and acts', async () => {
    const running = await startOperations({ database });
    expect(await running.sessions.find('the id of her session')).toMatchObject({
      user: { ...ada, epoch: 0 },
      data: { signInId: 'her sign-in' },
    });
    const requester = { userId: ada.id, signInId: 'her sign-in' };
    expect(await running.operations.changePassword(requester, 'another hash', place)).toMatchObject({
      user: { ...ada, epoch: 1 },
    });
    expect(await running.isIn(requester)).toBe(true);
  });

  it('links end that are bound to a state that cannot be compared any more', async () => {
    for (const [secret, { purpose }] of Object.entries(tokens))
      if (['confirm-email', 'reset-password', 'change-email'].includes(purpose))
        expect(await openLink(database.db, secret, purpose as 'reset-password')).toBeNull();
    const left: string[] = await database.db('account_tokens').pluck('purpose');
    expect(left.toSorted()).toEqual([...Array(5).fill('lockdown'), 'pending-sign-up', 'sign-up']);
  });

  it('a sign-up goes on', async () => {
    expect(await openSignUp(database.db, 'sign-up')).toEqual(signUp);
    const running = await startOperations({ database });
    const opener = { browser: 'a browser', chosenHash: null, former: null };
    const opened = await running.operations.completeSignUp('sign-up', opener, '', place);
    expect(opened?.user).toMatchObject({ email: signUp.email, epoch: 0 });
  });

  it('"This wasn’t me" goes on, and brings back the address of its moment', async () => {
    const running = await startOperations({ database });
    expect(await running.operations.secureAccount('about the change', place)).toMatchObject({
      address: former,
    });
    expect(await running.account(ada.id)).toMatchObject({ email: former, passwordHash: null });
    expect(await running.account(eve.id)).toMatchObject({ email: eve.email, passwordHash: 'a hash' });
    // A later letter is void by it; an earlier one is not, and does not bring back what came after it.
    expect(await running.operations.secureAccount('after the change', place)).toBeNull();
    expect(await running.operations.secureAccount('before the change', place)).toMatchObject({
      address: former,
    });
    expect(await running.operations.secureAccount('of eve', place)).toMatchObject({ address: eve.email });
  });

  it('"This wasn’t me" about a passkey still takes it back', async () => {
    const running = await startOperations({ database });
    expect(await running.operations.secureAccount('about a passkey', place)).toMatchObject({
      address: former,
    });
    expect(await running.passkeys.isDeleted(database.db, ada.id, 'hers')).toBe(true);
  });

  it('a letter that waits tells what happened, to whom it was for; what asks for a link is dropped', async () => {
    const running = await startOperations({ database });
    const waiting = await database.db('outbox').orderBy('id').select('id', 'letter');
    const mails = await Promise.all(waiting.map(({ letter }) => running.write(JSON.parse(letter))));
    const said = waiting.map(({ id }, index) => [id, mails[index]?.to, mails[index]?.content.subject]);
    expect(said).toEqual([
      ['account-deleted', 'gone@example.com', 'Your account was deleted'],
      ['added passkey', ada.email, 'A passkey was added'],
      ['automatic passkey', ada.email, 'A passkey was added'],
      ['changed address', former, 'Your email address was changed'],
      ['new device', ada.email, 'New sign-in to your account'],
      ['reset link', ada.email, 'A link to reset your password was created'],
    ]);
    const text = JSON.stringify(mails).replaceAll(/[\u2068\u2069]/g, '');
    expect(text).toContain(
      'Your password manager saved a passkey for your account at app.example.com: My phone.',
    );
    expect(text).not.toMatch(/undefined|notMe/);
  });

  it('the activity has the names that the log has', async () => {
    const names: string[] = await database.db('activity').pluck('event');
    expect(names.toSorted()).toEqual(
      [
        'account_locked_down',
        'password_changed',
        'password_reset_link_made',
        'passkey_registered',
        'sign_in',
      ].toSorted(),
    );
  });

  it('what the passkey API still has to delete is pending, and what it had deleted is forgotten', async () => {
    const running = await startOperations({ database });
    const rows = await database.db('pending_deletions').orderBy('id').select();
    expect(rows).toMatchObject([
      { id: 'of all', user_id: 'somebody who left', credential_id: null, attempts: 0, done_at: null },
      { id: 'of one', user_id: ada.id, credential_id: 'disowned', attempts: 3, done_at: null },
    ]);
    expect(await running.passkeys.isDeleted(database.db, ada.id, 'disowned')).toBe(true);
    expect(await running.passkeys.isDeleted(database.db, ada.id, 'hers')).toBe(false);
    const records = await database.db('passkey_records').select();
    expect(records).toMatchObject([{ credential_id: 'hers', renamed_to: null }]);
    expect(records.map(({ confirmed }) => Boolean(confirmed))).toEqual([true]);
    await running.passkeys.settle();
    expect(await database.db('pending_deletions').whereNull('done_at').select()).toEqual([]);
  });
});

describe('the way back', () => {
  beforeEach(async () => {
    database = await copyOf(before);
  });

  it('keeps people, sessions, activity and what is still to be deleted; links and letters end', async () => {
    const { db } = database;
    const kept = () =>
      Promise.all(['users', 'sessions', 'activity'].map((table) => db(table).orderBy(1).select()));
    const before = await kept();
    const erasures = await db('passkey_erasures').orderBy('id').select();
    await migrate(db);
    await db('users').where({ id: ada.id }).update({ epoch: 7 });
    await db('pending_deletions').insert({ ...erasures[0], id: 'done', done_at: ago(0) });
    expect(await rollback(db, lastOfBefore)).toEqual(newMigrations.toReversed());
    expect(await kept()).toEqual(before);
    expect(await db('passkey_erasures').orderBy('id').select()).toEqual(erasures);
    expect(await db('passkey_removals').select()).toEqual([]);
    expect(await db('passkey_records').pluck('credential_id')).toEqual(['hers']);
    expect([await db('account_tokens').select(), await db('outbox').select()]).toEqual([[], []]);
  });

  it('can be gone forwards again', async () => {
    await migrate(database.db);
    await rollback(database.db, lastOfBefore);
    expect(await migrate(database.db)).toEqual(newMigrations);
    const running = await startOperations({ database });
    expect(await running.sessions.find('the id of her session')).toMatchObject({
      user: { ...ada, epoch: 0 },
    });
  });
});
