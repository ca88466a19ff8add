import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { outcomeOf, somebody, source, startPasskeys, type TestPasskeys } from '../../support/passkeys.ts';
import { brokenAnswer } from '../../support/wire.ts';

let running: TestPasskeys;
let ada: Person;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(() => {
  ada = somebody();
  running.wire.mend();
});

const stored = async ({ id }: Person) =>
  (await running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id')).toSorted();

describe('the last way in', () => {
  it('is not deleted, and can be used and deleted as before once there is another', async () => {
    const only = await running.create(ada);
    await expect(running.remove(ada, only, false)).rejects.toMatchObject({
      code: 'last_way_in',
      message: 'This passkey is your only way to sign in. Create another one first, then delete this one.',
    });
    expect(await stored(ada)).toEqual([only]);
    expect(await running.removals.isGoing(ada.id, only)).toBe(false);
    const other = await running.create(ada);
    expect(await outcomeOf(running.remove(ada, only, false))).toBe('done');
    expect(await stored(ada)).toEqual([other]);
  });

  it('is no passkey that works only after the password, when there is none', async () => {
    const [alone, dependent] = [await running.create(ada), await running.create(ada)];
    const key = { user_id: ada.id, credential_id: dependent };
    await running.database.db('passkey_records').where(key).update({ discoverable: false });
    expect(await outcomeOf(running.remove(ada, alone, false))).toBe('last_way_in');
    expect(await outcomeOf(running.remove(ada, dependent, false))).toBe('done');
    expect(await stored(ada)).toEqual([alone]);
  });

  it('is no key that the service keeps for a second factor', async () => {
    const [only, factor] = [await running.create(ada), await running.create(ada)];
    running.wire.after = async ({ path }, answer) => {
      if (path !== 'credentials') return answer;
      const listed = (await answer.json()) as { id: string }[];
      const told = listed.map((item) => ({ ...item, is_mfa: item.id === factor }));
      return new Response(JSON.stringify(told), { headers: { 'X-Total-Count': '2' } });
    };
    expect((await running.passkeys.listFor(ada.id)).map(({ id }) => id)).toEqual([only]);
    expect(await outcomeOf(running.remove(ada, only, false))).toBe('last_way_in');
    // Password managers are told of both, since the service accepts both.
    expect((await running.passkeys.acceptedIds(ada.id)).toSorted()).toEqual([only, factor].toSorted());
  });

  it('may be an automatic passkey', async () => {
    const [automatic, other] = [await running.upgrade(ada), await running.create(ada)];
    expect(await outcomeOf(running.remove(ada, other, false))).toBe('done');
    expect(await outcomeOf(running.remove(ada, automatic, false))).toBe('last_way_in');
  });

  it('is deleted where there is a password', async () => {
    expect(await outcomeOf(running.remove(ada, await running.create(ada), true))).toBe('done');
    expect(await stored(ada)).toEqual([]);
  });

  it('is looked for after it was said that this passkey goes: whoever takes the password away looks then', async () => {
    const id = await running.create(ada);
    const seen: boolean[] = [];
    const hasOtherWay = async () => {
      seen.push(await running.removals.isGoing(ada.id, id));
      return false;
    };
    const removal = running.passkeys.remove(ada.id, id, hasOtherWay, async () => {}, source);
    expect([await outcomeOf(removal), seen]).toEqual(['last_way_in', [true]]);
    expect(await stored(ada)).toEqual([id]);
  });

  it('stays when the service cannot say what else there is', async () => {
    const [one] = [await running.create(ada), await running.create(ada)];
    running.wire.before = ({ path }) => (path === 'credentials' ? brokenAnswer() : undefined);
    expect(await outcomeOf(running.remove(ada, one, false))).toBe('passkey_service_unavailable');
    running.wire.mend();
    expect(await stored(ada)).toHaveLength(2);
    expect(await running.removals.isGoing(ada.id, one)).toBe(false);
  });
});

describe('as good as a password', () => {
  const count = () => running.passkeys.countReliable(ada.id);

  it('is a passkey that signs in alone, is vouched for, and that nobody is deleting', async () => {
    await running.create(ada);
    expect(await count()).toBe(1);
    await running.upgrade(ada);
    const dependent = { user_id: ada.id, credential_id: await running.create(ada) };
    await running.database.db('passkey_records').where(dependent).update({ discoverable: false });
    const going = await running.create(ada);
    expect(await count()).toBe(2);
    await running.removals.note(ada.id, going);
    expect(await count()).toBe(1);
  });

  it('is none of which the service cannot tell', async () => {
    await running.create(ada);
    running.wire.before = brokenAnswer;
    expect(await count()).toBeNull();
  });
});

describe('the sessions that a passkey opened', () => {
  it('are ended before and after it goes, since somebody may sign in between', async () => {
    const id = await running.create(ada);
    const seen: boolean[] = [];
    const endSessions = async () => void seen.push((await stored(ada)).includes(id));
    await running.passkeys.remove(ada.id, id, async () => true, endSessions, source);
    expect(seen).toEqual([true, false]);
  });

  it('are not ended when it may not go, or is not theirs', async () => {
    const only = await running.create(ada);
    const endSessions = async () => expect.unreachable('nothing was deleted');
    const remove = (user: string) =>
      running.passkeys.remove(user, only, async () => false, endSessions, source);
    expect(await outcomeOf(remove(ada.id))).toBe('last_way_in');
    expect(await outcomeOf(remove(somebody().id))).toBe('not_found');
  });

  it('keep it, when they cannot be ended', async () => {
    const id = await running.create(ada);
    const endSessions = async () => Promise.reject(new Error('no database'));
    const removal = running.passkeys.remove(ada.id, id, async () => true, endSessions, source);
    await expect(removal).rejects.toThrow('no database');
    expect(await stored(ada)).toEqual([id]);
    expect(await running.removals.isGoing(ada.id, id)).toBe(false);
  });
});
