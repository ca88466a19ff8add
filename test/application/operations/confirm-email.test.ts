import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { newBrowser, place } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

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
afterEach(() => void vi.useRealTimers());

const request = () => running.operations.requestConfirmation(requester, ada.email, place);
const confirm = (secret: string) => running.operations.confirmEmail(secret, place);
const secret = () => running.newestSecret('confirm-email');
const isConfirmed = async () => (await running.account(ada.id)).emailVerifiedAt !== null;

describe('requestConfirmation', () => {
  it('mails a link to the address that the account has', async () => {
    await request();
    expect(await running.letters()).toMatchObject([{ kind: 'confirm-email', to: ada.email }]);
  });

  it('mails nothing when the address is confirmed already', async () => {
    await request();
    await confirm(await secret());
    await request();
    expect(await running.letters()).toHaveLength(1);
  });

  it('is refused in a sign-in that has ended', async () => {
    await running.operations.signOut(requester, place);
    await expect(request()).rejects.toMatchObject({ code: 'signed_out' });
    expect(await running.letters()).toEqual([]);
  });
});

describe('confirmEmail', () => {
  it('confirms no address but the one that it was mailed to', async () => {
    await request();
    const link = await secret();
    await running.operations.requestEmailChange(requester, 'countess@example.org', place);
    await running.operations.confirmEmailChange(await running.newestSecret('change-email'), requester, place);
    await running.database.db('users').update({ email_verified_at: null });
    expect(await confirm(link)).toBe(false);
    expect(await isConfirmed()).toBe(false);
  });

  it('can be done for a day', async () => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now });
    await request();
    const link = await secret();
    vi.setSystemTime(now + day + minute);
    expect(await confirm(link)).toBe(false);
    vi.setSystemTime(now + day - minute);
    expect(await confirm(link)).toBe(true);
  });

  it('confirms nothing with a link that was mailed for something else', async () => {
    await running.operations.requestReset(ada.email, place);
    const link = await running.newestSecret('reset-password');
    expect(await confirm(link)).toBe(false);
    expect(await isConfirmed()).toBe(false);
    expect(await running.operations.resetPassword(link, null, newBrowser, '', place)).not.toBeNull();
  });
});
