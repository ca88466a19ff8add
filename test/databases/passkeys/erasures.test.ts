import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pseudonym } from '../../../src/logger.ts';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { PasskeyApiRefusal } from '../../../src/passkeys/service-errors.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';

const second = 1_000;
let running: TestPasskeys;
let ada: Person;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(async () => {
  await running.database.db('passkey_erasures').delete();
  running.log.length = 0;
  ada = somebody(`${randomUUID()}@example.com`);
});
afterEach(() => {
  running.wire.mend();
  vi.useRealTimers();
});

const rows = () => running.database.db('passkey_erasures').select();
const stored = ({ id }: Person) =>
  running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id');
const recorded = ({ id }: Person) =>
  running.database.db('passkey_records').where({ user_id: id }).pluck('credential_id');
const goingOf = async ({ id }: Person) => (await running.removals.goingOf(id)).size;
const leave = ({ id }: Person) =>
  running.database.db.transaction((trx) => running.passkeys.noteErasure(id, trx));
const pass = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
const serviceIsDown = () => {
  running.wire.before = ({ path }) => (path.startsWith('credentials') ? tooBusy() : undefined);
};

/** As a service answers that has too much to do: the circuit stays closed, so that each try reaches it. */
function tooBusy(): never {
  throw new PasskeyApiRefusal(429, null);
}

/** Signs in with a passkey, as far as passkeys know of it. */
async function identify(authenticator = createAuthenticator()) {
  const { options, ticket } = await running.passkeys.beginSignIn();
  return running.passkeys.identify(authenticator.get(options, relyingParty.origin), [ticket], source);
}

describe('the passkeys of somebody who leaves', () => {
  it('are forgotten here at once and at the service when it is told, and nobody else’s are', async () => {
    const grace = somebody('grace@example.com');
    const [kept] = [await running.create(grace), await running.create(ada), await running.create(ada)];
    for (const { id } of [ada, grace]) await running.removals.note(id, 'one that was being deleted');
    await leave(ada);
    expect(await running.passkeys.listFor(ada.id)).toEqual([]);
    expect([await goingOf(ada), await goingOf(grace)]).toEqual([0, 1]);
    expect(await running.passkeys.acceptedIds(ada.id)).toEqual([]);
    expect([await stored(ada), await recorded(ada)]).toEqual([expect.objectContaining({ length: 2 }), []]);
    await running.passkeys.erase(ada.id);
    expect([await stored(ada), await stored(grace), await recorded(grace)]).toEqual([[], [kept], [kept]]);
  });

  it('stay when the transaction in which it was noted came to nothing', async () => {
    const id = await running.create(ada);
    const broken = running.database.db.transaction(async (trx) => {
      await running.passkeys.noteErasure(ada.id, trx);
      throw new Error('something else went wrong');
    });
    await expect(broken).rejects.toThrow('something else');
    await running.passkeys.erase(ada.id);
    expect([await rows(), await stored(ada), await recorded(ada)]).toEqual([[], [id], [id]]);
  });

  it('are looked for once more half a minute later, because one may have been on its way', async () => {
    await leave(ada);
    await running.passkeys.erase(ada.id);
    // A registration whose request was let in before; its account is gone.
    await running.create(ada);
    expect([await stored(ada), await recorded(ada)]).toEqual([[expect.any(String)], [expect.any(String)]]);
    await running.passkeys.sweep();
    expect(await stored(ada)).toHaveLength(1);
    pass(30 * second);
    await running.passkeys.sweep();
    expect([await stored(ada), await recorded(ada), await rows()]).toEqual([[], [], []]);
    expect(running.events().filter(({ event }) => event === 'passkeys_erased')).toEqual([
      expect.objectContaining({ outcome: 'changed', user: pseudonym(ada.id) }),
    ]);
  });

  it('are forgotten by many processes at once without a fault', async () => {
    await running.create(ada);
    await running.create(ada);
    await leave(ada);
    pass(31 * second);
    await Promise.all(Array.from({ length: 5 }, () => running.passkeys.erase(ada.id)));
    expect([await stored(ada), await rows()]).toEqual([[], []]);
    expect(running.events().filter(({ event }) => event === 'passkeys_erased')).toHaveLength(1);
  });
});

describe('a service that does not answer', () => {
  it('is told later, after a pause that grows from five seconds to ten minutes', async () => {
    await running.create(ada);
    await leave(ada);
    serviceIsDown();
    const pauses: number[] = [];
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let tries = 0; tries < 10; tries++) {
      const before = Date.now();
      await running.passkeys.erase(ada.id);
      const [row] = await rows();
      expect(row.attempts).toBe(tries + 1);
      pauses.push((Date.parse(row.next_try_at) - before) / second);
      vi.setSystemTime(Date.parse(row.next_try_at));
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
    expect(await stored(ada)).toHaveLength(1);
    running.wire.mend();
    vi.useRealTimers();
  });

  it('is not asked before the pause is over', async () => {
    await leave(ada);
    serviceIsDown();
    await running.passkeys.erase(ada.id);
    const asked = running.wire.calls.length;
    await running.passkeys.erase(ada.id);
    await running.passkeys.sweep();
    expect(running.wire.calls).toHaveLength(asked);
  });

  it('forgets what is left when it answers again, though it broke in the middle', async () => {
    await running.create(ada);
    await running.create(ada);
    await leave(ada);
    let removals = 0;
    running.wire.before = ({ method }) => (method === 'DELETE' && ++removals === 2 ? tooBusy() : undefined);
    await running.passkeys.erase(ada.id);
    expect(await stored(ada)).toHaveLength(1);
    running.wire.mend();
    pass(60 * second);
    await running.passkeys.sweep();
    expect([await stored(ada), await rows()]).toEqual([[], []]);
  });

  it('holds up nobody else: what others left is done in the same run', async () => {
    const grace = somebody('grace@example.com');
    for (const person of [ada, grace]) {
      await running.create(person);
      await leave(person);
    }
    running.wire.before = ({ url }) => (url.searchParams.get('user_id') === ada.id ? tooBusy() : undefined);
    await running.passkeys.sweep();
    expect([(await stored(ada)).length, (await stored(grace)).length]).toEqual([1, 0]);
  });
});

describe('a passkey that its owner disowned', () => {
  it('does not exist any more, whether or not the service answers; the others do', async () => {
    const thief = createAuthenticator();
    const own = await running.create(ada);
    const id = await running.create(ada, thief);
    await running.passkeys.disown(ada.id, id);
    serviceIsDown();
    await running.passkeys.erase(ada.id);
    running.wire.mend();
    expect((await running.passkeys.listFor(ada.id)).map((passkey) => passkey.id)).toEqual([own]);
    expect(await running.passkeys.countReliable(ada.id)).toBe(1);
    expect(await running.passkeys.isGoing(ada.id, id)).toBe(true);
    expect(await running.passkeys.isGoing(ada.id, own)).toBe(false);
    expect(await outcomeOf(running.passkeys.find(ada.id, id))).toBe('not_found');
    expect(await outcomeOf(running.passkeys.rename(ada.id, id, 'Mine', source))).toBe('not_found');
    const { options } = await running.passkeys.beginStepUp(ada, true);
    expect(JSON.stringify(options)).not.toContain(id);
    expect(JSON.stringify(options)).toContain(own);
  });

  it('signs nobody in, and its password manager is told that it is unknown, also before the service knows', async () => {
    const thief = createAuthenticator();
    const id = await running.create(ada, thief);
    // Of one that is younger than half a minute nobody is told that it is gone.
    const created_at = new Date(Date.now() - 31 * second).toISOString();
    await running.database.db('passkey_records').where({ credential_id: id }).update({ created_at });
    expect((await identify(thief)).credentialId).toBe(id);
    await running.passkeys.disown(ada.id, id);
    running.wire.calls.length = 0;
    expect(await outcomeOf(identify(thief))).toBe('credential_unknown');
    expect(running.wire.calls.filter((call) => call.includes('finalize'))).toEqual([]);
  });

  it.each([
    ['has a record', true],
    ['has none', false],
  ])('is going for a minute more, for whoever is signing in meanwhile, when it %s', async (_, hasRecord) => {
    const id = await running.create(ada);
    if (!hasRecord) await running.records.remove(ada.id, id);
    await running.passkeys.disown(ada.id, id);
    await running.passkeys.erase(ada.id);
    expect([await stored(ada), await rows()]).toEqual([[], []]);
    expect(await running.passkeys.isGoing(ada.id, id)).toBe(true);
    pass(61 * second);
    await running.passkeys.sweep();
    expect(await running.passkeys.isGoing(ada.id, id)).toBe(false);
    expect(await recorded(ada)).toEqual([]);
  });

  it('that is somebody else’s stays theirs', async () => {
    const grace = somebody('grace@example.com');
    const id = await running.create(grace);
    await running.passkeys.disown(ada.id, id);
    await running.passkeys.erase(ada.id);
    expect([await stored(grace), await rows()]).toEqual([[id], []]);
    expect((await running.passkeys.listFor(grace.id)).map((passkey) => passkey.id)).toEqual([id]);
  });

  it('that does not exist is no fault', async () => {
    await running.passkeys.disown(ada.id, 'A'.repeat(22));
    await running.passkeys.erase(ada.id);
    expect(await rows()).toEqual([]);
  });
});
