/** What an act is confirmed with, and that it holds when the act is done and not only when it was shown. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import type { Confirmation } from '../../../src/operations/confirm-act.ts';
import { type Actor, createActor, place, withCode } from '../../support/acting.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { everythingKept } from '../../support/failing-writes.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { wrongCode } from '../../support/second-step.ts';
import { signs } from '../../support/signing.ts';

let running: TestApp;
let ada: Actor;
let laptop: Authenticator;
let first: string;
beforeAll(async () => {
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  return () => running.close();
});
beforeEach(async () => {
  ada = await createActor(running);
  laptop = createAuthenticator();
  first = await ada.createPasskey(laptop);
  await ada.createPasskey();
});

const db = () => running.database.db;
const operations = () => running.app.operations;
const change = (changes: object) => db()('users').where({ id: ada.userId }).update(changes);
const signed = async (name: 'remove_password' | 'delete_account' = 'remove_password') => ({
  signed: await signs(running, ada, name, laptop),
});
const remove = (confirmation: Confirmation, who = ada) =>
  operations().removePassword(who.requester, confirmation, place);
const hasPassword = async () =>
  (await db()('users').where({ id: ada.userId }).first('password_hash')).password_hash !== null;
const records = () => db()('signed_acts').where({ user_id: ada.userId });
const entries = async () =>
  (await db()('activity').where({ user_id: ada.userId })).map(({ event, method }) => `${event} ${method}`);

describe('a signed act', () => {
  it('is done once, is told as signed, and its record is kept until the account is deleted', async () => {
    const { signed: act } = await signed();
    expect(await remove({ signed: act })).toMatchObject({ id: ada.userId, epoch: 1 });
    expect(await hasPassword()).toBe(false);
    expect(await entries()).toContain('password_removed passkey');
    const kept = await records();
    expect(kept).toMatchObject([{ transaction_id: act.record.transactionId, data: act.record.data }]);
    expect(JSON.parse(kept[0].data)).toMatchObject({ act: 'remove_password', email: ada.email });

    await change({ password_hash: 'set again', epoch: 0 });
    expect(await outcomeOf(remove({ signed: act })), 'a second time').not.toBe('done');
    expect(await hasPassword()).toBe(true);

    const leaving = operations().deleteAccount(ada.requester, await signed('delete_account'), place);
    expect(await leaving).toBe('deleted');
    expect(await records()).toEqual([]);
    const told = running.log.map((line) => JSON.parse(line));
    expect(told.findLast(({ event }) => event === 'account_deleted')).toMatchObject({ method: 'passkey' });
  });

  it('is not done when what it is done to has changed after it was signed', async () => {
    const happenings: [string, () => Promise<unknown>][] = [
      ['the address has changed', () => change({ email: `other-${ada.email}` })],
      ['the second factor was turned on', () => change({ second_factor_at: new Date().toISOString() })],
      ['a passkey was added', () => ada.createPasskey()],
      ['a passkey was deleted', () => deleteAnother()],
      ['trust in what was before has ended', () => operations().endOtherSessions(ada.requester, place)],
    ];
    for (const [which, happen] of happenings) {
      const confirmation = await signed();
      await happen();
      const before = await everythingKept(db());
      expect(await outcomeOf(remove(confirmation)), which).toBe('act_changed');
      expect(await everythingKept(db()), which).toEqual(before);
    }
    // Nothing else stood in its way.
    expect(await remove(await signed())).toMatchObject({ id: ada.userId });
  });

  it('is not done with a signature for another act or of another account, or with a passkey that is held', async () => {
    const confirmation = await signed('delete_account');
    expect(await outcomeOf(remove(confirmation))).toBe('act_changed');
    const eve = await createActor(running);
    const key = createAuthenticator();
    await eve.createPasskey(key);
    const hers = { signed: await signs(running, eve, 'remove_password', key) };
    expect(await outcomeOf(remove(hers))).toBe('act_changed');
    expect(await hasPassword()).toBe(true);
    await change({ passkeys_held_at: new Date(Date.now() + 1_000).toISOString() });
    const leaving = operations().deleteAccount(ada.requester, confirmation, place);
    expect(await outcomeOf(leaving)).toBe('passkey_held');
  });

  it('is refused when as many were signed as are kept, but deletes the account all the same', async () => {
    const at = new Date().toISOString();
    const rest = { data: '', public_key: '', client_data: '', authenticator_data: '', signature: '' };
    const full = Array.from({ length: limits.signedActsOfAccount }, (_, index) => ({
      transaction_id: `${ada.userId}-${index}`,
      user_id: ada.userId,
      at,
      ...rest,
    }));
    await db()('signed_acts').insert(full);
    expect(await outcomeOf(remove(await signed()))).toBe('too_many_requests');
    const confirmation = await signed('delete_account');
    expect(await operations().deleteAccount(ada.requester, confirmation, place)).toBe('deleted');
  });
});

describe('an act that is confirmed with the password', () => {
  it('is not done with a wrong one, that of somebody else, or none; with the right one it is, unsigned', async () => {
    const eve = await createActor(running);
    expect(await remove(mistyped(ada.typing))).toBe('password');
    expect(await remove(eve.typing)).toBe('password');
    expect(await outcomeOf(remove(null))).toBe('act_changed');
    expect(await hasPassword()).toBe(true);
    expect(await remove(ada.typing)).toMatchObject({ id: ada.userId });
    expect(await entries()).toContain('password_removed password');
    expect(await records()).toEqual([]);
  });

  it('takes a recovery code as well where a second factor is asked for, and uses it up', async () => {
    const { codes = [] } = (await operations().turnOnSecondFactor(ada.requester, place)) ?? {};
    const [code = ''] = codes;
    await change({ epoch: 0 });
    const left = () => db()('recovery_codes').where({ user_id: ada.userId });
    expect(await remove(ada.typing)).toBe('missing_code');
    expect(await remove(withCode(ada.typing, wrongCode))).toBe('code');
    expect([await hasPassword(), (await left()).length]).toEqual([true, 10]);
    expect(await remove(withCode(ada.typing, code))).toMatchObject({ id: ada.userId });
    expect([await hasPassword(), (await left()).length]).toEqual([false, 9]);
  });
});

describe('whoever has neither password nor passkey', () => {
  it('deletes their account with nothing but their sign-in, and whoever has a passkey does not', async () => {
    await change({ password_hash: null });
    const leave = () => operations().deleteAccount(ada.requester, null, place);
    expect(await outcomeOf(leave())).toBe('act_changed');
    await db()('passkey_records').where({ user_id: ada.userId }).delete();
    await db()('passkey_api_credentials').where({ user_id: ada.userId }).delete();
    expect(await leave()).toBe('deleted');
  });
});

async function deleteAnother(): Promise<void> {
  const ids = await db()('passkey_records').where({ user_id: ada.userId }).pluck('credential_id');
  const another = ids.find((id) => id !== first) ?? '';
  await operations().deletePasskey({ userId: ada.userId, operator: true }, another, false, place);
}

function mistyped(confirmation: Confirmation): Confirmation {
  if (!confirmation || !('typed' in confirmation)) throw new Error('nothing was typed');
  return { typed: { ...confirmation.typed, password: 'a wrong password' } };
}
