/** Turning the second factor on and off, and its recovery codes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { codesInSet, hashOfCode } from '../../../src/accounts/recovery-codes.ts';
import type { User } from '../../../src/accounts/user.ts';
import { limits } from '../../../src/limits.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import type { SignedIn } from '../../../src/operations/sign-in.ts';
import { newBrowser, password, place, signedInBy, typing, withCode } from '../../support/acting.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { secondStepsIn, wrongCode } from '../../support/second-step.ts';
import { brokenAnswer } from '../../support/wire.ts';

let running: TestOperations;
let steps: ReturnType<typeof secondStepsIn>;
beforeAll(async () => {
  running = await startOperations();
  steps = secondStepsIn(running);
});
afterAll(() => running.database.drop());

let ada: User;
let own: Requester;
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  own = await running.enter(ada);
});
afterEach(() => {
  vi.useRealTimers();
  running.wire.mend();
});

const on = () => running.operations.turnOnSecondFactor(own, place);
const isOn = async () => (await running.account(ada.id)).secondFactorAt !== null;
const kept = () => running.database.db('recovery_codes').select();

describe('turnOnSecondFactor', () => {
  it('[ASVS 7.4.3] issues ten codes that are kept as hashes, signs out everybody else, and tells its owner', async () => {
    const other = await running.enter(ada);
    await running.addPasskey(ada, own);
    const { user, codes } = (await on()) ?? expect.fail();
    expect(user).toEqual({ ...ada, epoch: 1 });
    expect(new Set(codes).size).toBe(codesInSet);
    expect(await kept()).toHaveLength(codesInSet);
    const everything = JSON.stringify([await running.everything(), running.log]);
    for (const code of codes) expect(everything).not.toContain(code);
    expect([await running.isIn(own), await running.isIn(other)]).toEqual([true, false]);
    expect(await running.activity(ada.id)).toContain('second_factor_on');
    expect((await running.letters()).at(-1)).toMatchObject({ event: 'second_factor_on', to: ada.email });
  });

  it('is not for whoever lacks something, nor while the passkey API cannot be asked', async () => {
    const { db } = running.database;
    const stays = async (which: string) => {
      expect([await isOn(), await kept()], which).toEqual([false, []]);
    };
    expect(await on(), 'a passkey').toBeNull();
    await stays('a passkey');
    await running.addPasskey(ada, own);
    const held = new Date(Date.now() + 1_000).toISOString();
    const lacking: [string, string, object, object][] = [
      ['one that counts by itself', 'passkey_records', { vouched: false }, { vouched: true }],
      [
        'one that was not made automatically, or is the one that was used',
        'passkey_records',
        { automatic: true },
        { automatic: false },
      ],
      ['one that is not to be looked at', 'users', { passkeys_held_at: held }, { passkeys_held_at: null }],
    ];
    for (const [which, table, changes, back] of lacking) {
      await db(table).update(changes);
      expect(await on(), which).toBeNull();
      await stays(which);
      await db(table).update(back);
    }
    const away = 'passkey_service_unavailable';
    const answers: [string, () => Response, string | null][] = [
      ['does not answer', brokenAnswer, away],
      ['answers {}', () => Response.json({}), away],
      ['knows of no passkey', () => Response.json([], { headers: { 'X-Total-Count': '0' } }), null],
    ];
    for (const [which, answer, outcome] of answers) {
      running.wire.before = answer;
      expect(await on().catch(({ code }) => code), which).toBe(outcome);
      await stays(which);
    }
    running.wire.mend();
    const [{ password_hash }] = await db('users').select('password_hash');
    await db('users').update({ password_hash: null });
    expect(await on(), 'a password').toBeNull();
    await stays('a password');
    // Nothing else stood in its way.
    await db('users').update({ password_hash });
    expect(await on()).not.toBeNull();
  });

  it('does nothing a second time: the codes that were shown go on', async () => {
    const [code = ''] = await steps.turnOn(ada, own);
    expect(await on()).toBeNull();
    expect(await steps.completeWithCode(await steps.leave(ada.email), code)).not.toBe('wrong');
  });
});

describe('turnOffSecondFactor', () => {
  const off = (code?: string) =>
    code === undefined
      ? running.operations.turnOffSecondFactor({ userId: ada.id, operator: true }, null, place)
      : running.operations.turnOffSecondFactor(own, withCode(typing(ada), code), place);

  it('lets the password be enough again, and no code works', async () => {
    await steps.turnOn(ada, own);
    expect(await off()).toBe('off');
    expect(await isOn()).toBe(false);
    expect(
      signedInBy(
        await running.operations.signInWithPassword({ email: ada.email, password }, newBrowser, place),
      ).session.data.provenBy,
    ).toBe('password');
    expect(await running.activity(ada.id)).toContain('second_factor_off');
    expect((await running.account(ada.id)).recoverySet).toBeNull();
  });

  it('uses up the code by which it is confirmed, and takes no wrong one', async () => {
    const [code = ''] = await steps.turnOn(ada, own);
    expect(await off(wrongCode)).toBe('code');
    expect(await isOn()).toBe(true);
    expect(await off(code)).toBe('off');
    expect(await kept()).toHaveLength(codesInSet - 1);
    expect(await off(code)).toBe('off');
  });
});

describe('recovery codes', () => {
  const renew = () => running.operations.renewRecoveryCodes(own, place);

  it('are for whoever is asked for a second factor, and replaced as a set: of the former none works', async () => {
    expect(await renew(), 'before it is on').toBeNull();
    const former = await steps.turnOn(ada, own);
    const { codes } = (await renew()) ?? expect.fail();
    expect(await steps.completeWithCode(await steps.leave(ada.email), former[0] ?? '')).toBe('wrong');
    expect(await steps.completeWithCode(await steps.leave(ada.email), codes[0] ?? '')).not.toBe('wrong');
    expect(await running.activity(ada.id)).toContain('recovery_codes_made');
  });

  it('are made so many times a day, also by turning it off and on', async () => {
    await steps.turnOn(ada, own);
    for (let times = 1; times < limits.recoverySets.points; times++) await renew();
    expect(await outcomeOf(renew())).toBe('too_many_requests');
    await running.operations.turnOffSecondFactor({ userId: ada.id, operator: true }, null, place);
    expect(await outcomeOf(on())).toBe('too_many_requests');
    expect(await isOn()).toBe(false);
    const operator = { userId: ada.id, operator: true } as const;
    expect(await running.operations.renewRecoveryCodes(operator, place)).toBeNull();
  });

  it('tell with each use how many are left, and at three that it is time for new ones', async () => {
    const codes = await steps.turnOn(ada, own);
    const { db } = running.database;
    const some = codes.slice(0, 4).map((code) => hashOfCode(code) ?? '');
    await db('recovery_codes').whereIn('code_hash', some).delete();
    for (const code of codes.slice(4, 8)) {
      await running.database.db('rate_limits').delete();
      await steps.completeWithCode(await steps.leave(ada.email), code);
    }
    const used = (await running.letters()).filter(
      (letter) => letter.kind === 'news' && letter.event === 'recovery_code_used',
    );
    const said: string[] = [];
    for (const letter of used) said.push((await running.write(letter))?.content.paragraphs.join(' ') ?? '');
    expect(said).toHaveLength(4);
    expect(said.map((text) => /You have (\w+) left/.exec(text)?.[1])).toEqual(['5', '4', '3', '2']);
    expect(said.map((text) => text.includes('Create new ones'))).toEqual([false, false, true, true]);
  });
});

describe('a step-up by password', () => {
  async function confirm(typed: { password: string; code: string }) {
    return confirmIn(await entered(), typed);
  }
  function confirmIn({ user, session }: SignedIn, typed: { password: string; code: string }) {
    const held = {
      userId: user.id,
      signInId: session.data.signInId,
      id: session.id,
      data: session.data,
      unprovenOpener: null,
    };
    return running.operations.confirmWithPassword(held, { user, ...typed, device: null }, place);
  }
  let codes: string[];
  const entered = async () =>
    signedInBy((await steps.completeWithCode(await steps.leave(ada.email), codes[9] ?? '')) as never);
  beforeEach(async () => {
    codes = await steps.turnOn(ada, own);
  });

  it('needs a recovery code as well, which is used up', async () => {
    expect(await confirm({ password, code: codes[0] ?? '' })).toMatchObject({
      renamed: { data: { provenBy: 'second_factor', codesLeft: codesInSet - 2 } },
      codesLeft: codesInSet - 2,
    });
    expect(await kept()).toHaveLength(codesInSet - 2);
  });

  it.each([
    ['a wrong one is none, and that is counted like a wrong password', wrongCode, 'code', 1],
    ['none is told so, and that is no try', ' ', 'missing_code', 0],
    ['what cannot be one is told so, and that is no try', '0000-0000', 'malformed_code', 0],
  ])('with %s', async (_, code, answer, counted) => {
    expect(await confirm({ password, code })).toBe(answer);
    const keys = await running.database
      .db('rate_limits')
      .where('key', 'like', 'sign-in-failures%')
      .andWhere('points', '>', 0)
      .pluck('key');
    expect(keys).toHaveLength(counted);
  });

  it('with a wrong password uses no code up', async () => {
    expect(await confirm({ password: 'wrong', code: codes[0] ?? '' })).toBe('password');
    expect(await kept()).toHaveLength(codesInSet - 1);
  });
});
