/** What each link is bound to. That they work at all, and what follows, is told by the journeys. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMailedLinks, type MailedLinks } from '../../../src/accounts/mailed-links.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const minute = 60_000;
const ada = { id: 'ada', email: 'ada@example.com' };
const now = () => new Date().toISOString();

let database: TestDatabase;
let links: MailedLinks;
beforeAll(async () => {
  database = await createTestDatabase();
  links = createMailedLinks(database.db);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db('users').delete();
  const row = { ...ada, password_hash: 'first', created_at: now(), updated_at: now() };
  await database.db('users').insert(row);
});
afterEach(() => vi.useRealTimers());

const account = () => database.db('users').where({ id: ada.id });

/** Each kind of link: how it is issued, whether it can be opened, and what using it answers. */
const kinds = {
  'to confirm an address': {
    lifetime: 24 * 60 * minute,
    issue: (secret: string) => links.issueConfirmation(secret, ada.id),
    open: (secret: string): Promise<object | null> => links.openConfirmation(secret),
    use: (secret: string): Promise<object | null> => links.confirm(secret),
  },
  'to reset a password': {
    lifetime: 30 * minute,
    issue: (secret: string) => links.issueReset(secret, ada.id),
    open: (secret: string): Promise<object | null> => links.openReset(secret),
    use: (secret: string): Promise<object | null> => links.reset(secret, 'second'),
  },
  'to change the address': {
    lifetime: 60 * minute,
    issue: (secret: string) => links.issueEmailChange(secret, ada.id, 'countess@example.org'),
    open: (secret: string): Promise<object | null> => links.openEmailChange(secret),
    use: (secret: string): Promise<object | null> => links.changeEmail(secret),
  },
  'to lock an account down': {
    lifetime: 7 * 24 * 60 * minute,
    issue: (secret: string) => links.issueLockdown(secret, ada.id, null, now()),
    open: (secret: string): Promise<object | null> => links.openLockdown(secret),
    use: (secret: string): Promise<object | null> => links.lockDown(secret),
  },
} as const;

const names = Object.keys(kinds) as (keyof typeof kinds)[];

describe.each(names)('a link %s', (name) => {
  const { lifetime, issue, open, use } = kinds[name];

  it('is looked at as often as one likes, and used once', async () => {
    await issue('secret');
    for (let look = 0; look < 3; look++) expect(await open('secret')).not.toBeNull();
    const uses = await Promise.all([use('secret'), use('secret'), use('secret')]);
    expect(uses.filter((answer) => answer !== null)).toHaveLength(1);
    expect(await open('secret')).toBeNull();
  });

  it.each(names.filter((other) => other !== name))('is none %s', async (other) => {
    await issue('secret');
    const before = await account();
    expect(await kinds[other].open('secret')).toBeNull();
    expect(await kinds[other].use('secret')).toBeNull();
    expect(await account()).toEqual(before);
    expect(await open('secret')).not.toBeNull();
  });

  it('is good for its time and not longer', async () => {
    await issue('secret');
    const issuedAt = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: issuedAt + lifetime - minute });
    expect(await open('secret')).not.toBeNull();
    vi.setSystemTime(issuedAt + lifetime + minute);
    expect(await open('secret')).toBeNull();
    expect(await use('secret')).toBeNull();
  });
});

describe('a link dies with what it was mailed for', () => {
  it.each(['to confirm an address', 'to reset a password', 'to change the address'] as const)(
    '%s, when the account has another address',
    async (name) => {
      await kinds[name].issue('secret');
      await account().update({ email: 'lovelace@example.com', email_verified_at: null });
      const before = await account();
      expect(await kinds[name].open('secret')).toBeNull();
      expect(await kinds[name].use('secret')).toBeNull();
      expect(await account()).toEqual(before);
    },
  );

  it.each([
    ['another password', { password_hash: 'other' }],
    ['the same password, set anew', { password_changed_at: '2026-01-01T00:00:00.000Z' }],
  ])('to reset a password, when the account has %s', async (_, change) => {
    await links.issueReset('secret', ada.id);
    await account().update(change);
    expect(await links.openReset('secret')).toBeNull();
    expect(await links.reset('secret', 'second')).toBeNull();
    expect((await account().first()).password_hash).not.toBe('second');
  });

  it('to reset a password, when another one was used, even to keep the password', async () => {
    await links.issueReset('first', ada.id);
    await links.issueReset('second', ada.id);
    expect(await links.reset('first', null)).toEqual(ada);
    expect(await links.openReset('second')).toBeNull();
  });

  it('to lock an account down lives on, whatever somebody changes', async () => {
    await kinds['to lock an account down'].issue('secret');
    await account().update({ email: 'thief@example.com', password_hash: 'of a thief' });
    expect(await links.openLockdown('secret')).not.toBeNull();
  });
});

describe('a lockdown', () => {
  it('ends the password', async () => {
    await links.issueLockdown('mine', ada.id, null, now());
    expect((await account().first()).password_hash).toBe('first');
    await links.lockDown('mine');
    expect((await account().first()).password_hash).toBeNull();
  });

  it('ends every link that would open or move the account', async () => {
    await links.issueLockdown('mine', ada.id, null, now());
    await account().update({ password_hash: null });
    await links.issueReset('reset', ada.id);
    await links.issueEmailChange('change', ada.id, 'thief@example.com');
    await links.lockDown('mine');
    // As it was when they were mailed: only that they are gone can make them worthless.
    await account().update({ password_changed_at: null });
    expect(await links.openReset('reset')).toBeNull();
    expect(await links.openEmailChange('change')).toBeNull();
  });
});
