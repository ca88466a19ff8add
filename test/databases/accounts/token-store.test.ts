import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLinks, openLink } from '../../../src/accounts/links.ts';
import { createTokenStore, hashOf, type Purpose, type Token } from '../../../src/accounts/token-store.ts';
import { tokenLifetime } from '../../../src/lifetimes.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const secret = 'a-secret-of-a-link';
const hash = hashOf(secret);
const reset: Token = { purpose: 'reset-password', userId: 'ada', epoch: 0, data: { state: 'x' } };

let database: TestDatabase;
let tokens: ReturnType<typeof createTokenStore>;
beforeAll(async () => {
  database = await createTestDatabase();
  tokens = createTokenStore(database.db);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db('account_tokens').delete();
  await database.db('users').delete();
  for (const id of ['ada', 'eve']) {
    const at = new Date().toISOString();
    await database.db('users').insert({ id, email: `${id}@example.com`, created_at: at, updated_at: at });
  }
});
afterEach(() => vi.useRealTimers());

const kept = async () => (await database.db('account_tokens').pluck('secret_hash')).sort();
/** So many milliseconds from now. */
const later = (time: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + time });

describe('a token', () => {
  it('is found by the hash of its secret, for its own purpose and no other', async () => {
    await tokens.add(hash, reset);
    expect(await tokens.find(hash, 'reset-password')).toEqual({ ...reset, expiresAt: expect.any(Date) });
    expect(await tokens.find(hash, 'lockdown')).toBeNull();
    expect(await tokens.find(secret, 'reset-password')).toBeNull();
    expect(await tokens.consume(hash, 'change-email')).toBe(false);
    expect(await tokens.consume(hash, 'reset-password')).toBe(true);
  });

  it('is used up once, by one of twenty who try at once', async () => {
    await tokens.add(hash, reset);
    const tries = await Promise.all(Array.from({ length: 20 }, () => tokens.consume(hash, 'reset-password')));
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await tokens.find(hash, 'reset-password')).toBeNull();
  });

  it.each<[Purpose, number]>([
    ['pending-sign-up', day],
    ['sign-up', day],
    ['confirm-email', day],
    ['reset-password', 30 * minute],
    ['change-email', 60 * minute],
    ['lockdown', 7 * day],
  ])('for %s is worth nothing after %i ms, whether or not it was swept', async (purpose, lifetime) => {
    expect(tokenLifetime[purpose]).toBe(lifetime);
    await tokens.add(hash, { ...reset, purpose });
    later(lifetime - 1_000);
    expect(await tokens.find(hash, purpose)).not.toBeNull();
    expect(await tokens.listFor('ada', purpose)).toHaveLength(1);
    later(1_001);
    expect(await tokens.find(hash, purpose)).toBeNull();
    expect(await tokens.listFor('ada', purpose)).toEqual([]);
    expect(await tokens.consume(hash, purpose)).toBe(false);
    expect(await kept()).toEqual([hash]);
  });

  it('goes with its account', async () => {
    await tokens.add(hash, reset);
    await database.db('users').where({ id: 'ada' }).delete();
    expect(await kept()).toEqual([]);
  });
});

it('tokens that are named are forgotten, and an unknown one is no fault', async () => {
  for (const name of ['one', 'two', 'three']) await tokens.add(name, reset);
  await tokens.forget('one', 'three', 'unknown');
  await tokens.forget();
  expect(await kept()).toEqual(['two']);
});

it('more tokens are forgotten than one statement takes values', async () => {
  await tokens.add('one', reset);
  await tokens.forget(...Array.from({ length: 70_000 }, (_, index) => `unknown ${index}`), 'one');
  expect(await kept()).toEqual([]);
});

it('the first end is that of the others: tokens whose data says something else', async () => {
  const lockdown = (address: string): Token => ({
    purpose: 'lockdown',
    userId: 'ada',
    epoch: null,
    data: { at: 'a day', address, mailedTo: 'ada_"%@example.com' },
  });
  const first = () => tokens.firstEndOfOthers('ada', 'lockdown', { address: 'ada_"%@example.com' });
  await tokens.add('own', lockdown('ada_"%@example.com'), minute);
  await tokens.add('reset', reset, minute);
  await tokens.add('hers', { ...lockdown('eve@example.com'), userId: 'eve' }, minute);
  expect(await first()).toBeNull();
  await tokens.add('later', lockdown('adam"%@example.com'), 9 * minute);
  await tokens.add('first', lockdown('ada_"%@example.com.au'), 5 * minute);
  const { expires_at } = await database.db('account_tokens').where({ secret_hash: 'first' }).first();
  expect(await first()).toBe(expires_at);
  const next = await database.db('account_tokens').where({ secret_hash: 'later' }).first();
  later(6 * minute);
  expect(await first()).toBe(next.expires_at);
});

it('the living tokens of a person are listed by purpose', async () => {
  await tokens.add('reset', reset);
  await tokens.add('lockdown', { ...reset, purpose: 'lockdown', epoch: null });
  await tokens.add('hers', { ...reset, purpose: 'lockdown', userId: 'eve' });
  const listed = await tokens.listFor('ada', 'lockdown');
  const token = { ...reset, purpose: 'lockdown', epoch: null };
  expect(listed).toEqual([{ secretHash: 'lockdown', token }]);
});

it('the sweep removes what has expired, and nothing else', async () => {
  await tokens.add('short', reset);
  await tokens.add('long', { ...reset, purpose: 'change-email' });
  later(45 * minute);
  await tokens.sweep();
  expect(await kept()).toEqual(['long']);
});

describe('a link', () => {
  const links = createLinks(['the newest key', 'an older key']);

  it('has a secret of 128 bits, which nobody reads in the database or in the letter', async () => {
    const link = await links.issue(tokens, reset);
    const made = await links.secretOf(database.db, link);
    expect(made).toMatch(/^[\w-]{22}$/);
    const all = JSON.stringify([await database.db('account_tokens').select(), link]);
    expect(all).not.toContain(made);
    expect(all).not.toContain(Buffer.from(made ?? '', 'base64url').toString('hex'));
  });

  it('has another secret for each link, for each purpose and for each key', async () => {
    const one = await links.issue(tokens, reset);
    const other = await links.issue(tokens, reset);
    expect(await links.secretOf(database.db, one)).not.toBe(await links.secretOf(database.db, other));
    expect(await links.secretOf(database.db, { ...one, purpose: 'lockdown' })).toBeNull();
    expect(await createLinks(['another key']).secretOf(database.db, one)).toBeNull();
  });

  it('has the same secret whenever it is asked for, also after the key was changed', async () => {
    const old = createLinks(['an older key']);
    const link = await old.issue(tokens, reset);
    const made = await old.secretOf(database.db, link);
    expect(await old.secretOf(database.db, link)).toBe(made);
    expect(await links.secretOf(database.db, link)).toBe(made);
  });

  it('has no secret any more when it was used, is too old, or its account is in another epoch', async () => {
    const used = await links.issue(tokens, reset);
    await tokens.consume(hashOf((await links.secretOf(database.db, used)) ?? ''), 'reset-password');
    expect(await links.secretOf(database.db, used)).toBeNull();
    const former = await links.issue(tokens, { ...reset, epoch: 1 });
    expect(await links.secretOf(database.db, former)).toBeNull();
    const old = await links.issue(tokens, reset);
    later(30 * minute + 1);
    expect(await links.secretOf(database.db, old)).toBeNull();
  });

  it('has a secret also where there is no account yet', async () => {
    const link = await links.issue(tokens, { ...reset, purpose: 'sign-up', userId: null, epoch: null });
    expect(await links.secretOf(database.db, link)).toMatch(/^[\w-]{22}$/);
  });

  it('is issued in the transaction of the store, or not at all', async () => {
    const failing = database.db.transaction(async (trx) => {
      await links.issue(createTokenStore(trx), reset);
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    expect(await kept()).toEqual([]);
  });
});

describe('a link stands', () => {
  const open = () => openLink(database.db, secret, 'reset-password');
  const ada = () => database.db('users').where({ id: 'ada' });

  it('as long as its account is in the epoch of then', async () => {
    await tokens.add(hash, { ...reset, epoch: 3 });
    expect(await open()).toBeNull();
    await ada().update({ epoch: 3 });
    expect(await open()).toMatchObject({ token: { epoch: 3 }, user: { id: 'ada' } });
    await ada().update({ epoch: 4 });
    expect(await open()).toBeNull();
  });

  it('in every epoch where it has none', async () => {
    await tokens.add(hash, { ...reset, epoch: null });
    await ada().update({ epoch: 9 });
    expect(await open()).not.toBeNull();
  });

  it('for nobody where it belongs to no account', async () => {
    await tokens.add(hash, { ...reset, userId: null });
    expect(await open()).toBeNull();
  });
});
