import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

const ada = { email: 'ada@example.com', password: 'analytical-engine-1843' };

let running: TestOperations;
let user: User;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  user = await running.createAccount(ada.email, ada.password);
});

const row = () => running.database.db('users').where({ email: ada.email }).first();

/** As a try at a password does: the account is looked up, and then the password is looked at. */
async function verify(email: string, password: string) {
  const { accounts } = running;
  return accounts.verify(await accounts.candidate(email), password);
}

async function keepHash(parameters: { memoryCost: number; timeCost: number }): Promise<string> {
  const kept = await hash(ada.password, { algorithm: 2, parallelism: 1, ...parameters });
  await running.database.db('users').update({ password_hash: kept });
  return kept;
}
const weak = { memoryCost: 4_096, timeCost: 1 };

describe('whose password it is', () => {
  it('is answered with the account and what it was verified against, or with null', async () => {
    const { password_hash: passwordHash } = await row();
    expect(await verify(ada.email, ada.password)).toEqual({ user, passwordHash, replacement: null });
    expect(await verify(ada.email, 'wrong')).toBeNull();
    expect(await verify('nobody@example.com', ada.password)).toBeNull();
    expect(await verify("' OR 1=1 --", ada.password)).toBeNull();
  });

  it('is answered with null for an account without a password, whatever is typed', async () => {
    await running.database.db('users').update({ password_hash: null });
    for (const typed of [ada.password, '', 'null']) expect(await verify(ada.email, typed)).toBeNull();
  });

  it('is answered of the account as it was when it was looked up', async () => {
    const before = await running.accounts.candidate(ada.email);
    await running.database.db('users').update({ epoch: 7, password_hash: 'the newest hash' });
    const proof = await running.accounts.verify(before, ada.password);
    expect(proof).toMatchObject({ user: { epoch: 0 }, passwordHash: before?.passwordHash });
  });

  it('[ASVS 11.2.2] is answered with a stronger hash for a weaker one, after the right password alone', async () => {
    const passwordHash = await keepHash(weak);
    expect(await verify(ada.email, 'wrong')).toBeNull();
    const proof = await verify(ada.email, ada.password);
    expect(proof).toEqual({
      user,
      passwordHash,
      replacement: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
    });
    // It only reads: what is kept, is kept by whoever acts on the answer.
    expect((await row()).password_hash).toBe(passwordHash);
  });

  it('is answered with none for a stronger hash', async () => {
    await keepHash({ memoryCost: 32_768, timeCost: 3 });
    expect(await verify(ada.email, ada.password)).toMatchObject({ replacement: null });
  });
});

describe('who has an id or an address', () => {
  it('is answered with the account, or null', async () => {
    const { accounts } = running;
    expect(await accounts.find(user.id)).toEqual(user);
    expect(await accounts.findByEmail(ada.email)).toEqual(user);
    expect(await accounts.find(user.id.toUpperCase())).toBeNull();
    expect(await accounts.find('')).toBeNull();
    expect(await accounts.findByEmail('nobody@example.com')).toBeNull();
  });

  it('is answered with facts that hold no hash', async () => {
    const facts = await running.accounts.facts(user.id);
    expect(facts).toMatchObject({
      ...user,
      emailVerified: false,
      hasPassword: true,
      passkeysHeldSince: null,
    });
    expect(JSON.stringify(facts)).not.toContain('argon2');
    expect(await running.accounts.facts('nobody')).toBeNull();
  });
});
