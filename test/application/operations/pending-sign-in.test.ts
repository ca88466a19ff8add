/** The second step of a sign-in: what the first one leaves, and what ends it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import { pendingSignInLifetime } from '../../../src/lifetimes.ts';
import { limits } from '../../../src/limits.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { openPending } from '../../../src/operations/pending-sign-in.ts';
import { serviceUnavailable } from '../../../src/passkeys/hanko/unavailable.ts';
import {
  newBrowser,
  password,
  pendingIn,
  place,
  signedInBy,
  typing,
  withCode,
} from '../../support/acting.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { secondStepsIn, wrongCode } from '../../support/second-step.ts';

let running: TestOperations;
let steps: ReturnType<typeof secondStepsIn>;
beforeAll(async () => {
  running = await startOperations();
  steps = secondStepsIn(running);
});
afterAll(() => running.database.drop());

let ada: User;
let own: Requester;
let laptop: Authenticator;
let codes: string[];
beforeEach(async () => {
  ({ ada, own, laptop, codes } = await steps.beginAnew());
});
afterEach(() => void vi.useRealTimers());

const code = (index = 0) => codes[index] ?? expect.fail();
const names = () => running.events().map(({ event }) => event);
const sessions = () => running.database.db('sessions').pluck('sign_in_id');
const waiting = () => running.database.db('pending_sign_ins').select();
const counters = async () =>
  (await running.database.db('rate_limits').where('key', 'like', 'sign-in%').orderBy('key')).map(
    ({ key, points }) => `${key} ${points}`,
  );

describe('a right password, where a second factor is asked for', () => {
  it('opens nothing and tells nobody: what waits is a record of its own, and the former session is over', async () => {
    const before = await running.activity(ada.id);
    const letters = (await running.letters()).length;
    const pending = await steps.leave(ada.email, password, { deviceFor: () => null, former: own });
    expect(Buffer.from(pending, 'base64url')).toHaveLength(32);
    expect(await sessions()).toEqual([]);
    expect(await running.activity(ada.id)).toEqual(before);
    expect(await running.letters()).toHaveLength(letters);
    expect(names()).toEqual(['second_factor_asked']);
    const [row] = await waiting();
    expect(JSON.stringify(row)).not.toContain(pending);
    expect(await openPending(running.database.db, pending)).toMatchObject({
      user: { id: ada.id, email: ada.email },
    });
    expect(await running.sessions.find(pending)).toBeNull();
  });

  it('forgives no wrong try, and is counted itself until it is complete', async () => {
    for (const typed of ['wrong', 'wrong again'])
      await running.operations.signInWithPassword({ email: ada.email, password: typed }, newBrowser, place);
    const before = await counters();
    expect(before).not.toEqual([]);
    await steps.leave(ada.email);
    const addressOnly = (line: string) => line.startsWith('sign-in-address');
    expect((await counters()).filter(addressOnly)).toEqual(before.filter(addressOnly));
    expect(await counters()).not.toEqual(before);
    await steps.completeWithCode(await steps.leave(ada.email), code());
    expect((await counters()).filter((line) => !line.startsWith('sign-in-address'))).toEqual([]);
  });

  it('leaves no more than so many, and the oldest ends', async () => {
    const first = await steps.leave(ada.email);
    const [row] = await waiting();
    const others = Array.from({ length: limits.pendingSignInsOfAccount - 1 }, (_, index) => ({
      ...row,
      id_hash: `another-${index}`,
      created_at: new Date(Date.now() + 1 + index).toISOString(),
    }));
    await running.database.db('pending_sign_ins').insert(others);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_000 });
    await steps.leave(ada.email);
    expect(await waiting()).toHaveLength(limits.pendingSignInsOfAccount);
    expect(await openPending(running.database.db, first)).toBeNull();
  });
});

describe('the second step', () => {
  it('[ASVS 7.2.4] with a passkey opens a session of a new id, which knows that both have passed', async () => {
    const pending = await steps.leave(ada.email);
    const { user, session } = await steps.completeWithPasskey(pending, laptop);
    expect(user.id).toBe(ada.id);
    expect(session.id).not.toBe(pending);
    expect(session.data).toMatchObject({
      method: 'password',
      provenBy: 'second_factor',
      offersUpgrade: true,
    });
    expect(session.data.authenticatedAt).toBeGreaterThan(Date.now() - 10_000);
    expect(await running.sessions.find(session.id)).not.toBeNull();
    expect(await waiting()).toEqual([]);
    expect(names()).toEqual(['second_factor_asked', 'sign_in']);
    expect(running.events()).toMatchObject([{ outcome: 'changed' }, { secondFactor: 'passkey' }]);
    expect(await running.activity(ada.id)).toContain('sign_in');
  });

  it('with a recovery code, as people type it, opens one as well; its owner is told then, and the code is used up', async () => {
    const typed = ` ${code().toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    const { user, session } = signedInBy(
      (await steps.completeWithCode(await steps.leave(ada.email), typed)) as never,
    );
    expect(user.id).toBe(ada.id);
    const told = (await running.letters()).filter(
      (letter) => letter.kind === 'news' && letter.event === 'sign_in',
    );
    expect(told).toHaveLength(1);
    expect(session.data).toMatchObject({ method: 'password', provenBy: 'second_factor', codesLeft: 9 });
    expect(await running.activity(ada.id)).toContain('recovery_code_used');
    const entered = running.events().find(({ event }) => event === 'sign_in');
    expect(entered).toMatchObject({ method: 'password', secondFactor: 'recovery_code' });
    expect(session.data).not.toHaveProperty('secondFactor');
    expect(await steps.completeWithCode(await steps.leave(ada.email), code())).toBe('wrong');
    expect(names().filter((name) => name === 'second_factor_refused')).toHaveLength(1);
  });

  it.each([
    ['is tried five times in vain', limits.triesOfSecondFactor],
    ['is tried once less', limits.triesOfSecondFactor - 1],
  ])('is over, or goes on, when it %s', async (_, tries) => {
    const pending = await steps.leave(ada.email);
    const outcomes = [];
    for (let index = 0; index < tries; index++)
      outcomes.push(await steps.completeWithCode(pending, wrongCode).catch(({ code }) => code));
    const isOver = tries === limits.triesOfSecondFactor;
    expect(outcomes.at(-1)).toBe(isOver ? 'pending_sign_in_ended' : 'wrong');
    expect(await outcomeOf(steps.completeWithCode(pending, code()))).toBe(
      isOver ? 'pending_sign_in_ended' : 'done',
    );
    expect((await running.activity(ada.id)).includes('second_factor_failed')).toBe(isOver);
    expect(await running.database.db('recovery_codes').select()).toHaveLength(isOver ? 10 : 9);
  });

  it('that is tried in vain tells its owner, who learns that somebody has the password: by one letter a day', async () => {
    const stop = async () => {
      const pending = await steps.leave(ada.email);
      for (let index = 0; index < limits.triesOfSecondFactor; index++)
        await steps.completeWithCode(pending, wrongCode).catch(() => {});
      await running.database.db('rate_limits').where('key', 'like', 'sign-in%').delete();
    };
    const told = async () =>
      (await running.letters()).filter(
        (letter) => letter.kind === 'news' && letter.event === 'second_factor_failed',
      );
    await stop();
    const [letter] = await told();
    expect(letter).toMatchObject({ to: ada.email, method: 'password', device: place.device });
    const written = await running.write(letter);
    expect(JSON.stringify(written)).toContain('Somebody knows the password of your account');
    expect(written?.content.notMe).toBeDefined();
    const [event] = running.events().filter(({ event }) => event === 'second_factor_failed');
    expect(event).toMatchObject({ outcome: 'refused', method: 'password', address: place.address });
    expect(JSON.stringify(running.log)).not.toContain(wrongCode);
    await stop();
    expect(await told()).toHaveLength(1);
    const [entry] = await running.database.db('activity').where({ event: 'second_factor_failed' });
    expect(entry.times).toBe(2);
    const { epoch } = await running.account(ada.id);
    await running.operations.endOtherSessions(own, place);
    expect((await running.account(ada.id)).epoch).toBeGreaterThan(epoch);
    await stop();
    expect(await told()).toHaveLength(2);
  });

  it('counts no try at what cannot be a code', async () => {
    const pending = await steps.leave(ada.email);
    const before = await counters();
    for (let times = 0; times < limits.triesOfSecondFactor; times++) {
      expect(await steps.completeWithCode(pending, 'nonsense')).toBe('malformed_code');
      expect(await steps.completeWithCode(pending, ' ')).toBe('missing_code');
    }
    expect((await waiting()).map(({ tries }) => tries)).toEqual([0]);
    expect(await counters()).toEqual(before);
    expect(names()).toEqual(['second_factor_asked']);
    expect(await outcomeOf(steps.completeWithCode(pending, code()))).toBe('done');
  });

  const failures = async () =>
    (await running.activity(ada.id)).filter((event) => event === 'second_factor_failed').length;

  it('tells its owner of five wrong tries also when each sign-in is given up before its last', async () => {
    for (const tries of [4, 1]) {
      const pending = await steps.leave(ada.email);
      expect(await failures()).toBe(0);
      for (let index = 0; index < tries; index++)
        expect(await steps.completeWithCode(pending, wrongCode)).toBe('wrong');
      await running.operations.endPending(pending, place);
    }
    expect(await failures()).toBe(1);
  });

  it('begins to count anew when a sign-in has been completed', async () => {
    for (const used of [code(0), code(1)]) {
      const pending = await steps.leave(ada.email);
      for (let index = 0; index < 3; index++) await steps.completeWithCode(pending, wrongCode);
      expect(await steps.completeWithCode(pending, used)).toMatchObject({ user: { id: ada.id } });
    }
    expect(await failures()).toBe(0);
  });

  it('tells of nothing while a right passkey is still at the passkey API', async () => {
    const pending = await steps.leave(ada.email);
    const answer = await steps.answer(pending, laptop);
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let ask = () => {};
    const isAsked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const right = running.operations.completeWithPasskey(
      pending,
      async (person) => {
        ask();
        await arrived;
        return answer(person);
      },
      newBrowser,
      place,
    );
    await isAsked;
    for (let index = 1; index < limits.triesOfSecondFactor; index++)
      await steps.completeWithCode(pending, wrongCode).catch(() => {});
    arrive();
    expect((await right).user.id).toBe(ada.id);
    expect(await failures()).toBe(0);
  });

  it('counts like a wrong password, so that whoever has the first guesses no more easily', async () => {
    let tries = 0;
    const guess = async () => {
      const pending = await steps.leave(ada.email);
      for (let index = 1; index < limits.triesOfSecondFactor; index++, tries++)
        await steps.completeWithCode(pending, wrongCode);
      return guess();
    };
    expect(await outcomeOf(guess())).toBe('too_many_requests');
    // The first step counts as well: two of them, with four codes at each, are all the free tries.
    expect(tries).toBe(limits.freeTries - 2);
  });

  it('ends five minutes after the first', async () => {
    const pending = await steps.leave(ada.email);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + pendingSignInLifetime + 1 });
    expect(await openPending(running.database.db, pending)).toBeNull();
    expect(await outcomeOf(steps.completeWithCode(pending, code()))).toBe('pending_sign_in_ended');
  });

  it('is given up by whoever signs out', async () => {
    const pending = await steps.leave(ada.email);
    await running.operations.endPending(pending, place);
    expect(await waiting()).toEqual([]);
    expect(await outcomeOf(steps.completeWithCode(pending, code()))).toBe('pending_sign_in_ended');
    await running.operations.endPending(pending, place);
  });

  it("is refused with somebody else's passkey, whatever it was verified for", async () => {
    const grace = await running.createAccount('grace@example.com');
    const hers = await running.enter(grace);
    const key = createAuthenticator();
    await running.addPasskey(grace, hers, key);
    await running.operations.turnOnSecondFactor(hers, place);
    const herPending = await steps.leave(grace.email);
    const herAnswer = await steps.answer(herPending, key);
    const pending = await steps.leave(ada.email);
    const complete = (verify: typeof herAnswer) =>
      running.operations.completeWithPasskey(pending, verify, newBrowser, place);
    const before = await sessions();
    expect(await outcomeOf(complete(herAnswer))).toBe('challenge_expired');
    const page = (await openPending(running.database.db, herPending)) ?? expect.fail();
    const use = await herAnswer(page.person);
    expect(await outcomeOf(complete(async () => use))).toBe('sign_in_refused');
    expect(await sessions()).toEqual(before);
    expect(await waiting()).toHaveLength(2);
  });

  it('while the passkey API is down is no try, and a code lets in', async () => {
    const pending = await steps.leave(ada.email);
    const verify = () => Promise.reject(serviceUnavailable(undefined, 30));
    for (let index = 0; index <= limits.triesOfSecondFactor; index++)
      expect(
        await outcomeOf(running.operations.completeWithPasskey(pending, verify, newBrowser, place)),
      ).toBe('passkey_service_unavailable');
    expect(await steps.completeWithCode(pending, code())).toMatchObject({ user: { id: ada.id } });
  });
});

/** What ends trust, or asks no more, between the two steps. */
const enders: Record<string, () => Promise<unknown>> = {
  'the password was changed': () => running.operations.changePassword(own, 'another hash', place),
  'the others were signed out': () => running.operations.endOtherSessions(own, place),
  'the second factor was turned off': () =>
    running.operations.turnOffSecondFactor({ userId: ada.id, operator: true }, null, place),
  'the account was secured': async () =>
    running.operations.secureAccount(await running.notMe('second_factor_on'), place),
  'the account was deleted': () =>
    running.operations.deleteAccount(own, withCode(typing(ada), code()), place),
  'the password was set by hand': () =>
    running.database.db('users').where({ id: ada.id }).update({ password_hash: 'another hash' }),
};

describe('a sign-in that was pending', () => {
  it.each(Object.keys(enders))('has ended, for a code and for a passkey, when %s', async (which) => {
    const [one, other] = [await steps.leave(ada.email), await steps.leave(ada.email)];
    const verify = await steps.answer(other, laptop);
    await enders[which]?.();
    const before = await sessions();
    expect(await openPending(running.database.db, one)).toBeNull();
    expect(await outcomeOf(steps.completeWithCode(one, code()))).toBe('pending_sign_in_ended');
    const byPasskey = running.operations.completeWithPasskey(other, verify, newBrowser, place);
    expect(await outcomeOf(byPasskey)).toBe('pending_sign_in_ended');
    expect(await sessions()).toEqual(before);
  });

  // One for each thing that is compared: the epoch, which most of them raise, the factor, and the password itself.
  it.each(['the others were signed out', 'the second factor was turned off', 'the password was set by hand'])(
    'has ended also when %s while it was judged',
    async (which) => {
      const pending = await steps.leave(ada.email);
      const verify = await steps.answer(pending, laptop);
      const late = async (person: Parameters<typeof verify>[0]) => {
        const use = await verify(person);
        await enders[which]?.();
        return use;
      };
      const completed = running.operations.completeWithPasskey(pending, late, newBrowser, place);
      expect(await outcomeOf(completed)).toBe('pending_sign_in_ended');
      expect((await sessions()).filter((id) => id !== own.signInId)).toEqual([]);
    },
  );
});

describe('a passkey that was created by itself', () => {
  let manager: Authenticator;
  let unvouched: string;
  beforeEach(async () => {
    manager = createAuthenticator();
    const { epoch } = await running.account(ada.id);
    unvouched = await running.addPasskey({ ...ada, epoch }, own, manager);
    await record().update({ vouched: false });
  });
  const record = () => running.database.db('passkey_records').where({ credential_id: unvouched });
  const enter = async () => {
    const { options, ticket } = await running.passkeys.beginSignIn();
    const credential = manager.get(options, 'http://localhost:3000');
    const epochOf = async () => (await running.account(ada.id)).epoch;
    const identity = await running.passkeys.identify(credential, [ticket], epochOf, place);
    return running.operations.signInWithPasskey(identity, false, newBrowser, place);
  };

  it('waits for a passkey that counts, and counts from then on', async () => {
    const pending = pendingIn(await enter());
    const { session } = await steps.completeWithPasskey(pending, laptop);
    expect(session.data).toMatchObject({ method: 'passkey', provenBy: 'second_factor' });
    expect(session.data.offersUpgrade).toBeUndefined();
    expect(Boolean((await record().first()).vouched)).toBe(true);
    expect(signedInBy(await enter()).session.data.provenBy).toBe('passkey');
  });

  it.each([
    ['after the password', () => steps.leave(ada.email)],
    ['after itself', async () => pendingIn(await enter())],
  ])('is no second step %s: whoever knew the password could have made it', async (_name, leave) => {
    const pending = await leave();
    const page = (await openPending(running.database.db, pending)) ?? expect.fail();
    const { options } = await running.passkeys.beginSecondFactor(page.person);
    expect(JSON.stringify(options)).not.toContain(unvouched);
  });

  it('counts from then on when a code was used, of which its owner hears', async () => {
    await steps.completeWithCode(pendingIn(await enter()), code());
    expect(Boolean((await record().first()).vouched)).toBe(true);
    expect(signedInBy(await enter()).session.data.provenBy).toBe('passkey');
    expect(await running.letters()).toContainEqual(expect.objectContaining({ event: 'recovery_code_used' }));
  });

  it('completes nothing once it is deleted, and no code is used up by that', async () => {
    const [pending, another] = [pendingIn(await enter()), pendingIn(await enter())];
    await running.operations.deletePasskey(own, unvouched, false, place);
    const one = code();
    expect(await outcomeOf(steps.completeWithCode(pending, one))).toBe('pending_sign_in_ended');
    expect(await outcomeOf(steps.completeWithPasskey(another, laptop))).toBe('pending_sign_in_ended');
    expect(await steps.completeWithCode(await steps.leave(ada.email), one)).toMatchObject({
      user: { id: ada.id },
    });
  });

  it('opens by itself where no second factor is asked for, and proves nothing', async () => {
    await running.operations.turnOffSecondFactor({ userId: ada.id, operator: true }, null, place);
    expect(signedInBy(await enter()).session.data.authenticatedAt).toBe(0);
  });
});
