/** What "This wasn't me" makes of the second factor, whoever has changed it and whatever is used. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import { tokenLifetime } from '../../../src/lifetimes.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { aMoment } from '../../support/a-moment.ts';
import { newBrowser, pendingIn, place, signedInBy } from '../../support/acting.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { haveHadThemForLong, secondStepsIn } from '../../support/second-step.ts';

let running: TestOperations;
let steps: ReturnType<typeof secondStepsIn>;
beforeAll(async () => {
  running = await startOperations();
  steps = secondStepsIn(running);
});
afterAll(() => running.database.drop());

let ada: User;
/** A session that its owner and a thief share. */
let shared: Requester;
let laptop: Authenticator;
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  shared = await running.enter(ada);
  laptop = createAuthenticator();
});

const isOn = async () => (await running.account(ada.id)).secondFactorAt !== null;
const on = () => steps.turnOn(ada, shared, laptop);
const forLong = () => haveHadThemForLong(running.database.db);
/** Turned on long ago. @returns the codes */
async function onForLong(): Promise<string[]> {
  const codes = await on();
  await forLong();
  return codes;
}
/** Whoever does it, it is the same that is taken back. */
const off = () => running.operations.turnOffSecondFactor({ userId: ada.id, operator: true }, null, place);
const renew = async () => {
  const made = await running.operations.renewRecoveryCodes(shared, place);
  return made?.codes ?? expect.fail();
};
async function secure(event: Parameters<TestOperations['notMe']>[0]): Promise<void> {
  await aMoment();
  expect(await running.operations.secureAccount(await running.notMe(event), place)).not.toBeNull();
}
/** Whoever reads the mail of the account opens the newest link. @returns what waits for the second step, or null */
async function mailed(): Promise<string | null> {
  const secret = await running.newestSecret('reset-password', ada.email);
  const outcome = await running.operations.resetPassword(secret, null, newBrowser, '', place);
  return outcome && 'pending' in outcome ? pendingIn(outcome) : null;
}
const password = () => running.operations.changePassword(shared, 'a hash of the thief', place);

it('is off, by whichever letter, if a thief has turned it on with a passkey that they have added long ago', async () => {
  await running.addPasskey(ada, shared, laptop);
  await forLong();
  await password();
  await aMoment();
  const { credential_id: provenWith } = await running.database.db('passkey_records').first();
  await running.operations.turnOnSecondFactor({ ...shared, provenWith }, place);
  expect(await isOn()).toBe(true);
  await secure('password_changed');
  expect([await isOn(), await mailed()]).toEqual([false, null]);
});

describe('the second factor, when it was on at the moment', () => {
  it('is on again with the codes of then, if somebody has turned it off since', async () => {
    const [code = ''] = await onForLong();
    await aMoment();
    await off();
    await secure('second_factor_off');
    expect(await isOn()).toBe(true);
    expect(signedInBy((await steps.completeWithCode((await mailed()) ?? '', code)) as never).user.id).toBe(
      ada.id,
    );
  });

  it('has the codes of then, and those since are void', async () => {
    const [code = ''] = await onForLong();
    await aMoment();
    const [since = ''] = await renew();
    await secure('recovery_codes_made');
    const pending = (await mailed()) ?? expect.fail();
    expect(await steps.completeWithCode(pending, since)).toBe('wrong');
    expect(await steps.completeWithCode(pending, code)).not.toBe('wrong');
  });

  it('stays as it is when it was something else, and the passkey of before lets in', async () => {
    await onForLong();
    await aMoment();
    await password();
    await secure('password_changed');
    expect(await isOn()).toBe(true);
    const pending = (await mailed()) ?? expect.fail();
    expect((await steps.completeWithPasskey(pending, laptop)).user.id).toBe(ada.id);
  });

  it('goes off where neither a passkey nor a code of then is left: the mailbox is all that its owner has', async () => {
    await onForLong();
    await aMoment();
    await password();
    const { db } = running.database;
    await db('recovery_codes').delete();
    const [{ id } = { id: '' }] = await running.passkeys.listFor(ada.id);
    await running.passkeys.delete(db, ada.id, id);
    await secure('password_changed');
    expect([await isOn(), await mailed()]).toEqual([false, null]);
  });

  it('is as of the earliest letter that is used, whatever the order', async () => {
    const [code = ''] = await onForLong();
    await aMoment();
    await renew();
    await aMoment();
    const earlier = await running.notMe('recovery_codes_made');
    await off();
    await secure('second_factor_off');
    await running.operations.secureAccount(earlier, place);
    const pending = (await mailed()) ?? expect.fail();
    expect(await steps.completeWithCode(pending, code)).not.toBe('wrong');
  });

  it.each([
    ['goes off where both are new: its owner may know of neither', [], false],
    ['stays on for a passkey of before any letter that works', ['passkey_records'], true],
    ['stays on for codes of before any letter that works', ['recovery_codes'], true],
  ])('%s', async (_, old, stays) => {
    const [code = ''] = await onForLong();
    await aMoment();
    const { db } = running.database;
    const created_at = new Date(Date.now() - tokenLifetime.lockdown + 60_000).toISOString();
    for (const table of ['passkey_records', 'recovery_codes'].filter((one) => !old.includes(one)))
      await db(table).update({ created_at });
    await password();
    await secure('password_changed');
    expect(await isOn()).toBe(stays);
    const pending = await mailed();
    expect(pending !== null).toBe(stays);
    if (pending === null) expect((await running.account(ada.id)).recoverySet).toBeNull();
    else expect(await steps.completeWithCode(pending, code)).not.toBe('wrong');
  });
});

describe('the second factor, when it was off at the moment', () => {
  it('stays on where its owner has a passkey of before, and no code since works', async () => {
    await running.addPasskey(ada, shared, laptop);
    await forLong();
    await password();
    await aMoment();
    const { codes } = (await running.operations.turnOnSecondFactor(shared, place)) ?? expect.fail();
    await secure('password_changed');
    expect([await isOn(), (await running.account(ada.id)).recoverySet]).toEqual([true, null]);
    const pending = (await mailed()) ?? expect.fail();
    expect(await steps.completeWithCode(pending, codes[0] ?? '')).toBe('wrong');
    expect((await steps.completeWithPasskey(pending, laptop)).user.id).toBe(ada.id);
  });

  it('goes off where a thief has turned it on with a passkey of their own', async () => {
    await password();
    await aMoment();
    const { epoch } = await running.account(ada.id);
    await steps.turnOn({ ...ada, epoch }, shared, createAuthenticator());
    await secure('password_changed');
    expect([await isOn(), await mailed()]).toEqual([false, null]);
  });

  /** Turns it on with the passkey that a thief made before, with the password. */
  async function byThief(): Promise<void> {
    const known = new Set((await running.passkeys.listFor(ada.id)).map(({ id }) => id));
    await running.addPasskey(ada, shared, createAuthenticator());
    const planted = (await running.passkeys.listFor(ada.id)).find(({ id }) => !known.has(id));
    await aMoment();
    const provenWith = planted?.id ?? expect.fail();
    expect(await running.operations.turnOnSecondFactor({ ...shared, provenWith }, place)).not.toBeNull();
    await secure('second_factor_on');
    expect(await running.passkeys.listFor(ada.id)).toHaveLength(known.size);
  }

  it('goes off by the letter about it, where it was turned on with a passkey that a thief had made before', async () => {
    await byThief();
    expect([await isOn(), await mailed()]).toEqual([false, null]);
  });

  it('stays on by that letter where its owner has another passkey, which lets in', async () => {
    await running.addPasskey(ada, shared, laptop);
    await forLong();
    await byThief();
    expect(await isOn()).toBe(true);
    const pending = (await mailed()) ?? expect.fail();
    expect((await steps.completeWithPasskey(pending, laptop)).user.id).toBe(ada.id);
  });

  it('goes off by that letter where the thief had planted two, of which its owner never heard', async () => {
    await running.addPasskey(ada, shared, createAuthenticator());
    await byThief();
    expect([await isOn(), await mailed()]).toEqual([false, null]);
  });
});
