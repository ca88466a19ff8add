import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import { pseudonym } from '../../../src/logger.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { place } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

let running: TestOperations;
let ada: User;
let grace: User;
let requester: Requester;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  grace = await running.createAccount('grace@example.com');
  requester = await running.enter(ada);
  running.log.length = 0;
});

describe('whether somebody has a password', () => {
  it('is a question about them alone', async () => {
    await running.database.db('users').where({ id: grace.id }).update({ password_hash: null });
    const facts = await Promise.all([ada, grace].map(({ id }) => running.accounts.facts(id)));
    expect(facts.map((account) => account?.hasPassword)).toEqual([true, false]);
  });

  it('is not answered for an account that is gone', async () => {
    await running.database.db('users').where({ id: ada.id }).delete();
    expect(await running.accounts.facts(ada.id)).toBe(null);
  });
});

describe('whether passkeys may be created for somebody unasked', () => {
  const allowed = async () => {
    const facts = await Promise.all([ada, grace].map(({ id }) => running.accounts.facts(id)));
    return facts.map((account) => account?.automaticPasskeys);
  };
  const allow = (answer: boolean) => running.operations.setAutomaticPasskeys(requester, answer, place);

  it('is theirs to say, each for themselves, and yes at first', async () => {
    expect(await allowed()).toEqual([true, true]);
    await allow(false);
    expect(await allowed()).toEqual([false, true]);
    await allow(true);
    expect(await allowed()).toEqual([true, true]);
  });

  it('is not for a sign-in that has ended to say', async () => {
    await running.operations.signOut(requester, place);
    await expect(allow(false)).rejects.toMatchObject({ code: 'signed_out' });
    expect(await allowed()).toEqual([true, true]);
  });

  it('[ASVS 16.3.3] is logged when it changes, without an address of theirs', async () => {
    await allow(false);
    await allow(true);
    const { address, requestId } = place;
    const changed = { event: 'automatic_passkeys_changed', outcome: 'changed', user: pseudonym(ada.id) };
    expect(running.events()).toMatchObject([
      { ...changed, reason: 'off', address, requestId },
      { ...changed, reason: 'on', address, requestId },
    ]);
    expect(running.log.join()).not.toMatch(/ada@|grace@/);
  });
});
