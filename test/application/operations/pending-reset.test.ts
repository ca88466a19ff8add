/** A mailed link, where a second factor is asked for: it turns nothing off, and changes nothing before both have passed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashPassword } from '../../../src/accounts/password.ts';
import type { User } from '../../../src/accounts/user.ts';
import { limits } from '../../../src/limits.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import type { SignedIn } from '../../../src/operations/sign-in.ts';
import { newBrowser, pendingIn, place, signedInBy } from '../../support/acting.ts';
import type { Authenticator } from '../../support/authenticator.ts';
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

let ada: User;
let own: Requester;
let laptop: Authenticator;
let codes: string[];
beforeEach(async () => {
  ({ ada, own, laptop, codes } = await steps.beginAnew());
});

const code = (index = 0) => codes[index] ?? expect.fail();

/** Opens the newest mailed link. @param hash null for a passkey instead */
async function open(hash: string | null): Promise<string> {
  const secret = await running.newestSecret('reset-password');
  const browser = { ...newBrowser, invites: true };
  return pendingIn(await running.operations.resetPassword(secret, hash, browser, 'Hello.', place));
}
const forget = () => running.operations.requestReset(ada.email, place);

describe('a mailed link', () => {
  it('is used up by the first step, and nothing else happens', async () => {
    await forget();
    const before = await running.account(ada.id);
    await open('the new hash');
    expect(await running.account(ada.id)).toEqual(before);
    expect(await running.isIn(own)).toBe(true);
    expect(await running.activity(ada.id)).not.toContain('password_reset');
    const secret = await running.newestSecret('reset-password');
    expect(await running.operations.resetPassword(secret, 'x', newBrowser, '', place)).toBeNull();
  });

  it('lets the owner go on, however often strangers guessed at the password meanwhile', async () => {
    await forget();
    const pending = await open('the new hash');
    const db = running.database.db('rate_limits');
    const form = { email: ada.email, password: 'a guess' };
    await running.operations.signInWithPassword(form, newBrowser, place);
    await db.clone().where('key', 'like', 'sign-in-row:%').update({ points: limits.guessesInARow });
    expect(await outcomeOf(running.operations.signInWithPassword(form, newBrowser, place))).toBe(
      'too_many_requests',
    );
    for (let wrong = 1; wrong < limits.triesOfSecondFactor; wrong++)
      expect(await steps.completeWithCode(pending, wrongCode)).toBe('wrong');
    const { session } = (await steps.completeWithCode(pending, code())) as SignedIn;
    expect(session.data.method).toBe('email');
    const told = running.events().find(({ event }) => event === 'password_reset');
    expect(told).toMatchObject({ method: 'email', secondFactor: 'recovery_code' });
  });

  it.each([
    ['a new password', 'the new hash'],
    ['a passkey instead', null],
  ])('for %s does what it is for with the second step, and the second factor stays', async (_, hash) => {
    await forget();
    const before = await running.account(ada.id);
    const { user, session } = await steps.completeWithPasskey(await open(hash), laptop);
    expect(user.epoch).toBe(before.epoch + 1);
    expect(session.data).toMatchObject({ method: 'email', provenBy: 'second_factor', flash: 'Hello.' });
    const after = await running.account(ada.id);
    expect(after.passwordHash).toBe(hash ?? before.passwordHash);
    expect(after.emailVerifiedAt).not.toBeNull();
    expect([after.secondFactorAt, after.recoverySet]).toEqual([before.secondFactorAt, before.recoverySet]);
    expect(await running.isIn(own)).toBe(false);
    expect(await running.activity(ada.id)).toContain('password_reset');
    expect(session.data.offersUpgrade).toBeUndefined();
    expect(session.data.invitation).toBeUndefined();
    const [told] = await running.database.db('activity').where({ event: 'password_reset' });
    expect(told.detail).toBe(hash && 'new password');
  });

  it('goes on with a recovery code, also where the passkey API does not answer, and then invites to a passkey', async () => {
    await forget();
    const signedIn = signedInBy((await steps.completeWithCode(await open(null), code())) as never);
    expect(signedIn.user.id).toBe(ada.id);
    expect(signedIn.session.data.invitation).toBe('recovered');
  });

  it('of before another one was completed leads nowhere', async () => {
    await forget();
    const first = await open('of the first');
    await forget();
    await steps.completeWithCode(await open('of the second'), code());
    expect(await outcomeOf(steps.completeWithCode(first, code(1)))).toBe('pending_sign_in_ended');
    expect((await running.account(ada.id)).passwordHash).toBe('of the second');
  });
});

describe('a passkey that waits to be looked at', () => {
  beforeEach(async () => {
    await haveHadThemForLong(running.database.db);
    await running.operations.secureAccount(await running.notMe('second_factor_on'), place);
    expect((await running.account(ada.id)).secondFactorAt).not.toBeNull();
  });

  it('is the second step after a mailed link, since its owner may have nothing else', async () => {
    const { user } = await steps.completeWithPasskey(
      await open(await hashPassword('a-new-one-of-1906')),
      laptop,
    );
    expect(user.id).toBe(ada.id);
    expect((await running.account(ada.id)).passkeysHeldAt).not.toBeNull();
  });

  it('is none after a password', async () => {
    await steps.completeWithPasskey(await open(await hashPassword('a-new-one-of-1906')), laptop);
    const pending = await steps.leave(ada.email, 'a-new-one-of-1906');
    expect(await outcomeOf(steps.completeWithPasskey(pending, laptop))).toBe('passkey_held');
  });
});
