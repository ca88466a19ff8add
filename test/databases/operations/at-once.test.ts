/** What is asked for several times at the same moment, or while something else is under way, is done once and undoes nothing. */
import { hash } from '@node-rs/argon2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLink } from '../../../src/accounts/links.ts';
import { createRecoveryCodeStore } from '../../../src/accounts/recovery-code-store.ts';
import { codesInSet } from '../../../src/accounts/recovery-codes.ts';
import { noSecondFactor, type User } from '../../../src/accounts/user.ts';
import { tokenLifetime } from '../../../src/lifetimes.ts';
import { limits } from '../../../src/limits.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { openPending } from '../../../src/operations/pending-sign-in.ts';
import type { Browser } from '../../../src/operations/sign-in.ts';
import {
  newBrowser,
  password,
  pendingIn,
  place,
  requesterOf,
  signedInBy,
  typing,
} from '../../support/acting.ts';
import type { Authenticator } from '../../support/authenticator.ts';
import { withFailing } from '../../support/failing-writes.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { haveHadThemForLong, secondStepsIn, wrongCode } from '../../support/second-step.ts';

let running: TestOperations;
let steps: ReturnType<typeof secondStepsIn>;
beforeAll(async () => {
  running = await startOperations();
  steps = secondStepsIn(running);
});
afterAll(() => running.database.drop());
afterEach(() => void vi.useRealTimers());

let ada: User;
let own: Requester;
const rows = (table: string) => running.database.db(table).select();
const passwordHash = async () => (await running.account(ada.id)).passwordHash;
const signIn = (typed = password, browser = newBrowser, from = place) =>
  running.operations.signInWithPassword({ email: ada.email, password: typed }, browser, from);
const remove = () => running.operations.removePassword(own, typing(ada), place);

describe('of one account', () => {
  beforeEach(async () => {
    await running.empty();
    ada = await running.createAccount('ada@example.com');
    own = await running.enter(ada);
  });

  it('createAccount makes one when two ask for the same address', async () => {
    const both = await Promise.allSettled([1, 2].map(() => running.createAccount('grace@example.com')));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await rows('users')).toHaveLength(2);
    const created = await running.database.db('activity').where({ event: 'account_created' });
    expect(created).toHaveLength(2);
  });

  it('deleteAccount is done once, and answers the same to whoever presses the button twice', async () => {
    const leave = () => running.operations.deleteAccount(own, typing(ada), place);
    await Promise.all([leave(), leave()]);
    await leave();
    expect(await rows('users')).toEqual([]);
    expect((await running.letters()).filter(({ kind }) => kind === 'account-deleted')).toHaveLength(1);
    expect(running.events().filter(({ event }) => event === 'account_deleted')).toHaveLength(1);
  });

  it('completeSignUp works once, whichever of several links is used', async () => {
    const [email, browser] = ['grace@example.com', 'a-secret-of-a-browser'];
    await running.operations.beginSignUp(browser, { email, passwordHash: 'a hash' }, place);
    await running.operations.resendSignUp(browser, place);
    const links = await running.secretsMailed('sign-up', [email]);
    expect(links).toHaveLength(2);
    const here = { browser, chosenHash: null, former: null };
    const complete = (link: string) => running.operations.completeSignUp(link, here, 'Welcome.', place);
    const tries = await Promise.all([...links, ...links].map(complete));
    expect(tries.filter((opened) => opened !== null)).toHaveLength(1);
    expect([(await rows('users')).length, (await rows('sessions')).length]).toEqual([2, 2]);
    for (const link of links) expect(await complete(link)).toBeNull();
  });

  it('confirmEmail confirms the address once, and its owner reads of it', async () => {
    await running.operations.requestConfirmation(own, ada.email, place);
    const link = await running.newestSecret('confirm-email');
    const confirm = () => running.operations.confirmEmail(link, place);
    const answers = await Promise.all([confirm(), confirm(), confirm()]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect((await running.account(ada.id)).emailVerifiedAt).not.toBeNull();
    expect(await running.activity(ada.id)).toContain('email_confirmed');
    expect(await running.isIn(own)).toBe(true);
  });

  it('confirmEmailChange works once', async () => {
    await running.operations.requestEmailChange(own, 'countess@example.org', place);
    const link = await running.newestSecret('change-email');
    const confirm = () => running.operations.confirmEmailChange(link, own, place);
    const tries = await Promise.all([confirm(), confirm(), confirm()]);
    expect(tries.filter((answer) => typeof answer === 'object')).toHaveLength(1);
    expect(tries.filter((answer) => answer === 'gone')).toHaveLength(2);
  });

  it('resetPassword works once, and no other link of this account works any more', async () => {
    for (let time = 0; time < 2; time++) await running.operations.requestReset(ada.email, place);
    const links = await running.secretsMailed('reset-password', [ada.email]);
    expect(links).toHaveLength(2);
    const reset = (link: string) =>
      running.operations.resetPassword(link, 'the new hash', newBrowser, 'Welcome back.', place);
    const tries = await Promise.all([...links, ...links].map(reset));
    expect(tries.filter((opened) => opened !== null)).toHaveLength(1);
    for (const link of links) expect(await openLink(running.database.db, link, 'reset-password')).toBeNull();
    expect(await rows('sessions')).toHaveLength(1);
  });

  it('changePassword of two at once is refused in the other session', async () => {
    const other = await running.enter(ada);
    const both = await Promise.allSettled([
      running.operations.changePassword(own, 'mine', place),
      running.operations.changePassword(other, 'theirs', place),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'signed_out' },
    });
    expect((await running.account(ada.id)).epoch).toBe(1);
  });

  it('endSession ends it once', async () => {
    const { signInId } = await running.enter(ada);
    const end = () => running.operations.endSession(own, signInId, place.device, place);
    const answers = await Promise.all([end(), end(), end()]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    const told = await running.database.db('activity').where({ event: 'sessions_ended' });
    expect(told).toMatchObject([{ detail: place.device, times: 1 }]);
    expect([await running.isIn(own), (await rows('sessions')).length]).toEqual([true, 1]);
  });

  it('removePassword at the same moment as a deletion leaves something to sign in with', async () => {
    const first = await running.addPasskey(ada, own);
    await running.addPasskey(ada, own);
    await Promise.allSettled([remove(), running.operations.deletePasskey(own, first, false, place)]);
    const left = await running.passkeys.listFor(ada.id);
    if ((await passwordHash()) === null) expect(left.length).toBeGreaterThan(0);
    else expect(left).toHaveLength(1);
  });

  it('turnOnSecondFactor is seen by a sign-in that is under way: the password alone does not end it', async () => {
    await running.addPasskey(ada, own);
    const [outcome] = await Promise.all([signIn(), running.operations.turnOnSecondFactor(own, place)]);
    const opened = outcome && 'session' in outcome ? await running.isIn(requesterOf(outcome)) : false;
    expect(opened).toBe(false);
  });
});

describe('secureAccount', () => {
  beforeEach(async () => {
    await running.empty();
    ada = await running.createAccount('ada@example.com');
    own = await running.enter(ada);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
  });
  /** A letter about something that is no harm by itself. @returns its link */
  async function letter(): Promise<string> {
    await running.operate(place, (act) => act.tell('sessions_ended', { ...ada, ...noSecondFactor }));
    vi.setSystemTime(Date.now() + 60_000);
    return running.notMe('sessions_ended');
  }
  const secure = (secret: string) => running.operations.secureAccount(secret, place);

  it('works once', async () => {
    const link = await letter();
    const tries = await Promise.all([secure(link), secure(link), secure(link)]);
    expect(tries.filter((answer) => answer !== null)).toHaveLength(1);
    expect(await secure(link)).toBeNull();
  });

  it('lets nobody in who was signing in just then with the password of before', async () => {
    const link = await letter();
    const [, ...opened] = await Promise.all([
      secure(link),
      ...Array.from({ length: 4 }, () => running.signIn(ada.email).catch(() => null)),
    ]);
    for (const signedIn of opened)
      if (signedIn) expect(await running.isIn(requesterOf(signedIn))).toBe(false);
    expect(await rows('sessions')).toEqual([]);
  });
});

describe('signInWithPassword', () => {
  beforeEach(async () => {
    await running.empty();
    ada = await running.createAccount('ada@example.com');
  });

  it('is told by one letter, and one entry that counts, when eight come at once', async () => {
    expect(await signIn('wrong')).toBeNull();
    await signIn();
    await Promise.all(Array.from({ length: 8 }, () => signIn()));
    expect(await running.letters()).toMatchObject([{ event: 'sign_in', to: ada.email }]);
    expect(await running.tokens.listFor(ada.id, 'lockdown')).toHaveLength(1);
    const entries = running.database.db('activity').where({ event: 'sign_in' });
    expect((await entries).reduce((sum, { times }) => sum + times, 0)).toBe(9);
  });

  it('opens none that outlives a change of the password at the same moment', async () => {
    own = await running.enter(ada);
    const tries = Array.from({ length: 6 }, () => signIn().catch(() => null));
    const changing = running.operations.changePassword(own, 'the newest hash', place);
    await Promise.all([...tries, changing]);
    expect((await rows('sessions')).map(({ sign_in_id }) => sign_in_id)).toEqual([own.signInId]);
    expect(await passwordHash()).toBe('the newest hash');
  });

  describe('where the hash is weaker than those of today', () => {
    let weak: string;
    beforeEach(async () => {
      weak = await hash(password, { algorithm: 2, memoryCost: 4_096, timeCost: 1, parallelism: 1 });
      await running.database.db('users').update({ password_hash: weak });
    });

    it('[ASVS 11.2.2] keeps a stronger hash in the place of a weaker one, after the right password alone', async () => {
      expect(await signIn('wrong')).toBeNull();
      expect(await passwordHash()).toBe(weak);
      expect(await signIn()).not.toBeNull();
      const replaced = await passwordHash();
      expect(replaced).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect(running.events().map(({ event }) => event)).toContain('password_rehashed');
      expect(await signIn()).not.toBeNull();
      expect(await passwordHash()).toBe(replaced);
      // It is the same password: nobody is signed out for it.
      expect((await running.account(ada.id)).epoch).toBe(0);
      expect(await rows('sessions')).toHaveLength(2);
    });

    it('does not undo a password that is changed while it is replaced', async () => {
      own = await running.enter(ada);
      const signingIn = signIn();
      await running.operations.changePassword(own, 'the newest hash', place);
      await signingIn;
      expect(await passwordHash()).toBe('the newest hash');
    });
  });
});

describe('where a second factor is asked for', () => {
  let codes: string[];
  let laptop: Authenticator;
  beforeEach(async () => {
    ({ ada, own, codes, laptop } = await steps.beginAnew());
  });
  const code = () => codes[0] ?? expect.fail();
  const waiting = () => rows('pending_sign_ins');

  /** As many more sign-ins wait as strangers would have left. */
  async function leaveOthers(row: object, count: number): Promise<void> {
    const others = Array.from({ length: count }, (_, index) => ({
      ...row,
      id_hash: `another-${index}`,
      created_at: new Date(Date.now() + 1 + index).toISOString(),
    }));
    await running.database.db('pending_sign_ins').insert(others);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_000 });
  }

  it('the first step is not left so often from one address that the owner’s own is pushed out', async () => {
    const owners = await steps.leave(ada.email);
    const thief = { ...place, address: '198.51.100.7' };
    // The clock stands still: on a slow machine a pause would end, and one more would get in.
    vi.useFakeTimers({ toFake: ['Date'] });
    const outcomes = await Promise.all(
      Array.from({ length: limits.freeTries + 5 }, () => outcomeOf(signIn(password, newBrowser, thief))),
    );
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(limits.freeTries);
    expect(outcomes.filter((outcome) => outcome === 'too_many_requests')).toHaveLength(5);
    const completed = signedInBy((await steps.completeWithCode(owners, code())) as never);
    expect(completed.session.data.provenBy).toBe('second_factor');
  });

  it('leaves sign-ins in places of their own in a browser that is known, and after a mailed link', async () => {
    const { epoch } = await running.account(ada.id);
    const known = (of: number): Browser => ({
      deviceFor: () => ({ userId: ada.id, name: 'the laptop', epoch: of }),
      former: null,
    });
    const inKnown = await steps.leave(ada.email, password, known(epoch));
    const [{ id_hash }] = await waiting();
    const inFormer = await steps.leave(ada.email, password, known(epoch - 1));
    const row = (await waiting()).find((one) => one.id_hash !== id_hash);
    await running.operations.requestReset(ada.email, place);
    const link = await running.newestSecret('reset-password', ada.email);
    const byMail = pendingIn(await running.operations.resetPassword(link, null, newBrowser, '', place));
    await leaveOthers(row, limits.pendingSignInsOfAccount - 6);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        outcomeOf(signIn(password, newBrowser, { ...place, address: `198.51.100.${index}` })),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set(['done']));
    expect(await waiting()).toHaveLength(limits.pendingSignInsOfAccount + 2);
    expect(await openPending(running.database.db, inFormer)).toBeNull();
    expect(await openPending(running.database.db, byMail)).not.toBeNull();
    const completed = running.operations.completeWithCode(inKnown, code(), known(epoch), place);
    expect(await outcomeOf(completed)).toBe('done');
  });

  it('the last wrong try is none, and told after it, when what tells of it cannot be written', async () => {
    const pending = await steps.leave(ada.email);
    const guess = () => steps.completeWithCode(pending, wrongCode);
    const failures = async () =>
      (await running.activity(ada.id)).filter((event) => event === 'second_factor_failed').length;
    for (let index = 1; index < limits.triesOfSecondFactor; index++) await guess();
    for (const table of ['outbox', 'activity', 'account_tokens']) {
      const failing = withFailing(running.database.db, { table, verb: 'INSERT' }, guess);
      await expect(failing, table).rejects.toThrow('this write fails');
      expect(await failures(), table).toBe(0);
    }
    expect(await outcomeOf(guess())).toBe('pending_sign_in_ended');
    expect(await failures()).toBe(1);
  });

  it('a right code that is sent twice is no wrong try', async () => {
    const pending = await steps.leave(ada.email);
    const complete = () => running.operations.completeWithCode(pending, code(), newBrowser, place);
    const answers = await Promise.all([outcomeOf(complete()), outcomeOf(complete())]);
    expect(answers.toSorted()).toEqual(['done', 'pending_sign_in_ended']);
    const wrong = running.database.db('rate_limits').where('key', 'like', 'second-step-wrong%');
    expect(await wrong.pluck('points')).toEqual([]);
  });

  it('a step-up that is sent twice is right both times, uses one code up, and names the session once', async () => {
    const { user, session } = signedInBy(
      (await steps.completeWithCode(await steps.leave(ada.email), codes[9] ?? '')) as never,
    );
    const { id, data } = session;
    const held = { ...requesterOf({ session }), id, data, unprovenOpener: null };
    const typed = { user, password, code: code(), device: null };
    const send = () => running.operations.confirmWithPassword(held, typed, place);
    const answers = await Promise.all([send(), send()]);
    expect(answers).toContainEqual({ renamed: null });
    expect(answers).toContainEqual(expect.objectContaining({ codesLeft: codesInSet - 2 }));
    expect(await rows('recovery_codes')).toHaveLength(codesInSet - 2);
    expect(running.events().map(({ event }) => event)).not.toContain('step_up_refused');
  });

  it('“This wasn’t me” leaves it on for what is older than any letter, and for nothing else', async () => {
    const { db } = running.database;
    const isOnAfter = async (event: 'second_factor_on' | 'sessions_ended') => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
      expect(await running.operations.secureAccount(await running.notMe(event), place)).not.toBeNull();
      return (await running.account(ada.id)).secondFactorAt !== null;
    };
    const account = await running.account(ada.id);
    await running.operate(place, (act) => act.tell('sessions_ended', account));
    await haveHadThemForLong(db);
    expect(await isOnAfter('sessions_ended')).toBe(true);
    await db('passkey_records').update({
      created_at: new Date(Date.now() - tokenLifetime.lockdown + 3_600_000).toISOString(),
    });
    expect(await isOnAfter('second_factor_on')).toBe(false);
  });

  it('a link to an account without an address comes anew, for as long, where the second step is not passed', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    await haveHadThemForLong(running.database.db);
    await running.database.db('users').update({ email: 'thief@example.net' });
    await running.createAccount(ada.email);
    await running.operations.secureAccount(await running.notMe('second_factor_on'), place);
    const link = () => running.newestSecret('reset-password', ada.email);
    const open = async (secret: string) =>
      running.operations.resetPassword(secret, null, newBrowser, '', place);
    const ends = async () =>
      (await rows('account_tokens')).map((row) => row.purpose === 'reset-password' && row.expires_at);
    const [first, until] = [await link(), (await ends()).filter(Boolean)];
    vi.setSystemTime(Date.now() + tokenLifetime.lockdown - 60_000);
    pendingIn(await open(first));
    expect([await open(first), (await ends()).filter(Boolean)]).toEqual([null, until]);
    vi.setSystemTime(Date.now() + 1_000);
    const pending = pendingIn(await open(await link()));
    const third = await link();
    expect((await steps.completeWithPasskey(pending, laptop)).user.id).toBe(ada.id);
    expect(await open(third)).toBeNull();
  });

  it('recovery codes of before are kept as long as they can be brought back, and then swept', async () => {
    await running.operations.renewRecoveryCodes(own, place);
    const { sweep } = createRecoveryCodeStore(running.database.db);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + tokenLifetime.lockdown - 60_000 });
    await sweep();
    expect(await rows('recovery_codes')).toHaveLength(2 * codesInSet);
    vi.setSystemTime(Date.now() + 120_000);
    await sweep();
    expect(await rows('recovery_codes')).toHaveLength(codesInSet);
  });
});
