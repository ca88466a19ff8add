/** What passkeys a person has, told from the API's list and our records, which change while they are read. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { outcomeOf, somebody, startPasskeys, type TestPasskeys } from '../../support/passkeys.ts';
import { tooBusy } from '../../support/wire.ts';

let running: TestPasskeys;
let ada: Person;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(async () => {
  await running.database.db('passkey_records').delete();
  ada = somebody();
  running.wire.mend();
});

const listed = async () => (await running.passkeys.listFor(ada.id)).map(({ id }) => id);
const opening = async (heldSince: string | null = null) => {
  const before = await running.passkeys.listFor(ada.id);
  return running.database.db.transaction((trx) => running.passkeys.thatOpen(trx, ada.id, before, heldSince));
};
const changeRecord = (id: string, changes: object) =>
  running.database.db('passkey_records').where({ user_id: ada.id, credential_id: id }).update(changes);

/** Something happens after the API has made its list and before anybody has it. */
function whileListing(happens: () => Promise<unknown>): void {
  running.wire.after = async ({ method, path }, answer) => {
    if (method !== 'GET' || path !== 'credentials') return answer;
    running.wire.mend();
    await happens();
    return answer;
  };
}

describe('a list of passkeys', () => {
  it('has the keys that work only after the password, and says so', async () => {
    const [passkey, factor] = [await running.create(ada), await running.createSecondFactor(ada)];
    const found = await running.passkeys.listFor(ada.id);
    expect(
      found.map(({ id, signsInAlone, secondFactorOnly }) => [id, signsInAlone, secondFactorOnly]),
    ).toEqual(
      expect.arrayContaining([
        [passkey, true, false],
        [factor, false, true],
      ]),
    );
    expect(found).toHaveLength(2);
    expect(await running.passkeys.find(ada.id, factor)).toMatchObject({ secondFactorOnly: true });
    expect((await running.passkeys.acceptedIds(ada.id)).toSorted()).toEqual([passkey, factor].toSorted());
  });

  it('has none that is deleted while it is made', async () => {
    const [id, other] = [await running.create(ada), await running.create(ada)];
    whileListing(() => running.database.db.transaction((trx) => running.passkeys.delete(trx, ada.id, id)));
    expect(await listed()).toEqual([other]);
    whileListing(() => running.remove(ada, other));
    expect(await running.passkeys.acceptedIds(ada.id)).toEqual([]);
  });

  it('says the truth of one whose record is written while it is made', async () => {
    const id = await running.create(ada);
    await running.records.remove(ada.id, id);
    const record = { user_id: ada.id, credential_id: id, automatic: true, vouched: false, confirmed: false };
    const created_at = new Date().toISOString();
    whileListing(() => running.database.db('passkey_records').insert({ ...record, created_at }));
    expect(await listed()).toEqual([]);
  });

  it('is not taken for complete while a registration is under way that began while it was made', async () => {
    await running.create(ada);
    whileListing(async () => {
      await running.records.insert(ada.id, {
        ...(await running.records.listFor(ada.id))[0],
        credentialId: 'coming',
        createdAt: Date.now(),
      } as never);
    });
    expect(await outcomeOf(running.passkeys.acceptedIds(ada.id))).toBe('passkey_service_unavailable');
  });

  it('is null for pages that do without, when the API does not answer', async () => {
    await running.create(ada);
    running.wire.before = tooBusy;
    expect(await running.passkeys.listOrNull(ada.id)).toBeNull();
    expect(await outcomeOf(running.passkeys.listFor(ada.id))).toBe('passkey_service_unavailable');
  });
});

describe('what opens an account', () => {
  it('are the passkeys that nobody has deleted since they were listed', async () => {
    const [id, other] = [await running.create(ada), await running.create(ada)];
    const before = await running.passkeys.listFor(ada.id);
    const left = await running.database.db.transaction(async (trx) => {
      await running.passkeys.delete(trx, ada.id, id);
      return [
        await running.passkeys.thatOpen(trx, ada.id, before, null),
        await running.passkeys.stillThere(trx, ada.id, before),
      ];
    });
    expect(left.map((some) => some.map((passkey) => passkey.id))).toEqual([[other], [other]]);
    await running.database.db.transaction((trx) => running.passkeys.delete(trx, ada.id, null));
    expect(await opening()).toEqual([]);
  });

  it('is no passkey that is held, and no passkey that nobody has a record of while any is', async () => {
    const [old, unknown, fresh] = [
      await running.create(ada),
      await running.create(ada),
      await running.create(ada),
    ];
    await changeRecord(old, { created_at: '2026-11-20T10:00:00.000Z' });
    await running.records.remove(ada.id, unknown);
    await changeRecord(fresh, { created_at: '2026-11-20T10:00:00.002Z' });
    expect((await opening('2026-11-20T10:00:00.001Z')).map(({ id }) => id)).toEqual([fresh]);
    expect(await opening()).toHaveLength(3);
  });
});

describe('the passkeys since a moment', () => {
  it('are those that were created then or later, as far as that is known, and are registered to their end', async () => {
    const [before, at, after, coming, unknown] = await Promise.all(
      Array.from({ length: 5 }, () => running.create(ada)),
    );
    const moment = '2026-11-20T10:00:00.001Z';
    await changeRecord(before as string, { created_at: '2026-11-20T10:00:00.000Z' });
    await changeRecord(at as string, { created_at: moment });
    await changeRecord(coming as string, { confirmed: false });
    await running.records.remove(ada.id, unknown as string);
    const since = await running.database.db.transaction((trx) =>
      running.passkeys.since(trx, ada.id, new Date(moment)),
    );
    expect(since.toSorted()).toEqual([at, after].toSorted());
  });
});

describe('a new name', () => {
  const rename = async (id: string, name: string) => {
    const passkey = await running.passkeys.find(ada.id, id);
    await running.database.db.transaction((trx) => running.passkeys.rename(trx, ada.id, passkey, name));
  };
  const nameAtApi = async (id: string) =>
    (await running.database.db('passkey_api_credentials').where({ id }).first('name')).name;
  const shown = async () => (await running.passkeys.listFor(ada.id)).map(({ name }) => name);

  it('is seen at once, also where there was no record, and the API is told later', async () => {
    const id = await running.create(ada);
    await running.records.remove(ada.id, id);
    running.wire.before = ({ method }) => (method === 'PATCH' ? tooBusy() : undefined);
    await rename(id, 'Laptop');
    await running.passkeys.settle(ada.id);
    expect([await shown(), await nameAtApi(id)]).toEqual([['Laptop'], 'Passkey · Chrome on macOS']);
    running.wire.mend();
    await running.passkeys.sweep();
    expect([await shown(), await nameAtApi(id)]).toEqual([['Laptop'], 'Laptop']);
    expect((await running.records.find(ada.id, id))?.renamedTo).toBeNull();
  });

  it('that the API does not take stands in nobody’s way, and neither does the rest wait for it', async () => {
    const [one, other] = [await running.create(ada), await running.create(ada)];
    for (const id of [one, other]) await rename(id, `New ${id}`);
    running.wire.before = ({ method, path }) =>
      method === 'PATCH' && path.endsWith(one) ? tooBusy() : undefined;
    await running.passkeys.settle(ada.id);
    expect(await nameAtApi(other)).toBe(`New ${other}`);
    const { db } = running.database;
    const challenge_hash = one.slice(0, 43);
    await db('used_challenges').insert({ challenge_hash, expires_at: new Date(0).toISOString() });
    await running.passkeys.sweep();
    expect(await db('used_challenges').where({ challenge_hash })).toEqual([]);
  });

  it('comes to its turn in the sweep, however many the API does not take before', async () => {
    const id = await running.create(ada);
    const madeAt = new Date();
    for (let count = 10; count < 35; count++)
      await running.records.rename('grace', `--${count}`, 'Hers', madeAt);
    await rename(id, 'Mine');
    running.wire.before = ({ method, path }) =>
      method === 'PATCH' && path.includes('/--') ? tooBusy() : undefined;
    for (let runs = 0; runs < 3; runs++) await running.passkeys.sweep();
    expect(await nameAtApi(id)).toBe('Mine');
  });

  it('of a passkey that is deleted, or that the API does not have, is forgotten', async () => {
    const [deleted, lost] = [await running.create(ada), await running.create(ada)];
    for (const id of [deleted, lost]) await rename(id, 'New');
    await running.database.db('passkey_api_credentials').where({ id: lost }).delete();
    await running.remove(ada, deleted);
    expect(await running.records.renamed({ userId: ada.id })).toEqual([]);
  });
});
