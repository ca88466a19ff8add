import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Accounts, createAccounts } from '../../../src/accounts/accounts.ts';
import { createLogger } from '../../../src/logger.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const ada = { email: 'ada@example.com', password: 'analytical-engine-1843' };

let database: TestDatabase;
let accounts: Accounts;
const log: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createAccounts({
    db: database.db,
    logger: createLogger('info', { write: (line) => void log.push(line) }),
  });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db('users').delete();
  log.length = 0;
});

const row = () => database.db('users').where({ email: ada.email }).first();

describe('create', () => {
  it('keeps a hash and no password, and an address in its one spelling', async () => {
    const user = await accounts.create(' Ada@Example.com ', ada.password);
    expect(user).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: ada.email });
    const stored = await row();
    expect(stored.password_hash).toMatch(/^\$argon2id\$/);
    expect(stored.created_at).toBe(new Date(stored.created_at).toISOString());
    expect(JSON.stringify(stored)).not.toContain(ada.password);
    expect(log.join()).not.toMatch(/ada@|analytical/i);
  });

  it.each([
    ['an address that is none', 'ada', ada.password],
    ['an address that is taken', 'ADA@example.com', ada.password],
    ['[ASVS 6.2.1] a password of 14 characters', 'new@example.com', '😀'.repeat(14)],
    ['a password that is too long', 'new@example.com', 'x'.repeat(1_025)],
  ])('refuses %s and adds no row', async (_, email, password) => {
    await accounts.create(ada.email, ada.password);
    const before = await database.db('users').select();
    await expect(accounts.create(email, password)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await database.db('users').select()).toEqual(before);
  });

  it('makes one account when two ask for the same address at once', async () => {
    const both = await Promise.allSettled([1, 2].map(() => accounts.create(ada.email, ada.password)));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await database.db('users').select()).toHaveLength(1);
  });
});

describe('authenticate', () => {
  it('answers with the account, or null', async () => {
    const user = await accounts.create(ada.email, ada.password);
    expect(await accounts.authenticate(ada.email, ada.password)).toEqual(user);
    expect(await accounts.authenticate(ada.email, 'wrong')).toBeNull();
    expect(await accounts.authenticate('nobody@example.com', ada.password)).toBeNull();
    expect(await accounts.authenticate("' OR 1=1 --", ada.password)).toBeNull();
  });

  it('answers null for an account without a password, whatever is typed', async () => {
    await accounts.create(ada.email, ada.password);
    await database.db('users').update({ password_hash: null });
    for (const typed of [ada.password, '', 'null'])
      expect(await accounts.authenticate(ada.email, typed)).toBeNull();
  });

  it('[ASVS 11.2.2] replaces a weaker hash after the right password, and only then', async () => {
    await accounts.create(ada.email, ada.password);
    const weak = await hash(ada.password, { algorithm: 2, memoryCost: 4_096, timeCost: 1, parallelism: 1 });
    await database.db('users').update({ password_hash: weak });
    expect(await accounts.authenticate(ada.email, 'wrong')).toBeNull();
    expect((await row()).password_hash).toBe(weak);
    expect(await accounts.authenticate(ada.email, ada.password)).not.toBeNull();
    const { password_hash: replaced } = await row();
    expect(replaced).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(log.join()).toContain('password_rehashed');
    expect(await accounts.authenticate(ada.email, ada.password)).not.toBeNull();
    expect((await row()).password_hash).toBe(replaced);
  });

  it('leaves a stronger hash as it is', async () => {
    await accounts.create(ada.email, ada.password);
    const strong = await hash(ada.password, {
      algorithm: 2,
      memoryCost: 32_768,
      timeCost: 3,
      parallelism: 1,
    });
    await database.db('users').update({ password_hash: strong });
    expect(await accounts.authenticate(ada.email, ada.password)).not.toBeNull();
    expect((await row()).password_hash).toBe(strong);
    expect(log.join()).not.toContain('password_rehashed');
  });

  it('takes the right password also when the weaker hash cannot be replaced', async () => {
    const user = await accounts.create(ada.email, ada.password);
    const weak = await hash(ada.password, { algorithm: 2, memoryCost: 4_096, timeCost: 1, parallelism: 1 });
    await database.db('users').update({ password_hash: weak });
    // Reading goes on, writing does not: as on a full disk, or a replica that has not been promoted yet.
    await database.db.schema.alterTable('users', (table) => table.renameColumn('updated_at', 'away'));
    try {
      expect(await accounts.authenticate(ada.email, ada.password)).toEqual(user);
    } finally {
      await database.db.schema.alterTable('users', (table) => table.renameColumn('away', 'updated_at'));
    }
    expect((await row()).password_hash).toBe(weak);
    expect(log.join()).toContain('a weaker password hash could not be replaced');
    expect(log.join()).not.toMatch(/password_rehashed|argon2|analytical|ada@/);
  });

  it('does not undo a password that is changed while a weaker hash is replaced', async () => {
    const user = await accounts.create(ada.email, ada.password);
    const weak = await hash(ada.password, { algorithm: 2, memoryCost: 4_096, timeCost: 1, parallelism: 1 });
    await database.db('users').update({ password_hash: weak });
    const signingIn = accounts.authenticate(ada.email, ada.password);
    await accounts.setPassword(user.id, 'the newest hash');
    await signingIn;
    expect((await row()).password_hash).toBe('the newest hash');
  });

  it('[ASVS 6.3.8] takes as long for nobody as for a wrong password', async () => {
    await accounts.create(ada.email, ada.password);
    const timed = async (email: string) => {
      const begin = performance.now();
      await accounts.authenticate(email, 'wrong-password');
      return performance.now() - begin;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let time = 0; time < 40; time++) {
      known.push(await timed(ada.email));
      unknown.push(await timed('nobody@example.com'));
    }
    // The share of pairs in which nobody took longer: 0.5 when they are alike, 0 without the equal work.
    const longer = known.flatMap((one) => unknown.map((other) => Number(other > one)));
    const share = longer.reduce((sum, each) => sum + each, 0) / longer.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.85);
  });
});

describe('removePassword', () => {
  it('takes it away when it may go, and says that there was one', async () => {
    const { id } = await accounts.create(ada.email, ada.password);
    expect(await accounts.removePassword(id, async () => true)).toBe(true);
    expect((await row()).password_hash).toBeNull();
    expect(await accounts.removePassword(id, async () => true)).toBe(false);
  });

  it('asks once it is gone, and brings it back when it must not go or nobody can say', async () => {
    const { id } = await accounts.create(ada.email, ada.password);
    const before = await row();
    const seen: unknown[] = [];
    const look = async () => void seen.push((await row()).password_hash);
    expect(await accounts.removePassword(id, () => look().then(() => false))).toBe(false);
    const broken = accounts.removePassword(id, () =>
      look().then(() => Promise.reject(new Error('no answer'))),
    );
    await expect(broken).rejects.toThrow('no answer');
    expect(seen).toEqual([null, null]);
    const { password_hash, password_changed_at } = await row();
    expect([password_hash, password_changed_at]).toEqual([before.password_hash, before.password_changed_at]);
  });

  it('brings none back where there is a newer one by now', async () => {
    const { id } = await accounts.create(ada.email, ada.password);
    const mayGo = () => accounts.setPassword(id, 'the newest hash').then(() => false);
    expect(await accounts.removePassword(id, mayGo)).toBe(false);
    expect((await row()).password_hash).toBe('the newest hash');
  });
});

describe('find', () => {
  it('answers with the account, or null when nobody has this id', async () => {
    const user = await accounts.create(ada.email, ada.password);
    expect(await accounts.find(user.id)).toEqual(user);
    expect(await accounts.find(user.id.toUpperCase())).toBeNull();
    expect(await accounts.find('')).toBeNull();
  });
});
