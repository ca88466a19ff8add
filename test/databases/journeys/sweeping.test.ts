/** What has run out goes when the application sweeps, from every table, and nothing else does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { person, startApp, type TestApp } from '../../support/app.ts';

const day = 24 * 3_600_000;
const at = (time: number) => new Date(Date.now() + time).toISOString();

let running: TestApp;
let user_id: string;
beforeAll(async () => {
  running = await startApp();
  ({ id: user_id } = await running.database.db('users').where({ email: person.email }).first('id'));
});
afterAll(() => running.close());

/** For each table what tells its rows apart, and the rest of a row that has run out and of one that has not. */
const tables = {
  sessions: {
    key: 'id_hash',
    rest: () => ({ user_id, data: '{}', created_at: at(-day) }),
    gone: () => ({ expires_at: at(-1_000) }),
    stays: () => ({ expires_at: at(day) }),
  },
  account_tokens: {
    key: 'secret_hash',
    rest: () => ({ user_id, purpose: 'lockdown', data: '{}', created_at: at(-day) }),
    gone: () => ({ expires_at: at(-1_000) }),
    stays: () => ({ expires_at: at(day) }),
  },
  activity: {
    key: 'id',
    rest: () => ({ user_id, event: 'sign_in' }),
    gone: () => ({ at: at(-91 * day) }),
    stays: () => ({ at: at(-89 * day) }),
  },
  used_challenges: {
    key: 'challenge_hash',
    rest: () => ({}),
    gone: () => ({ expires_at: at(-61_000) }),
    stays: () => ({ expires_at: at(1_000) }),
  },
  passkey_records: {
    key: 'credential_id',
    rest: () => ({ user_id, automatic: false, vouched: true, confirmed: false }),
    // A registration that came to no end, and one that is under way.
    gone: () => ({ created_at: at(-61_000) }),
    stays: () => ({ created_at: at(-1_000) }),
  },
  pending_deletions: {
    key: 'id',
    rest: () => ({ user_id, credential_id: 'x', next_try_at: at(-day), created_at: at(-day) }),
    gone: () => ({ done_at: at(-61_000) }),
    stays: () => ({ done_at: at(-1_000) }),
  },
  rate_limits: {
    key: 'key',
    rest: () => ({ points: 1 }),
    gone: () => ({ expire: Date.now() - 1_000 }),
    stays: () => ({ expire: Date.now() + day }),
  },
} as const;

it.each(Object.entries(tables))(
  '[ASVS 14.2.7] %s: what has run out goes, and what has not stays',
  async (table, row) => {
    const { key, rest, gone, stays } = row;
    const { db } = running.database;
    await db(table).delete();
    await db(table).insert([
      { ...rest(), ...gone(), [key]: 'old' },
      { ...rest(), ...stays(), [key]: 'new' },
    ]);
    await running.app.sweep();
    expect(await db(table).pluck(key)).toEqual(['new']);
  },
);
