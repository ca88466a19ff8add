import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSessionStore, type SessionStore } from '../../../src/accounts/session-store.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

type Data = { signInId?: string; credentialId?: string; flash?: string };

const user = { id: 'a3e1a1de-4e2c-4c0e-9d35-1d3f2f6f4b10', email: 'ada@example.com' };
const grace = { id: 'b4f2b2ef-5f3d-4d1f-8e46-2e403a3a5c21', email: 'grace@example.com' };
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
const insert = (id: string, data: Data = {}, userId = user.id) => store.insert(id, userId, data);
const found = async (...ids: string[]) => {
  const all = await Promise.all(ids.map(async (id) => [id, await store.find(id)] as const));
  return all.filter(([, session]) => session !== null).map(([id]) => id);
};

describe('the session store', () => {
  it('finds what was inserted, with its user, and keeps no id', async () => {
    await insert('an-id', { flash: 'hello' });
    expect(await store.find('an-id')).toEqual({ data: { flash: 'hello' }, user });
    expect(JSON.stringify(await rows())).not.toContain('an-id');
  });

  it('knows nothing of an unknown, an empty or an expired id', async () => {
    await store.insert('an-id', user.id, {});
    expect(await store.find('another-id')).toBeNull();
    expect(await store.find('')).toBeNull();
    await database.db('sessions').update({ expires_at: earlier });
    expect(await store.find('an-id')).toBeNull();
  });

  it('updates what exists and never brings back what was removed', async () => {
    await store.insert('an-id', user.id, {});
    expect(await store.update('an-id', { flash: 'new' })).toBe(true);
    expect((await store.find('an-id'))?.data).toEqual({ flash: 'new' });
    await store.remove('an-id');
    expect(await store.update('an-id', { flash: 'late' })).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('removes an unknown id without a fault', async () => {
    await expect(store.remove('another-id')).resolves.toBeUndefined();
  });

  it('sweeps every expired session, in however many batches, and no other', async () => {
    await store.insert('alive', user.id, {});
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

describe('another id for a session', () => {
  it('finds the same row with new data, and the old id is nobody’s', async () => {
    await insert('old', { signInId: 'one', credentialId: 'key' });
    await insert('other');
    await database.db('sessions').update({ created_at: earlier });
    const before = await rows();
    expect(await store.rotate('old', 'new', { flash: 'hello' })).toBe(true);
    expect(await found('old', 'new', 'other')).toEqual(['new', 'other']);
    expect(await store.find('new')).toEqual({ data: { flash: 'hello' }, user });
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
    await store.remove('old');
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
    expect(await store.update('old', { flash: 'late' })).toBe(false);
    expect((await store.find('new'))?.data).toEqual({ flash: 'new' });
  });
});

describe('[ASVS 7.4.1] the end of a sign-in', () => {
  it('reaches its session under whatever id it has by now, and no other', async () => {
    await insert('old', { signInId: 'one' });
    await insert('other', { signInId: 'two' });
    await insert('nameless');
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

  it('is for nobody when no session was opened with it', async () => {
    expect(await store.endOpenedWith(user.id, 'unknown', 'one')).toBe(0);
    expect(await found(...all)).toEqual(all);
  });

  it('goes by how a session began, also after it got another id and other data', async () => {
    await store.rotate('elsewhere', 'renamed', { signInId: 'two', credentialId: 'another key' });
    expect(await store.endOpenedWith(user.id, 'key', 'one')).toBe(2);
    expect(await found('renamed')).toEqual([]);
  });
});
