import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import type { Asking } from '../../../src/operations/operation.ts';
import { withoutTable } from '../../support/answers.ts';
import { newBrowser, source, startOperations, type TestOperations } from '../../support/operations.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

let running: TestOperations;
let ada: User;
let asking: Asking;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  asking = await running.enter(ada.email);
});
afterEach(() => void vi.useRealTimers());

const request = () => running.operations.requestConfirmation(asking, ada.email, source);
const confirm = (secret: string) => running.operations.confirmEmail(secret, source);
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
    await running.operations.signOut(asking, source);
    await expect(request()).rejects.toMatchObject({ code: 'signed_out' });
    expect(await running.letters()).toEqual([]);
  });
});

describe('confirmEmail', () => {
  it('confirms the address, once, and its owner reads of it', async () => {
    await request();
    const link = await secret();
    const answers = await Promise.all([confirm(link), confirm(link), confirm(link)]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await isConfirmed()).toBe(true);
    expect(await running.activity(ada.id)).toContain('email_confirmed');
    expect(await running.isIn(asking)).toBe(true);
  });

  it('confirms no address but the one that it was mailed to', async () => {
    await request();
    const link = await secret();
    await running.operations.requestEmailChange(asking, 'countess@example.org', source);
    await running.operations.confirmEmailChange(await running.newestSecret('change-email'), asking, source);
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
    await running.operations.requestReset(ada.email, source);
    const link = await running.newestSecret('reset-password');
    expect(await confirm(link)).toBe(false);
    expect(await isConfirmed()).toBe(false);
    expect(await running.operations.resetPassword(link, null, newBrowser, '', source)).not.toBeNull();
  });

  it('confirms nothing when the activity cannot be written, and the link works again', async () => {
    await request();
    const link = await secret();
    await expect(withoutTable(running, 'activity', () => confirm(link))).rejects.toThrow('activity');
    expect(await isConfirmed()).toBe(false);
    expect(await confirm(link)).toBe(true);
  });
});
