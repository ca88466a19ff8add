import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { password, place, typing } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

let running: TestOperations;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(() => running.empty());

const users = () => running.database.db('users').select();

describe('createAccount', () => {
  it('keeps a hash and no password, and an address in its one spelling', async () => {
    const user = await running.createAccount(' Ada@Example.com ');
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'ada@example.com',
      epoch: 0,
    });
    const [stored] = await users();
    expect(stored.password_hash).toMatch(/^\$argon2id\$/);
    expect(stored.created_at).toBe(new Date(stored.created_at).toISOString());
    expect(stored.email_verified_at).toBeNull();
    expect(JSON.stringify(stored)).not.toContain(password);
    expect(await running.activity(user.id)).toEqual(['account_created']);
    expect(running.log.join()).not.toMatch(/ada@|analytical/i);
  });

  it.each([
    ['an address that is none', 'ada'],
    ['an address that is taken', 'ADA@example.com'],
  ])('refuses %s and adds no row', async (_, email) => {
    await running.createAccount('ada@example.com');
    const before = await running.everything();
    await expect(running.createAccount(email)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await running.everything()).toEqual(before);
  });
});

describe('of an account that there is', () => {
  let ada: User;
  let requester: Requester;
  beforeEach(async () => {
    ada = await running.createAccount('ada@example.com');
    requester = await running.enter(ada);
  });
  const leave = () => running.operations.deleteAccount(requester, typing(ada), place);

  it('noteExport is told to its owner, and refused in a sign-in that has ended', async () => {
    await running.operations.noteExport(requester, place);
    expect(await running.activity(ada.id)).toContain('data_exported');
    await running.operations.signOut(requester, place);
    await expect(running.operations.noteExport(requester, place)).rejects.toMatchObject({
      code: 'signed_out',
    });
  });

  it('deleteAccount leaves no row of it, tells its owner, and has its passkeys deleted', async () => {
    await running.addPasskey(ada, requester);
    await running.operations.requestReset(ada.email, place);
    await leave();
    const { users: left, sessions, account_tokens, activity, pending_deletions } = await running.everything();
    expect([left, sessions, account_tokens, activity]).toEqual([[], [], [], []]);
    expect(pending_deletions).toMatchObject([{ user_id: ada.id, credential_id: null }]);
    expect(await running.passkeys.listFor(ada.id)).toEqual([]);
    expect(await running.database.db('passkey_records').select()).toEqual([]);
    expect(await running.letters()).toContainEqual({ kind: 'account-deleted', to: ada.email });
  });

  it('deleteAccount is told to the address from which a thief has taken the account', async () => {
    const email = 'thief@example.com';
    await running.operations.requestEmailChange(requester, email, place);
    const link = await running.newestSecret('change-email', email);
    await running.operations.confirmEmailChange(link, requester, place);
    await running.operations.deleteAccount(requester, typing(await running.account(ada.id)), place);
    const told = (await running.letters()).filter(({ kind }) => kind === 'account-deleted');
    expect(told.map(({ to }) => to)).toEqual([email, ada.email]);
  });

  it('deleteAccount is refused in a sign-in that has ended', async () => {
    await running.operations.signOut(requester, place);
    await expect(leave()).rejects.toMatchObject({ code: 'signed_out' });
    expect(await users()).toHaveLength(1);
  });
});
