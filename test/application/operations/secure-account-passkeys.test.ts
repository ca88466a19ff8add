/** What "This wasn't me" does to passkeys. The clock runs: the passkey API compares its own with ours. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { aMoment } from '../../support/a-moment.ts';
import { newBrowser, place, requesterOf, signedInBy } from '../../support/acting.ts';
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

const secure = (secret: string) => running.operations.secureAccount(secret, place);
const passkeys = async () => (await running.passkeys.listFor(ada.id)).map(({ id }) => id);

/** Whoever sits in the session sets another password. @returns the link in the letter about it */
async function changePassword(): Promise<string> {
  await running.operations.changePassword(requester, 'a hash of the thief', place);
  await aMoment();
  return running.notMe('password_changed');
}

describe('secureAccount', () => {
  it('of the passkeys those that came since are gone, and open nothing', async () => {
    const mine = await running.addPasskey(ada, requester);
    await aMoment();
    const link = await changePassword();
    const { epoch } = await running.account(ada.id);
    const theirs = await running.addPasskey({ ...ada, epoch }, requester);
    await aMoment();
    const { db } = running.database;
    // Also without a letter that names it.
    expect(await db('account_tokens').where('data', 'like', `%${theirs}%`).delete()).toBe(1);
    await secure(link);
    expect(await passkeys()).toEqual([mine]);
    expect(await running.passkeys.isDeleted(db, ada.id, theirs)).toBe(true);
  });

  it('of the passkeys the one that the letter is about is gone, although it is older than the letter', async () => {
    const theirs = await running.addPasskey(ada, requester);
    const record = running.database.db('passkey_records').where({ credential_id: theirs });
    await record.update({ created_at: new Date(Date.now() - 1_000).toISOString() });
    await secure(await running.notMe('passkey_registered'));
    expect(await passkeys()).toEqual([]);
    expect(await running.passkeys.isDeleted(running.database.db, ada.id, theirs)).toBe(true);
  });

  it('of the passkeys those that are left are held until their owner has looked at them', async () => {
    const mine = await running.addPasskey(ada, requester);
    await aMoment();
    await secure(await changePassword());
    const { passkeysHeldAt } = await running.account(ada.id);
    expect(passkeysHeldAt).not.toBeNull();
    const opened = await running.operations.resetPassword(
      await running.newestSecret('reset-password'),
      null,
      newBrowser,
      '',
      place,
    );
    const owner = requesterOf(signedInBy(opened));
    expect((await running.account(ada.id)).passkeysHeldAt).toBe(passkeysHeldAt);
    expect(await running.operations.reviewPasskeys(owner, [], place)).toEqual({
      deleted: 0,
      left: 1,
      held: true,
    });
    expect((await running.account(ada.id)).passkeysHeldAt).toBeNull();
    expect(await passkeys()).toEqual([mine]);
    expect(await running.activity(ada.id)).toContain('passkeys_reviewed');
  });

  it('of the passkeys are deleted when the API answers again, and open nothing meanwhile', async () => {
    const link = await changePassword();
    const { epoch } = await running.account(ada.id);
    const theirs = await running.addPasskey({ ...ada, epoch }, requester);
    await aMoment();
    const waiting = () =>
      running.database.db('pending_deletions').where({ done_at: null }).pluck('credential_id');
    running.wire.before = brokenAnswer;
    await secure(link);
    expect(await waiting()).toEqual([theirs]);
    running.wire.mend();
    await running.database.db('pending_deletions').update({ next_try_at: new Date(0).toISOString() });
    await running.passkeys.settle(ada.id);
    expect(await waiting()).toEqual([]);
    expect(await passkeys()).toEqual([]);
  });
});
