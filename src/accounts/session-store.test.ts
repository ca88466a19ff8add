import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';

const user = { id: 'a3e1a1de-4e2c-4c0e-9d35-1d3f2f6f4b10', email: 'ada@example.com' };
const earlier = new Date(Date.now() - 1).toISOString();

let database: TestDatabase;
let store: SessionStore;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createSessionStore(database.db);
  await database.db('users').insert({ ...user, created_at: earlier, updated_at: earlier });
});
afterAll(() => database.drop());
beforeEach(() => database.db('sessions').delete());

const rows = () => database.db('sessions').select();

describe('the session store', () => {
  it('finds what was inserted, with its user, and keeps no id', async () => {
    await store.insert('an-id', user.id, { flash: 'hello' });
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
    await store.update('an-id', { flash: 'new' });
    expect((await store.find('an-id'))?.data).toEqual({ flash: 'new' });
    await store.remove('an-id');
    await store.update('an-id', { flash: 'late' });
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
