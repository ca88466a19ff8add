import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSessionStore, type SessionStore } from '../../../src/accounts/session-store.ts';
import { sessionLifetime } from '../../../src/lifetimes.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { statementsOf } from '../../support/plans.ts';

type Data = { signInId?: string; credentialId?: string; flash?: string };

const user = { id: 'a3e1a1de-4e2c-4c0e-9d35-1d3f2f6f4b10', email: 'ada@example.com', epoch: 0 };
const grace = { id: 'b4f2b2ef-5f3d-4d1f-8e46-2e403a3a5c21', email: 'grace@example.com', epoch: 0 };
const earlier = new Date(Date.now() - 1).toISOString();

let database: TestDatabase;
let store: SessionStore;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createSessionStore(database.db);
  for (const one of [user, grace])
    await database.db('users').insert({ ...one, created_at: earlier, updated_at: earlier });
});
afterAll(() => database.drop());
beforeEach(() => database.db('sessions').delete());

const rows = () => database.db('sessions').select();
/** A session of somebody whose account nobody has changed. */
const insert = (id: string, data: Data = {}, userId = user.id) =>
  store.insert(id, { userId, signInId: `sign-in of ${id}`, ...data }, { epoch: 0 });
/** It is signed out, under whatever id. */
const signOut = (id: string) => store.endSignIn(user.id, `sign-in of ${id}`);
const found = async (...ids: string[]) => {
  const all = await Promise.all(ids.map(async (id) => [id, await store.find(id)] as const));
  return all.filter(([, session]) => session !== null).map(([id]) => id);
};

describe('the session store', () => {
  it('finds what was inserted, with its user and its end, and keeps no id', async () => {
    const data = { userId: user.id, signInId: 'one', flash: 'hello' };
    expect(await store.insert('an-id', data, { epoch: 0 })).toBe(true);
    const [{ created_at, expires_at }] = await rows();
    const [createdAt, expiresAt] = [new Date(created_at), new Date(expires_at)];
    expect(await store.find('an-id')).toMatchObject({ data, user, createdAt, expiresAt });
    expect(JSON.stringify(await rows())).not.toContain('an-id');
  });

  it('knows nothing of an unknown, an empty or an expired id', async () => {
    await insert('an-id');
    expect(await store.find('another-id')).toBeNull();
    expect(await store.find('')).toBeNull();
    await database.db('sessions').update({ expires_at: earlier });
    expect(await store.find('an-id')).toBeNull();
  });

  it('updates what exists and never brings back what was ended', async () => {
    await insert('an-id');
    expect(await store.update('an-id', { flash: 'new' }, new Date())).toBe(true);
    expect((await store.find('an-id'))?.data).toEqual({ flash: 'new' });
    await signOut('an-id');
    expect(await store.update('an-id', { flash: 'late' }, new Date())).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('puts the end of a session off with each update, in one statement, and never beyond its thirtieth day', async () => {
    await insert('an-id');
    const endAfter = async (days: number) => {
      const createdAt = new Date(Date.now() - days * 24 * 3_600_000);
      const sent = await statementsOf(database.db, () => store.update('an-id', {}, createdAt));
      expect(sent).toHaveLength(1);
      const [{ expires_at }] = await rows();
      return Date.parse(expires_at) - createdAt.getTime();
    };
    expect(await endAfter(2)).toBeGreaterThanOrEqual(2 * 24 * 3_600_000 + sessionLifetime.idle);
    for (const days of [23.5, 29.9]) expect(await endAfter(days)).toBe(sessionLifetime.absolute);
  });

  it('sweeps every expired session, in however many batches, and no other', async () => {
    await insert('alive');
    const [template] = await rows();
    const expired = Array.from({ length: 1_100 }, (_, n) => ({
      ...template,
      id_hash: `old-${n}`,
      expires_at: earlier,
    }));
    for (let from = 0; from < expired.length; from += 100) {
      await database.db('sessions').insert(expired.slice(from, from + 100));
    }
    await Promise.all([store.sweep(), store.sweep()]);
    expect(await rows()).toEqual([template]);
  });
});

describe('a new session', () => {
  const ada = () => database.db('users').where({ id: user.id });
  const data = { userId: user.id, signInId: 'one' };
  beforeEach(() => ada().update({ epoch: 4, password_hash: 'the hash that was verified' }));
  afterEach(() => ada().update({ epoch: 0, password_hash: null }));

  it('begins where the account is still what it was', async () => {
    expect(await store.insert('an-id', data, { epoch: 4 })).toBe(true);
    const condition = { epoch: 4, passwordHash: 'the hash that was verified' };
    expect(await store.insert('another', { ...data, signInId: 'two' }, condition)).toBe(true);
    expect(await found('an-id', 'another')).toEqual(['an-id', 'another']);
  });

  it.each([
    ['its epoch was raised', { epoch: 3 }],
    ['it has another password', { epoch: 4, passwordHash: 'of an older password' }],
    ['it is in neither', { epoch: 3, passwordHash: 'of an older password' }],
  ])('does not begin when %s', async (_, condition) => {
    expect(await store.insert('an-id', data, condition)).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('does not begin when the password was removed, or the account is gone', async () => {
    await ada().update({ password_hash: null });
    const condition = { epoch: 4, passwordHash: 'the hash that was verified' };
    expect(await store.insert('an-id', data, condition)).toBe(false);
    expect(await store.insert('an-id', { ...data, userId: 'nobody' }, { epoch: 4 })).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('ends the oldest where a person has fifty, and nobody else’s', async () => {
    await insert('hers', {}, grace.id);
    for (let number = 0; number < 51; number++) {
      await store.insert(`id-${number}`, { ...data, signInId: `${number}` }, { epoch: 4 });
      // Each is a second younger than the one before.
      const created_at = new Date(Date.now() - (100 - number) * 1_000).toISOString();
      await database
        .db('sessions')
        .where({ sign_in_id: `${number}` })
        .update({ created_at });
    }
    expect(await rows()).toHaveLength(51);
    expect(await found('id-0', 'id-1', 'id-50', 'hers')).toEqual(['id-1', 'id-50', 'hers']);
  });
});

describe('whether a sign-in is living', () => {
  it('is answered with yes for its own user alone, until it ends', async () => {
    await insert('an-id', { signInId: 'one' });
    expect(await store.isLiving(user.id, 'one')).toBe(true);
    expect(await store.isLiving(grace.id, 'one')).toBe(false);
    expect(await store.isLiving(user.id, 'two')).toBe(false);
    await store.rotate('an-id', 'renamed', {});
    expect(await store.isLiving(user.id, 'one')).toBe(true);
    await database.db('sessions').update({ expires_at: earlier });
    expect(await store.isLiving(user.id, 'one')).toBe(false);
  });
});

describe('another id for a session', () => {
  it('finds the same row with new data, and the old id is nobody’s', async () => {
    await insert('old', { signInId: 'one', credentialId: 'key' });
    await insert('other');
    await database.db('sessions').update({ created_at: earlier });
    const before = await rows();
    expect(await store.rotate('old', 'new', { flash: 'hello' })).toBe(true);
    expect(await found('old', 'new', 'other')).toEqual(['new', 'other']);
    expect(await store.find('new')).toMatchObject({ data: { flash: 'hello' }, user });
    const kept = (await rows()).map(({ id_hash: _, data: __, ...row }) => row);
    expect(kept).toHaveLength(2);
    for (const { id_hash: _, data: __, ...row } of before) expect(kept).toContainEqual(row);
    expect(JSON.stringify(await rows())).not.toContain('new"');
  });

  it('does not put its end off', async () => {
    await insert('old');
    const [{ expires_at }] = await rows();
    await store.rotate('old', 'new', {});
    expect((await rows())[0].expires_at).toBe(expires_at);
  });

  it('brings no session back: one that ended has none to be renamed', async () => {
    await insert('old');
    await signOut('old');
    expect(await store.rotate('old', 'new', { flash: 'late' })).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('is given by one of twenty who try at once', async () => {
    await insert('old');
    const tries = Array.from({ length: 20 }, (_, n) => store.rotate('old', `new-${n}`, {}));
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    expect(await rows()).toHaveLength(1);
  });

  it('leaves nothing to a slow request that knows the old one', async () => {
    await insert('old');
    await store.rotate('old', 'new', { flash: 'new' });
    expect(await store.update('old', { flash: 'late' }, new Date())).toBe(false);
    expect((await store.find('new'))?.data).toEqual({ flash: 'new' });
  });
});

describe('[ASVS 7.4.1] the end of a sign-in', () => {
  it('reaches its session under whatever id it has by now, and no other', async () => {
    await insert('old', { signInId: 'one' });
    await insert('other', { signInId: 'two' });
    await insert('nameless');
    // As a release left it that gave no name to a sign-in.
    await database.db('sessions').where({ sign_in_id: 'sign-in of nameless' }).update({ sign_in_id: null });
    await insert('theirs', { signInId: 'one' }, grace.id);
    await store.rotate('old', 'new', { signInId: 'one' });
    await store.endSignIn(user.id, 'one');
    expect(await found('new', 'other', 'nameless', 'theirs')).toEqual(['other', 'nameless', 'theirs']);
    await expect(store.endSignIn(user.id, 'unknown')).resolves.toBe(false);
    expect(await rows()).toHaveLength(3);
  });
});

describe('[ASVS 7.4.3] the end of what a passkey opened', () => {
  beforeEach(async () => {
    await insert('here', { signInId: 'one', credentialId: 'key' });
    await insert('elsewhere', { signInId: 'two', credentialId: 'key' });
    await insert('third', { signInId: 'three', credentialId: 'key' });
    await insert('another', { signInId: 'four', credentialId: 'another key' });
    await insert('password', { signInId: 'five' });
    await insert('theirs', { signInId: 'six', credentialId: 'key' }, grace.id);
  });
  const all = ['here', 'elsewhere', 'third', 'another', 'password', 'theirs'];

  it('is for all its sessions of this person but the one from which it comes, and they are counted', async () => {
    expect(await store.endOpenedWith(user.id, 'key', 'one')).toBe(2);
    expect(await found(...all)).toEqual(['here', 'another', 'password', 'theirs']);
    expect(await store.endOpenedWith(user.id, 'key', 'one')).toBe(0);
  });

  it('is for all of them when it comes from a session that something else opened', async () => {
    expect(await store.endOpenedWith(user.id, 'key', 'five')).toBe(3);
    expect(await found(...all)).toEqual(['another', 'password', 'theirs']);
  });

  it('is for one whose sign-in has no name', async () => {
    await database.db('sessions').where({ sign_in_id: 'two' }).update({ sign_in_id: null });
    expect(await store.endOpenedWith(user.id, 'key', 'one')).toBe(2);
    expect(await found(...all)).toEqual(['here', 'another', 'password', 'theirs']);
  });

  it('is for nobody when no session was opened with it', async () => {
    expect(await store.endOpenedWith(user.id, 'unknown', 'one')).toBe(0);
    expect(await found(...all)).toEqual(all);
  });

  it('is for the sessions of nobody else when all of one person end', async () => {
    expect(await store.endOthers(user.id, 'one')).toBe(4);
    expect(await found(...all)).toEqual(['here', 'theirs']);
    expect(await store.endOthers(user.id)).toBe(1);
    expect(await found(...all)).toEqual(['theirs']);
  });

  it('goes by how a session began, also after it got another id and other data', async () => {
    await store.rotate('elsewhere', 'renamed', { signInId: 'two', credentialId: 'another key' });
    expect(await store.endOpenedWith(user.id, 'key', 'one')).toBe(2);
    expect(await found('renamed')).toEqual([]);
  });
});
