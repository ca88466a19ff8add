import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { pseudonym } from '../../../src/logger.ts';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';
import { tooBusy } from '../../support/wire.ts';

const second = 1_000;
let running: TestPasskeys;
let ada: Person;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(async () => {
  for (const table of ['pending_deletions', 'passkey_records']) await running.database.db(table).delete();
  running.log.length = 0;
  ada = somebody(`${randomUUID()}@example.com`);
});
afterEach(() => {
  running.wire.mend();
  vi.useRealTimers();
});

const rows = () => running.database.db('pending_deletions').select();
const stored = ({ id }: Person) =>
  running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id');
const recorded = ({ id }: Person) =>
  running.database.db('passkey_records').where({ user_id: id }).pluck('credential_id');
const within = <T>(act: (trx: Database) => Promise<T>) => running.database.db.transaction(act);
const leave = ({ id }: Person) => within((trx) => running.passkeys.delete(trx, id, null));
const remove = (person: Person, id: string) => within((trx) => running.passkeys.delete(trx, person.id, id));
const isDeleted = (id: string, person = ada) =>
  within((trx) => running.passkeys.isDeleted(trx, person.id, id));
/** What is written once the API has done what it was asked; the rest waits. */
const undone = async () => (await rows()).filter(({ done_at }) => done_at === null);
const pass = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
const serviceIsDown = () => {
  running.wire.before = ({ path }) => (path.startsWith('credentials') ? tooBusy() : undefined);
};

/** Signs in with a passkey, as far as passkeys know of it. */
async function identify(authenticator = createAuthenticator()) {
  const { options, ticket } = await running.passkeys.beginSignIn();
  const answer = authenticator.get(options, relyingParty.origin);
  return running.passkeys.identify(answer, [ticket], async () => 0, source);
}

describe('the passkeys of somebody who leaves', () => {
  it('are forgotten here at once and at the service when it is told, and nobody else’s are', async () => {
    const grace = somebody('grace@example.com');
    const [kept] = [await running.create(grace), await running.create(ada), await running.create(ada)];
    await leave(ada);
    expect(await running.passkeys.listFor(ada.id)).toEqual([]);
    expect(await running.passkeys.acceptedIds(ada.id)).toEqual([]);
    expect([await stored(ada), await recorded(ada)]).toEqual([expect.objectContaining({ length: 2 }), []]);
    await running.passkeys.settle(ada.id);
    expect([await stored(ada), await stored(grace), await recorded(grace)]).toEqual([[], [kept], [kept]]);
  });

  it('stay when the transaction in which it was noted came to nothing', async () => {
    const id = await running.create(ada);
    const broken = running.database.db.transaction(async (trx) => {
      await running.passkeys.delete(trx, ada.id, null);
      throw new Error('something else went wrong');
    });
    await expect(broken).rejects.toThrow('something else');
    await running.passkeys.settle(ada.id);
    expect([await rows(), await stored(ada), await recorded(ada)]).toEqual([[], [id], [id]]);
  });

  it('are looked for once more half a minute later, because one may have been on its way', async () => {
    await leave(ada);
    await running.passkeys.settle(ada.id);
    // A registration whose request was let in before; its account is gone.
    await running.create(ada);
    expect([await stored(ada), await recorded(ada)]).toEqual([[expect.any(String)], [expect.any(String)]]);
    await running.passkeys.sweep();
    expect(await stored(ada)).toHaveLength(1);
    pass(30 * second);
    await running.passkeys.sweep();
    expect([await stored(ada), await undone()]).toEqual([[], []]);
    expect(running.events().filter(({ event }) => event === 'pending_deletions_done')).toEqual([
      expect.objectContaining({ outcome: 'changed', user: pseudonym(ada.id) }),
    ]);
  });

  it('are forgotten by many processes at once without a fault', async () => {
    await running.create(ada);
    await running.create(ada);
    await leave(ada);
    pass(31 * second);
    await Promise.all(Array.from({ length: 5 }, () => running.passkeys.settle(ada.id)));
    expect([await stored(ada), await undone()]).toEqual([[], []]);
    expect(running.events().filter(({ event }) => event === 'pending_deletions_done')).toHaveLength(1);
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
      await running.passkeys.settle(ada.id);
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
    await running.passkeys.settle(ada.id);
    const asked = running.wire.calls.length;
    await running.passkeys.settle(ada.id);
    await running.passkeys.sweep();
    expect(running.wire.calls).toHaveLength(asked);
  });

  it('forgets what is left when it answers again, though it broke in the middle', async () => {
    await running.create(ada);
    await running.create(ada);
    await leave(ada);
    let removals = 0;
    running.wire.before = ({ method }) => (method === 'DELETE' && ++removals === 2 ? tooBusy() : undefined);
    await running.passkeys.settle(ada.id);
    expect(await stored(ada)).toHaveLength(1);
    running.wire.mend();
    pass(60 * second);
    await running.passkeys.sweep();
    expect([await stored(ada), await undone()]).toEqual([[], []]);
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

describe('a passkey that is deleted', () => {
  it('does not exist any more, whether or not the service answers; the others do', async () => {
    const thief = createAuthenticator();
    const own = await running.create(ada);
    const id = await running.create(ada, thief);
    const before = await running.passkeys.listFor(ada.id);
    await remove(ada, id);
    serviceIsDown();
    await running.passkeys.settle(ada.id);
    running.wire.mend();
    expect((await running.passkeys.listFor(ada.id)).map((passkey) => passkey.id)).toEqual([own]);
    expect(await running.passkeys.acceptedIds(ada.id)).toEqual([own]);
    const left = await within((trx) => running.passkeys.stillThere(trx, ada.id, before));
    expect(left.map((passkey) => passkey.id)).toEqual([own]);
    expect([await isDeleted(id), await isDeleted(own)]).toEqual([true, false]);
    expect(await outcomeOf(running.passkeys.find(ada.id, id))).toBe('not_found');
    const { options } = await running.passkeys.beginStepUp(ada, true);
    expect(JSON.stringify(options)).not.toContain(id);
    expect(JSON.stringify(options)).toContain(own);
  });

  it('signs nobody in, and its password manager is told that it is unknown, also before the service knows', async () => {
    const thief = createAuthenticator();
    const id = await running.create(ada, thief);
    expect((await identify(thief)).credentialId).toBe(id);
    await remove(ada, id);
    running.wire.calls.length = 0;
    expect(await outcomeOf(identify(thief))).toBe('credential_unknown');
    expect(running.wire.calls.filter((call) => call.includes('finalize'))).toEqual([]);
  });

  it('is not, when the transaction in which it was deleted came to nothing', async () => {
    const id = await running.create(ada);
    const broken = within(async (trx) => {
      await running.passkeys.delete(trx, ada.id, id);
      throw new Error('something else went wrong');
    });
    await expect(broken).rejects.toThrow('something else');
    await running.passkeys.settle(ada.id);
    expect([await rows(), await stored(ada), await recorded(ada)]).toEqual([[], [id], [id]]);
  });

  it.each([
    ['has a record', true],
    ['has none', false],
  ])('is known for a minute more, for whoever is signing in meanwhile, when it %s', async (_, hasRecord) => {
    const id = await running.create(ada);
    if (!hasRecord) await running.records.remove(ada.id, id);
    await remove(ada, id);
    await running.passkeys.settle(ada.id);
    expect([await stored(ada), await undone(), await isDeleted(id)]).toEqual([[], [], true]);
    pass(50 * second);
    await running.passkeys.sweep();
    expect(await isDeleted(id)).toBe(true);
    pass(60 * second);
    await Promise.all([running.passkeys.sweep(), running.passkeys.sweep()]);
    expect([await rows(), await recorded(ada)]).toEqual([[], []]);
  });

  it('is not forgotten before the service has deleted it, however long that takes', async () => {
    const id = await running.create(ada);
    await remove(ada, id);
    serviceIsDown();
    pass(24 * 3_600 * second);
    await running.passkeys.sweep();
    expect([await stored(ada), await isDeleted(id)]).toEqual([[id], true]);
    running.wire.mend();
    pass(10 * 60 * second);
    await running.passkeys.sweep();
    expect(await stored(ada)).toEqual([]);
  });

  it('is deleted once, however many delete it at once, and told once for each', async () => {
    const id = await running.create(ada);
    await Promise.all(Array.from({ length: 5 }, () => running.remove(ada, id)));
    expect([await stored(ada), await undone()]).toEqual([[], []]);
    expect(await isDeleted(id)).toBe(true);
  });

  it('that is somebody else’s stays theirs, in every way', async () => {
    const grace = somebody('grace@example.com');
    const phone = createAuthenticator();
    const id = await running.create(grace, phone);
    await remove(ada, id);
    await running.passkeys.settle(ada.id);
    expect([await stored(grace), await undone()]).toEqual([[id], []]);
    expect([await isDeleted(id), await isDeleted(id, grace)]).toEqual([true, false]);
    expect((await running.passkeys.listFor(grace.id)).map((passkey) => passkey.id)).toEqual([id]);
    expect((await running.passkeys.find(grace.id, id)).id).toBe(id);
    expect((await identify(phone)).userId).toBe(grace.id);
  });

  it('that does not exist is no fault, and may have the longest id that there is', async () => {
    const id = 'A'.repeat(1_364);
    await remove(ada, id);
    await running.passkeys.settle(ada.id);
    expect([await undone(), await isDeleted(id)]).toEqual([[], true]);
  });
});
