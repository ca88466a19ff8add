/**
 * Between the moment in which the API stores a passkey and the one in which somebody confirms it anything may break. Such a
 * passkey opens nothing, and is deleted when nobody can be waiting for it any more.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PasskeyServiceFault } from '../../../src/passkeys/hanko/service-errors.ts';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { withoutTable } from '../../support/answers.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { withCredentialId } from '../../support/credential-surgery.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';
import { storePasskey } from '../../support/stored-passkey.ts';

const second = 1_000;
let running: TestPasskeys;
let ada: Person;
let laptop = createAuthenticator();
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(async () => {
  for (const table of ['passkey_records', 'pending_deletions']) await running.database.db(table).delete();
  ada = somebody();
  laptop = createAuthenticator();
});
afterEach(() => {
  running.wire.mend();
  vi.useRealTimers();
});

const stored = ({ id }: Person): Promise<string[]> =>
  running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id');
const listed = async ({ id }: Person) => (await running.passkeys.listFor(id)).map((passkey) => passkey.id);
const confirm = (id: string) =>
  running.database.db.transaction((trx) => running.passkeys.confirm(trx, ada.id, id));
const pass = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });

/** A passkey that the API has stored, and that nobody has confirmed; perhaps with an id that somebody chose. */
async function register(person = ada, chosenId?: string): Promise<string> {
  const { options, ticket } = await running.begin(person);
  const made = laptop.create(options, relyingParty.origin);
  const answer = chosenId ? withCredentialId(made, new Uint8Array(Buffer.from(chosenId, 'base64url'))) : made;
  return (await running.passkeys.register(person, answer, [ticket], 'Chrome on macOS', source)).id;
}

/** The same without the ceremony. */
const put = async (): Promise<string> => {
  const browser = { origin: relyingParty.origin, device: 'Chrome on macOS' };
  return (await storePasskey(running.database.db, ada, laptop, browser)).id;
};

/** Signs in as far as passkeys know of it. @returns what the act in which it is used is told */
async function use(heldSince: string | null = null) {
  const { options, ticket } = await running.passkeys.beginSignIn();
  const answer = laptop.get(options, relyingParty.origin);
  const identity = await running.passkeys.identify(answer, [ticket], async () => 0, source);
  return running.database.db.transaction((trx) => running.passkeys.use(trx, identity, heldSince, 'here'));
}

/** The API does what it is asked, and then fails: it says so, or nothing comes back. */
function storesAndFails(fault: PasskeyServiceFault): void {
  running.wire.after = ({ path }, answer) => {
    if (path === 'registration/finalize') throw fault;
    return answer;
  };
}

describe('a passkey that nobody has confirmed', () => {
  it('opens nothing, is in no list, and cannot be found; confirmed, it is one like any other', async () => {
    const id = await register();
    expect([await use(), await listed(ada)]).toEqual(['gone', []]);
    expect(await outcomeOf(running.passkeys.find(ada.id, id))).toBe('not_found');
    expect(await running.records.find(ada.id, id)).toMatchObject({ confirmed: false, lastDevice: null });
    expect(await confirm(id)).toBe(true);
    expect([await use(), await listed(ada)]).toEqual([{ vouched: true, backupChange: null }, [id]]);
    expect((await running.passkeys.find(ada.id, id)).id).toBe(id);
  });

  it('counts as created when it is confirmed, for what takes back all that came since some moment', async () => {
    const id = await put();
    pass(second);
    const moment = new Date();
    pass(second);
    const since = () => running.database.db.transaction((trx) => running.passkeys.since(trx, ada.id, moment));
    expect(await since()).toEqual([]);
    await confirm(id);
    expect(await since()).toEqual([id]);
  });

  it('is known to password managers, which must not remove it just now', async () => {
    const id = await put();
    expect(await running.passkeys.acceptedIds(ada.id)).toEqual([id]);
  });

  it('does not count among what opens an account, also where a list was read without its record', async () => {
    const [one, other] = [await running.create(ada), await running.create(ada)];
    const before = await running.passkeys.listFor(ada.id);
    await running.database.db('passkey_records').where({ credential_id: one }).update({ confirmed: false });
    const opening = await running.database.db.transaction((trx) =>
      running.passkeys.thatOpen(trx, ada.id, before, null),
    );
    expect(opening.map(({ id }) => id)).toEqual([other]);
  });

  it('is deleted a minute after it began, here and at the API, and not before', async () => {
    const id = await put();
    pass(59 * second);
    await running.passkeys.sweep();
    expect(await stored(ada)).toEqual([id]);
    pass(2 * second);
    await running.passkeys.sweep();
    expect([await stored(ada), await running.records.find(ada.id, id)]).toEqual([[], null]);
  });

  it('cannot be confirmed any more when it has been given up', async () => {
    const id = await put();
    pass(61 * second);
    running.wire.before = ({ method }) => {
      if (method === 'DELETE') throw new PasskeyServiceFault('deadline');
      return undefined;
    };
    await running.passkeys.sweep();
    expect([await confirm(id), await stored(ada), await use().catch(({ code }) => code)]).toEqual([
      false,
      [id],
      'credential_unknown',
    ]);
  });

  it('cannot be confirmed when it has been deleted already', async () => {
    const id = await put();
    await running.database.db.transaction((trx) => running.passkeys.delete(trx, ada.id, id));
    await register(ada, id).catch(() => {});
    expect(await confirm(id)).toBe(false);
  });

  it.each([1, 2, 3, 4, 5])(
    'is confirmed or deleted, and not both, when both happen at once: try %i',
    async () => {
      const id = await put();
      const created_at = new Date(Date.now() - 61 * second).toISOString();
      await running.database.db('passkey_records').where({ credential_id: id }).update({ created_at });
      const [isConfirmed] = await Promise.all([
        confirm(id),
        running.passkeys.sweep(),
        running.passkeys.sweep(),
        running.passkeys.sweep(),
      ]);
      await running.passkeys.settle(ada.id);
      expect([await stored(ada), await listed(ada)]).toEqual(isConfirmed ? [[id], [id]] : [[], []]);
    },
  );
});

describe('a registration of which the API', () => {
  it.each([
    ['answered nothing', new PasskeyServiceFault('network'), 'passkey_service_unavailable'],
    [
      'said that it failed, after it had stored the passkey',
      new PasskeyServiceFault('status', { status: 500, problem: { title: 'Internal Server Error' } }),
      'already_registered',
    ],
  ])('%s leaves a passkey that opens nothing, and goes', async (_, fault, code) => {
    storesAndFails(fault);
    expect(await outcomeOf(register())).toBe(code);
    running.wire.mend();
    expect(await stored(ada)).toHaveLength(1);
    expect([await use(), await listed(ada)]).toEqual(['gone', []]);
    pass(61 * second);
    await running.passkeys.sweep();
    expect(await stored(ada)).toEqual([]);
  });

  it('refused the passkey, because its id is somebody else’s, leaves nothing', async () => {
    const grace = somebody('grace@example.com');
    const theirs = await register(grace);
    expect(await outcomeOf(register(ada, theirs))).toBe('already_registered');
    expect(await running.records.listFor(ada.id)).toEqual([]);
  });

  it('is not asked, because no record can be kept, creates nothing', async () => {
    const { options, ticket } = await running.begin(ada);
    const answer = laptop.create(options, relyingParty.origin);
    running.wire.calls.length = 0;
    const registering = () => running.passkeys.register(ada, answer, [ticket], 'Chrome on macOS', source);
    await expect(withoutTable(running, 'passkey_records', registering)).rejects.toThrow('passkey_records');
    expect(running.wire.calls).not.toContain('POST registration/finalize');
    expect(await stored(ada)).toEqual([]);
  });

  it('said nothing, with an id that is somebody else’s, takes nothing from them', async () => {
    const grace = somebody('grace@example.com');
    const phone = createAuthenticator();
    const theirs = await running.create(grace, phone);
    running.wire.before = ({ path }) => {
      if (path === 'registration/finalize') throw new PasskeyServiceFault('network');
      return undefined;
    };
    expect(await outcomeOf(register(ada, theirs))).toBe('passkey_service_unavailable');
    running.wire.mend();
    pass(61 * second);
    await running.passkeys.sweep();
    vi.useRealTimers();
    expect(await running.passkeys.isDeleted(running.database.db, ada.id, theirs)).toBe(true);
    const { options, ticket } = await running.passkeys.beginSignIn();
    const answer = phone.get(options, relyingParty.origin);
    const identity = await running.passkeys.identify(answer, [ticket], async () => 0, source);
    expect(identity).toMatchObject({ userId: grace.id, credentialId: theirs });
    expect((await running.passkeys.find(grace.id, theirs)).id).toBe(theirs);
  });
});

it('of two registrations with one id at once one can be confirmed at most, and nothing opens without that', async () => {
  const chosen = 'B'.repeat(43);
  for (let time = 0; time < 5; time++) {
    ada = somebody();
    await Promise.all([register(ada, chosen), register(ada, chosen)].map(outcomeOf));
    const left = await stored(ada);
    const isConfirmed = left.length === 1 && (await confirm(chosen));
    expect(await listed(ada)).toEqual(isConfirmed ? [chosen] : []);
    await running.database.db('passkey_api_credentials').where({ id: chosen }).delete();
  }
});
