/** Ways in, where a second factor is asked for: each counts only with both steps. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashOfCode } from '../../../src/accounts/recovery-codes.ts';
import type { User } from '../../../src/accounts/user.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { place, typing, withCode } from '../../support/acting.ts';
import { numbers } from '../../support/numbers.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { secondStepsIn } from '../../support/second-step.ts';

let running: TestOperations;
let steps: ReturnType<typeof secondStepsIn>;
beforeAll(async () => {
  running = await startOperations();
  steps = secondStepsIn(running);
});
afterAll(() => running.database.drop());

let ada: User;
let own: Requester;
let id: string;
/** The recovery codes. */
let all: string[];
beforeEach(async () => {
  ({ ada, own, codes: all } = await steps.beginAnew());
  [{ id } = { id: '' }] = await running.passkeys.listFor(ada.id);
});

const db = () => running.database.db;
const remove = () => outcomeOf(running.operations.deletePasskey(own, id, false, place));
const useUp = (left: number) => async () => {
  const codes = await db()('recovery_codes').pluck('code_hash');
  await db()('recovery_codes').whereIn('code_hash', codes.slice(left)).delete();
};
const another = async () => {
  const { epoch } = await running.account(ada.id);
  return running.addPasskey({ ...ada, epoch }, own);
};

describe('the last passkey of somebody who is asked for one after the password', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['goes while a code is left', useUp(1), 'done'],
    ['stays when none is', useUp(0), 'last_way_in'],
    [
      'goes without one when nothing is asked for any more',
      async () => {
        await useUp(0)();
        await running.operations.turnOffSecondFactor({ userId: ada.id, operator: true }, null, place);
      },
      'done',
    ],
    [
      'is not the last beside another',
      async () => {
        await useUp(0)();
        await another();
      },
      'done',
    ],
    [
      'stays beside one that proves nothing by itself',
      async () => {
        await useUp(0)();
        await db()('passkey_records')
          .where({ credential_id: await another() })
          .update({ vouched: false });
      },
      'last_way_in',
    ],
    [
      'stays with codes that nothing comes before',
      () => db()('users').update({ password_hash: null, email_verified_at: null }),
      'last_way_in',
    ],
  ])('%s', async (_, prepare, outcome) => {
    await prepare();
    expect(await remove()).toBe(outcome);
  });

  it('says what to do about that, as the other ways in are', async () => {
    await useUp(0)();
    const ways: [string, object, string][] = [
      ['a password', {}, 'After your password you are asked for a passkey'],
      [
        'no password and an address that mail reaches',
        { password_hash: null },
        'After an emailed link you are asked for a passkey',
      ],
      [
        'neither, so that codes would not help',
        { password_hash: null, email_verified_at: null },
        'This passkey is your only way to sign in.',
      ],
    ];
    for (const [which, change, sentence] of ways) {
      await db()('users').update({ email_verified_at: new Date().toISOString(), ...change });
      const removed = running.operations.deletePasskey(own, id, false, place);
      await expect(removed, which).rejects.toThrow(sentence);
    }
  });
});

describe('the password', () => {
  const synced = (backedUp: boolean) =>
    db()('passkey_api_credentials').where({ id }).update({ backup_state: backedUp });

  it.each([
    ['goes with one synced passkey and a code beside that which confirms it', true, 2, true],
    ['stays when the code that would confirm it is the last one', true, 1, false],
    ['stays with one that is on this device alone', false, 10, false],
    ['stays without a code', true, 0, false],
  ])('%s', async (_, backedUp, codes, goes) => {
    await synced(backedUp);
    const spent = all.slice(codes).map((code) => hashOfCode(code) ?? '');
    await db()('recovery_codes').whereIn('code_hash', spent).delete();
    const confirmation = withCode(typing(ada), all[0] ?? '');
    expect((await running.operations.removePassword(own, confirmation, place)) !== null).toBe(goes);
  });
});

/** What somebody does who is asked for a second factor, or not; none of it uses a code up. */
const acts: Record<string, (random: (count: number) => number) => Promise<unknown>> = {
  'creates a passkey': another,
  'has one created by itself': async () =>
    db()('passkey_records')
      .where({ credential_id: await another() })
      .update({ vouched: false }),
  'deletes a passkey': async (random) => {
    const listed = await running.passkeys.listFor(ada.id);
    const one = listed[random(listed.length)];
    if (one) await outcomeOf(running.operations.deletePasskey(own, one.id, false, place));
  },
  'makes codes': () => running.operations.renewRecoveryCodes(own, place),
  'turns it on': () => running.operations.turnOnSecondFactor(own, place),
  'turns it off': () =>
    running.operations.turnOffSecondFactor({ userId: ada.id, operator: true }, null, place),
  'removes the password': () => running.operations.removePassword(own, typing(ada), place),
};

it('whatever they do, and in whatever order, a way in is left', async () => {
  const random = numbers(1);
  const names = Object.keys(acts);
  const story: string[] = [];
  for (let step = 0; step < 30; step++) {
    await db()('rate_limits').delete();
    const name = names[random(names.length)] ?? '';
    story.push(name);
    await acts[name]?.(random);
    const { passwordHash, secondFactorAt, recoverySet } = await running.account(ada.id);
    const vouched = (await db()('passkey_records').where({ user_id: ada.id })).filter(
      ({ vouched }) => vouched,
    );
    const codes = await db()('recovery_codes').where({ set_id: recoverySet ?? '' });
    const follows = secondFactorAt === null || vouched.length > 0 || codes.length > 0;
    expect((passwordHash !== null && follows) || vouched.length > 0, story.join(', ')).toBe(true);
  }
});
