import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAccounts } from '../../../src/accounts/accounts.ts';
import { ensureDemoAccount, refuseDemoAccount } from '../../../src/accounts/demo-account.ts';
import { hashPassword } from '../../../src/accounts/password.ts';
import { SetupFault } from '../../../src/setup-fault.ts';
import { place } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

let running: TestOperations;
let demo: object;
beforeAll(async () => {
  running = await startOperations();
  await ensure();
  demo = await users().first();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await users().delete();
  await users().insert(demo);
});

/** As each process does when it starts. */
const ensure = () =>
  ensureDemoAccount(createAccounts(running.database.db), (account) =>
    running.operations.createAccount(account, place),
  );
const refuse = () => refuseDemoAccount(createAccounts(running.database.db));
const users = () => running.database.db('users');

it('an empty database gets one demo account, also when two processes start at once', async () => {
  await users().delete();
  const [first, second] = await Promise.all([ensure(), ensure()]);
  expect(first).toEqual(second);
  expect(await running.signIn(first?.email ?? '', first?.password)).not.toBeNull();
  expect(await users().select()).toHaveLength(1);
});

it('is refused by whoever is not meant to have it', async () => {
  await expect(refuse()).rejects.toThrow(SetupFault);
  await expect(refuse()).rejects.toThrow(/^DATABASE_URL is a database of development: .* demo@example\.com/);
});

it('is refused with the password that it had in releases before, and not told', async () => {
  await users().update({ password_hash: await hashPassword('correct-horse-battery-staple') });
  await expect(refuse()).rejects.toThrow(SetupFault);
  expect(await ensure()).toBeNull();
});

it('a demo account with another password is left alone and not told', async () => {
  await users().update({ password_hash: null });
  expect(await ensure()).toBeNull();
  expect((await users().first()).password_hash).toBeNull();
  await expect(refuse()).resolves.toBeUndefined();
});

it('a database with people in it gets none', async () => {
  await users().delete();
  await running.createAccount('ada@example.com');
  expect(await ensure()).toBeNull();
  await expect(refuse()).resolves.toBeUndefined();
  expect(await users().select()).toHaveLength(1);
});

it('a fault of the database is no reason to go on without one', async () => {
  await users().delete();
  const failing = ensureDemoAccount(createAccounts(running.database.db), async () => {
    throw new Error('disk full');
  });
  await expect(failing).rejects.toThrow('disk full');
});
