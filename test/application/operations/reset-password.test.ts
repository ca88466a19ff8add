import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLink } from '../../../src/accounts/links.ts';
import { hashPassword } from '../../../src/accounts/password.ts';
import type { User } from '../../../src/accounts/user.ts';
import { limits } from '../../../src/limits.ts';
import { newBrowser, password, place, requesterOf, signedInBy } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

const minute = 60_000;

let running: TestOperations;
let ada: User;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
});
afterEach(() => void vi.useRealTimers());

const request = (email = ada.email) => running.operations.requestReset(email, place);
const secret = () => running.newestSecret('reset-password');
const reset = (link: string, hash: string | null = 'the new hash', browser = newBrowser) =>
  running.operations.resetPassword(link, hash, browser, 'Welcome back.', place);
const opens = (link: string) => openLink(running.database.db, link, 'reset-password');
const operator = () => ({ userId: ada.id, operator: true }) as const;

describe('requestReset', () => {
  it('mails a link to whoever has this address', async () => {
    await request();
    expect(await running.letters()).toMatchObject([{ kind: 'reset-password', to: ada.email }]);
    expect(await opens(await secret())).toMatchObject({ user: ada });
  });

  it('writes as much for an address that nobody has, and that link leads nowhere', async () => {
    await request('nobody@example.com');
    const { account_tokens, outbox } = await running.everything();
    expect([account_tokens?.length, outbox?.length]).toEqual([1, 1]);
    expect(await running.letters()).toEqual([{ kind: 'nobody', to: 'nobody@example.com' }]);
    expect(account_tokens?.[0]).toMatchObject({ user_id: null, purpose: 'reset-password' });
  });

  it('mails five links in an hour to an address', async () => {
    for (let time = 0; time < 7; time++) await request();
    expect(await running.letters()).toHaveLength(5);
    expect(running.events().filter(({ event }) => event === 'password_reset_requested')).toHaveLength(7);
  });
});

describe('the letters of requestReset', () => {
  it('begin anew for an account whose links are void: nobody uses them up beforehand', async () => {
    for (let asker = 0; asker < limits.lettersOfRecipient.points; asker++)
      await running.operations.requestReset(ada.email, { ...place, address: `198.51.100.${asker}` });
    await request();
    expect(await running.letters()).toHaveLength(limits.lettersOfRecipient.points);
    const told = { event: 'rate_limited', reason: 'letters of reset-password', address: place.address };
    expect(running.events()).toContainEqual(expect.objectContaining(told));
    await running.database.db('outbox').delete();
    await running.operations.changePassword(await running.enter(ada), 'of a thief', place);
    await request();
    expect(await opens(await secret())).toMatchObject({ user: { id: ada.id } });
  });
});

describe('makeResetLink', () => {
  it('mails the link for an operator, who does not see it', async () => {
    expect(await running.operations.makeResetLink(operator(), false, place)).toEqual({
      email: ada.email,
      secret: null,
    });
    expect(await running.letters()).toMatchObject([{ kind: 'reset-password', to: ada.email }]);
    expect(await running.activity(ada.id)).toContain('password_reset_link_made');
  });

  it('hands the link to an operator, and tells its owner so that they can take it back', async () => {
    const made = await running.operations.makeResetLink(operator(), true, place);
    expect(await opens(made.secret ?? '')).toMatchObject({ user: ada });
    expect(await running.letters()).toMatchObject([{ kind: 'news', event: 'password_reset_link_made' }]);
    await running.operations.secureAccount(await running.notMe('password_reset_link_made'), place);
    expect(await opens(made.secret ?? '')).toBeNull();
  });
});

describe('resetPassword', () => {
  it('sets the password, confirms the address, and whoever opened it is in', async () => {
    await request();
    const opened = signedInBy(await reset(await secret(), await hashPassword('another-password-1906')));
    expect(opened.user).toEqual({ ...ada, epoch: 1 });
    expect((await running.account(ada.id)).emailVerifiedAt).not.toBeNull();
    expect(opened.session.data).toMatchObject({ method: 'email', flash: 'Welcome back.', epoch: 1 });
    expect(await running.isIn(requesterOf(opened))).toBe(true);
    expect(await running.signIn(ada.email, 'another-password-1906')).not.toBeNull();
    await expect(running.signIn(ada.email, password)).rejects.toThrow('nobody was let in');
    expect(await running.activity(ada.id)).toContain('password_reset');
    // Whoever signs in elsewhere after it is told of, too.
    expect((await running.letters()).filter(({ kind }) => kind === 'news')).toMatchObject([
      { event: 'password_reset', to: ada.email },
      { event: 'sign_in', to: ada.email },
    ]);
  });

  it('keeps the password for whoever wants a passkey instead', async () => {
    const before = await running.account(ada.id);
    await request();
    expect(await reset(await secret(), null)).toMatchObject({ user: { epoch: 1 } });
    const { passwordHash, passwordChangedAt } = await running.account(ada.id);
    expect([passwordHash, passwordChangedAt]).toEqual([before.passwordHash, before.passwordChangedAt]);
  });

  it('[ASVS 7.4.3] signs out everybody else', async () => {
    const others = [await running.enter(ada), await running.enter(ada)];
    await request();
    const opened = signedInBy(await reset(await secret()));
    for (const other of others) expect(await running.isIn(other)).toBe(false);
    expect(await running.isIn(requesterOf(opened))).toBe(true);
    expect(await running.database.db('sessions').select()).toHaveLength(1);
  });

  it.each([
    [
      'another password',
      () => change((requester) => running.operations.changePassword(requester, 'other', place)),
    ],
    [
      'ended all other sessions',
      () => change((requester) => running.operations.endOtherSessions(requester, place)),
    ],
    ['another address', () => change(changeAddress)],
  ])('does not work when the account has %s since', async (_, happen) => {
    await request();
    const link = await secret();
    await happen();
    const before = await running.account(ada.id);
    expect(await opens(link)).toBeNull();
    expect(await reset(link)).toBeNull();
    expect(await running.account(ada.id)).toEqual(before);
  });

  it('can be done for half an hour', async () => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now });
    await request();
    const link = await secret();
    vi.setSystemTime(now + 31 * minute);
    expect(await reset(link)).toBeNull();
    vi.setSystemTime(now + 29 * minute);
    expect(await reset(link)).not.toBeNull();
  });

  it('does nothing with the link of an address that nobody has', async () => {
    await running.operate(place, async (act) => {
      const link = await act.issue('reset-password', null);
      await act.post({ kind: 'reset-password', to: 'nobody@example.com', why: 'forgotten', link });
    });
    expect(await reset(await secret())).toBeNull();
    expect(await running.database.db('sessions').select()).toEqual([]);
  });

  it('ends the sign-in that this browser had before, and what held its owner up', async () => {
    const grace = await running.createAccount('grace@example.com');
    const former = await running.enter(grace);
    for (let failure = 0; failure < 10; failure++) await running.signIn(ada.email, 'wrong').catch(() => {});
    await request();
    await reset(await secret(), await hashPassword(password), { ...newBrowser, former });
    expect(await running.isIn(former)).toBe(false);
    expect(await running.signIn(ada.email)).not.toBeNull();
  });
});

/** Somebody who is signed in does something. */
async function change(
  work: (requester: { userId: string; signInId: string }) => Promise<unknown>,
): Promise<void> {
  await work(await running.enter(ada));
}

async function changeAddress(requester: { userId: string; signInId: string }): Promise<void> {
  await running.operations.requestEmailChange(requester, 'countess@example.org', place);
  await running.operations.confirmEmailChange(await running.newestSecret('change-email'), requester, place);
}
