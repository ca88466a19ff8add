import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashOf } from '../../../src/accounts/token-store.ts';
import { limits } from '../../../src/limits.ts';
import { type Opener, openSignUp, pendingSignUp } from '../../../src/operations/sign-up.ts';
import { place, requesterOf } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const email = 'ada@example.com';
const browser = 'a-secret-of-a-browser';
const signUp = { email, passwordHash: 'a hash', browserHash: hashOf(browser) };

let running: TestOperations;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(() => running.empty());
afterEach(() => void vi.useRealTimers());

const begin = (who = browser, passwordHash: string | null = 'a hash') =>
  running.operations.beginSignUp(who, { email, passwordHash }, place);
const here = { browser, chosenHash: null, former: null };
const complete = (secret: string, opener: Opener = here) =>
  running.operations.completeSignUp(secret, opener, 'Welcome.', place);
const pending = () => pendingSignUp(running.database.db, browser);
const users = () => running.database.db('users').select();
const secret = () => running.newestSecret('sign-up');
const kinds = async () => (await running.letters()).map(({ kind }) => kind);

describe('beginSignUp', () => {
  it('keeps what was typed for this browser, mails a link, and makes no account', async () => {
    await begin();
    expect(await pending()).toEqual(signUp);
    expect(await pendingSignUp(running.database.db, 'another browser')).toBeNull();
    expect(await running.letters()).toMatchObject([{ kind: 'sign-up', to: email }]);
    expect(await openSignUp(running.database.db, await secret())).toEqual(signUp);
    expect(await users()).toEqual([]);
    expect(running.log.join()).not.toContain(email);
  });

  it('writes as much for an address that has an account, and says nothing of it but in the mail', async () => {
    await begin();
    const counts = async () => {
      const { account_tokens, outbox } = await running.everything();
      return [account_tokens?.length, outbox?.length];
    };
    const unknown = await counts();
    await running.empty();
    await running.createAccount(email);
    await begin();
    expect(await counts()).toEqual(unknown);
    expect(await running.letters()).toEqual([{ kind: 'account-exists', to: email }]);
    expect(await pending()).toEqual(signUp);
  });

  it('keeps what was typed also when no more letters go out', async () => {
    for (let time = 0; time < 5; time++) await begin(`browser ${time}`);
    await begin();
    expect(await running.letters()).toHaveLength(5);
    expect(await pending()).toEqual(signUp);
  });
});

describe('resendSignUp', () => {
  it('mails one more link, and the first still works', async () => {
    await begin();
    const first = await secret();
    await running.operations.resendSignUp(browser, place);
    expect(await kinds()).toEqual(['sign-up', 'sign-up']);
    expect(await complete(first)).toMatchObject({ user: { email } });
  });

  it('mails nothing to nobody: where no sign-up has begun, or it is over', async () => {
    await running.operations.resendSignUp(browser, place);
    expect(await kinds()).toEqual([]);
    await begin();
    await complete(await secret());
    await running.operations.resendSignUp(browser, place);
    expect(await kinds()).toEqual(['sign-up']);
  });

  it('tells whoever has an account by now that they have one', async () => {
    await begin();
    await running.createAccount(email);
    await running.operations.resendSignUp(browser, place);
    expect((await kinds()).toSorted()).toEqual(['account-exists', 'sign-up']);
  });

  it('mails five letters to an address, and others elsewhere', async () => {
    await begin();
    for (let time = 0; time < 10; time++) await running.operations.resendSignUp(browser, place);
    expect(await kinds()).toHaveLength(5);
    await running.operations.requestReset(email, place);
    await running.operations.resendSignUp(browser, { ...place, address: '198.51.100.9' });
    expect((await kinds()).toSorted()).toEqual(['nobody', ...Array(6).fill('sign-up')]);
  });
});

describe('the letters to one address', () => {
  it('are so many and no more, wherever they are asked for', async () => {
    await begin();
    const { points } = limits.lettersOfRecipient;
    for (let number = 1; number < points + 5; number++)
      await running.operations.resendSignUp(browser, { ...place, address: `198.51.100.${number}` });
    expect(await kinds()).toHaveLength(points);
  });
});

describe('completeSignUp', () => {
  it('opens the account with what was typed, its address confirmed, and signs its owner in', async () => {
    await begin();
    const opened = await complete(await secret());
    const { user, session } = opened ?? expect.fail('there is no account');
    expect(await running.account(user.id)).toMatchObject({
      email,
      passwordHash: 'a hash',
      emailVerifiedAt: expect.any(String),
      epoch: 0,
    });
    expect(session.data).toMatchObject({ method: 'email', flash: 'Welcome.', userId: user.id, epoch: 0 });
    expect(session.data.authenticatedAt).toBeGreaterThan(0);
    expect(await running.isIn(requesterOf({ session }))).toBe(true);
    expect((await running.activity(user.id)).toSorted()).toEqual(['account_created', 'sign_in']);
  });

  it('opens one without a password for whoever wants none', async () => {
    await begin(browser, null);
    const opened = await complete(await secret());
    expect((await running.account(opened?.user.id ?? '')).passwordHash).toBeNull();
  });

  it('gives an account what was chosen where the link was opened, unless that is where the sign-up began', async () => {
    const choice = { chosenHash: 'chosen at the link', former: null };
    for (const [opener, kept] of [
      [browser, 'a hash'],
      ['another browser', 'chosen at the link'],
      [null, 'chosen at the link'],
    ] as const) {
      await begin();
      const opened = await complete(await secret(), { ...choice, browser: opener });
      expect((await running.account(opened?.user.id ?? '')).passwordHash).toBe(kept);
      await running.empty();
    }
  });

  it('leads nowhere as soon as the address has an account', async () => {
    await begin();
    const link = await secret();
    await running.createAccount(email);
    expect(await openSignUp(running.database.db, link)).toBeNull();
    expect(await complete(link)).toBeNull();
    expect(await running.database.db('account_tokens').where({ purpose: 'sign-up' }).select()).toEqual([]);
  });

  it('ends the sign-in that this browser had before', async () => {
    const grace = await running.createAccount('grace@example.com');
    const former = await running.enter(grace);
    await begin();
    await complete(await secret(), { ...here, former });
    expect(await running.isIn(former)).toBe(false);
  });

  it('leaves nothing of the sign-up, so that no further link is sent', async () => {
    await begin();
    await complete(await secret());
    expect(await pending()).toBeNull();
    expect(await running.database.db('account_tokens').select()).toEqual([]);
  });

  it('does nothing for an address that has an account by now, and its link is gone', async () => {
    await begin();
    const link = await secret();
    const user = await running.createAccount(email);
    const before = await running.account(user.id);
    expect(await complete(link)).toBeNull();
    expect(await openSignUp(running.database.db, link)).toBeNull();
    expect(await running.account(user.id)).toEqual(before);
    expect(await running.database.db('sessions').select()).toEqual([]);
  });

  it('can be done for a day', async () => {
    const begunAt = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: begunAt });
    await begin();
    const link = await secret();
    vi.setSystemTime(begunAt + day - minute);
    expect([await pending(), await openSignUp(running.database.db, link)]).toEqual([signUp, signUp]);
    vi.setSystemTime(begunAt + day + minute);
    expect([await pending(), await openSignUp(running.database.db, link)]).toEqual([null, null]);
    expect(await complete(link)).toBeNull();
    expect(await users()).toEqual([]);
  });
});
