import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLink } from '../../../src/accounts/links.ts';
import type { User } from '../../../src/accounts/user.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { place, typing } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { brokenAnswer } from '../../support/wire.ts';

let running: TestOperations;
let ada: User;
let requester: Requester;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  requester = await running.enter(ada);
});
afterEach(() => running.wire.mend());

const passwordHash = async () => (await running.account(ada.id)).passwordHash;
const change = (hash = 'the newest hash') => running.operations.changePassword(requester, hash, place);
const remove = () => running.operations.removePassword(requester, typing(ada), place);
const addPasskeys = async () => [
  await running.addPasskey(ada, requester),
  await running.addPasskey(ada, requester),
];

describe('changePassword', () => {
  it('[ASVS 7.4.3] signs out everybody else, and ends what was issued before', async () => {
    const other = await running.enter(ada);
    await running.operations.requestReset(ada.email, place);
    const link = await running.newestSecret('reset-password');
    expect(await change()).toEqual({ user: { ...ada, epoch: 1 }, had: true });
    expect(await passwordHash()).toBe('the newest hash');
    expect([await running.isIn(requester), await running.isIn(other)]).toEqual([true, false]);
    expect(await openLink(running.database.db, link, 'reset-password')).toBeNull();
    expect((await running.letters()).map((letter) => letter.kind === 'news' && letter.event)).toContain(
      'password_changed',
    );
  });

  it('tells the first password of an account as one that was set', async () => {
    await running.database.db('users').update({ password_hash: null });
    expect(await change()).toMatchObject({ had: false });
    expect(await running.activity(ada.id)).toContain('password_set');
  });
});

describe('removePassword', () => {
  it('takes it away when two passkeys are left that are as good, and says that there was one', async () => {
    const other = await running.enter(ada);
    await addPasskeys();
    expect(await remove()).toEqual({ ...ada, epoch: 1 });
    expect(await passwordHash()).toBeNull();
    expect([await running.isIn(requester), await running.isIn(other)]).toEqual([true, false]);
    expect(await running.activity(ada.id)).toContain('password_removed');
    expect(await remove()).toBe('password');
  });

  it('leaves it while one passkey is there, or nobody can say how many', async () => {
    await running.addPasskey(ada, requester);
    expect(await remove()).toBeNull();
    await running.addPasskey(ada, requester);
    running.wire.before = brokenAnswer;
    await expect(remove()).rejects.toMatchObject({ code: 'passkey_service_unavailable' });
    expect(await passwordHash()).not.toBeNull();
    expect((await running.account(ada.id)).epoch).toBe(0);
  });

  it.each([
    ['that proves nothing', { vouched: false }],
    ['that only works after a password', { discoverable: false }],
  ])('leaves it when one of two is a passkey %s', async (_, record) => {
    const [, second] = await addPasskeys();
    await running.database.db('passkey_records').where({ credential_id: second }).update(record);
    expect(await remove()).toBeNull();
    expect(await passwordHash()).not.toBeNull();
  });

  it('counts no passkey that was deleted after the passkeys were listed', async () => {
    const [first = ''] = await addPasskeys();
    running.wire.after = async (_call, answer) => {
      running.wire.mend();
      await running.operations.deletePasskey({ userId: ada.id, operator: true }, first, false, place);
      return answer;
    };
    expect(await remove()).toBeNull();
    expect(await passwordHash()).not.toBeNull();
    expect(await running.passkeys.listFor(ada.id)).toHaveLength(1);
  });
});
