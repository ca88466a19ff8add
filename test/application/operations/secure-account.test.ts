/** "This wasn't me": what a letter of a moment takes back, whatever somebody has done since. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import { limits } from '../../../src/limits.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { openLockdown } from '../../../src/operations/secure-account.ts';
import { newBrowser, place, requesterOf, signedInBy } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const thief = 'thief@example.net';

let running: TestOperations;
let ada: User;
let requester: Requester;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  requester = await running.enter(ada);
  pass(minute);
});
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
const secure = (secret: string) => running.operations.secureAccount(secret, place);
const address = async () => (await running.account(ada.id)).email;

/** Whoever sits in the session gives the account another address. */
async function changeAddress(email: string): Promise<void> {
  await running.operations.requestEmailChange(requester, email, place);
  await running.operations.confirmEmailChange(
    await running.newestSecret('change-email', email),
    requester,
    place,
  );
  pass(minute);
}

/** Whoever sits in the session sets another password. @returns the link in the letter about it */
async function changePassword(hash = 'a hash of the thief'): Promise<string> {
  await running.operations.changePassword(requester, hash, place);
  pass(minute);
  return running.notMe('password_changed');
}

describe('secureAccount', () => {
  it('signs everybody out, turns the password off, and mails a link that opens the account again', async () => {
    const other = await running.enter(ada);
    const link = await changePassword();
    expect(await secure(link)).toMatchObject({ address: ada.email });
    expect(await running.account(ada.id)).toMatchObject({ email: ada.email, passwordHash: null });
    expect([await running.isIn(requester), await running.isIn(other)]).toEqual([false, false]);
    const again = await running.newestSecret('reset-password', ada.email);
    expect(await running.operations.resetPassword(again, 'mine again', newBrowser, '', place)).not.toBeNull();
    expect(await running.activity(ada.id)).toContain('account_locked_down');
  });

  it('lets the owner do at once what the thief has done until it was refused', async () => {
    const link = await changePassword();
    const ask = () => running.operations.requestEmailChange(requester, thief, place);
    for (let time = 0; time < limits.addressChanges.points; time++)
      await ask().catch(() => running.database.db('rate_limits').where('key', 'like', 'letters%').delete());
    await expect(ask()).rejects.toMatchObject({ code: 'too_many_requests' });
    await secure(link);
    requester = await running.enter(await running.account(ada.id));
    await running.operations.requestEmailChange(requester, 'ada@home.example.com', place);
    expect(await running.newestSecret('change-email', 'ada@home.example.com')).not.toBe('');
  });

  it('works for seven days, whatever was changed since', async () => {
    const link = await changePassword();
    await changeAddress(thief);
    await changePassword('and another');
    pass(7 * day - 5 * minute);
    expect(await openLockdown(running.database.db, link)).toMatchObject({
      moment: { address: ada.email, passkey: null },
      email: thief,
    });
    expect(await secure(link)).toMatchObject({ address: ada.email });
  });

  it('does not work after seven days', async () => {
    const link = await changePassword();
    pass(7 * day);
    expect([await openLockdown(running.database.db, link), await secure(link)]).toEqual([null, null]);
    expect((await running.account(ada.id)).passwordHash).not.toBeNull();
    expect(running.events().at(-1)).toMatchObject({ event: 'link_refused', reason: 'lockdown' });
  });

  it('ends every link that would open or move the account', async () => {
    const link = await changePassword();
    await running.operations.requestReset(ada.email, place);
    const reset = await running.newestSecret('reset-password');
    await running.operations.requestEmailChange(requester, thief, place);
    const change = await running.newestSecret('change-email');
    pass(minute);
    await secure(link);
    expect(await running.operations.resetPassword(reset, 'a hash', newBrowser, '', place)).toBeNull();
    expect(await running.operations.confirmEmailChange(change, requester, place)).toBe('gone');
  });

  it('brings back the address of then, over however many changes, and tells the replaced one', async () => {
    const link = await changePassword();
    await changeAddress('first@example.net');
    await changeAddress(thief);
    await running.database.db('outbox').delete();
    expect(await secure(link)).toMatchObject({ address: ada.email });
    expect(await running.account(ada.id)).toMatchObject({
      email: ada.email,
      emailVerifiedAt: expect.any(String),
    });
    const letters = (await running.letters()).map((letter) => [letter.kind, letter.to]);
    expect(letters.toSorted()).toEqual([
      ['news', thief],
      ['reset-password', ada.email],
    ]);
    // Whoever is told that way has nothing to take back.
    expect(await running.letters()).toContainEqual(
      expect.objectContaining({ event: 'account_locked_down', link: null }),
    );
  });

  it('gives nobody an address that somebody else has by now, and does not leave it to the thief', async () => {
    const link = await changePassword();
    await changeAddress(thief);
    const grace = await running.createAccount(ada.email);
    expect(await secure(link)).toMatchObject({ address: ada.email });
    expect(await address()).toBe(`${ada.id}@secured.invalid`);
    expect((await running.account(ada.id)).emailVerifiedAt).toBeNull();
    expect(await running.account(grace.id)).toMatchObject({ email: ada.email });
    // The link that was mailed to the address of then leads into the account that had it.
    const again = await running.newestSecret('reset-password', ada.email);
    const opened = await running.operations.resetPassword(again, null, newBrowser, '', place);
    expect(signedInBy(opened).user.id).toBe(ada.id);
    await running.database.db('outbox').delete();
    const owner = requesterOf(signedInBy(opened));
    await running.operations.endOtherSessions(owner, place);
    await running.operations.requestConfirmation(owner, await address(), place);
    await running.operations.requestReset(await address(), place);
    expect(await running.letters()).toEqual([]);
    const home = 'ada@home.example.com';
    await running.operations.requestEmailChange(owner, home, place);
    await running.operations.confirmEmailChange(
      await running.newestSecret('change-email', home),
      owner,
      place,
    );
    expect(await address()).toBe(home);
    // There is no address to which it could lead back.
    expect((await running.letters()).slice(1)).toMatchObject([
      { event: 'email_changed', to: home, link: null, detail: `to ${home}` },
    ]);
  });

  it('says before and after that somebody else has the address by now', async () => {
    const link = await changePassword();
    await changeAddress(thief);
    const open = () => openLockdown(running.database.db, link);
    expect(await open()).toMatchObject({ isTaken: false });
    await running.createAccount(ada.email);
    expect(await open()).toMatchObject({ isTaken: true });
    expect(await secure(link)).toMatchObject({ isTaken: true });
  });
});

it('the letter about all other sessions that were ended brings back what its owner had', async () => {
  await running.operations.endOtherSessions(requester, place);
  expect(await secure(await running.notMe('sessions_ended'))).toMatchObject({ address: ada.email });
  expect(await running.isIn(requester)).toBe(false);
});

describe('of two letters', () => {
  /** First the password is changed, and then the address: two moments, and the links in their letters. */
  async function twoMoments() {
    const earlier = await changePassword();
    await changeAddress(thief);
    return { earlier, later: await running.notMe('email_changed') };
  }

  it('the earlier one ends the later one', async () => {
    const { earlier, later } = await twoMoments();
    await secure(earlier);
    expect(await openLockdown(running.database.db, later)).toBeNull();
    expect(await secure(later)).toBeNull();
    expect(await address()).toBe(ada.email);
  });

  it('the later one leaves the earlier one, which still wins', async () => {
    const { earlier, later } = await twoMoments();
    expect(await secure(later)).toMatchObject({ address: ada.email });
    expect(await secure(earlier)).toMatchObject({ address: ada.email });
    expect(await address()).toBe(ada.email);
  });

  it('that of the thief brings nothing back: what came later than a moment that was used is void', async () => {
    const mine = await changePassword();
    await changeAddress(thief);
    await changePassword('and another');
    const theirs = await running.newestSecret('lockdown', thief);
    await secure(mine);
    expect(await secure(theirs)).toBeNull();
    expect(await address()).toBe(ada.email);
  });

  it('used in either order the account is as it was at the earliest', async () => {
    const first = await changePassword();
    await changeAddress('first@example.net');
    const second = await changePassword('another');
    await changeAddress(thief);
    expect(await secure(second)).toMatchObject({ address: 'first@example.net' });
    expect(await secure(first)).toMatchObject({ address: ada.email });
  });
});
