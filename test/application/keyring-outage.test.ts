/** A deletion that the passkey service does not confirm: what is certain is believed, and what is not is waited for. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHanko } from '../../src/passkeys/hanko.ts';
import { createKeyring } from '../../src/passkeys/keyring.ts';
import type { Person } from '../../src/passkeys/passkeys.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from '../../src/passkeys/service-errors.ts';
import { outcomeOf, somebody, source, startPasskeys, type TestPasskeys } from '../support/passkeys.ts';
import { brokenAnswer } from '../support/wire.ts';

const unavailable = 'passkey_service_unavailable';
let running: TestPasskeys;
let ada: Person;
/** Of a process of its own, whose circuit no other test has opened. */
let keyring: ReturnType<typeof createKeyring>;
let hanko: ReturnType<typeof createHanko>;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(() => {
  const { records, removals, transport, logger } = running;
  ada = somebody();
  running.wire.mend();
  running.log.length = 0;
  hanko = createHanko(transport, logger);
  keyring = createKeyring({ hanko, records, removals, logger });
});

const stored = async ({ id }: Person): Promise<string[]> =>
  running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id');
const isGoing = (id: string) => running.removals.isGoing(ada.id, id);
const record = (id: string) =>
  running.database.db('passkey_records').where({ user_id: ada.id, credential_id: id }).first();
const remove = (id: string, hasOtherWay = async () => true) =>
  outcomeOf(keyring.remove(ada.id, id, hasOtherWay, async () => {}, source));

/** The call that deletes fails before it arrives. */
function deletionMeets(fault: Error): void {
  running.wire.before = ({ method }) => {
    if (method === 'DELETE') throw fault;
    return undefined;
  };
}

const refused = new PasskeyServiceFault('network', {
  cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }),
});
const hungUp = new PasskeyServiceFault('network', {
  cause: Object.assign(new Error(), { code: 'ECONNRESET' }),
});

describe('a passkey that was certainly not deleted', () => {
  it.each([
    ['failed', new PasskeyServiceFault('status', { status: 500 })],
    ['was busy', new PasskeyApiRefusal(429, { title: 'Too many requests', details: '' })],
    ['did not take our key', new PasskeyApiRefusal(401, { title: 'The api key is invalid', details: '' })],
    ['was not reached', refused],
  ])(
    'is as before at once, when the service %s: it signs in, and counts beside another',
    async (_, fault) => {
      const [id, other] = [await running.create(ada), await running.create(ada)];
      deletionMeets(fault);
      expect(await remove(id)).toBe(unavailable);
      expect(await isGoing(id)).toBe(false);
      running.wire.mend();
      expect(await remove(other, async () => false)).toBe('done');
      expect(await stored(ada)).toEqual([id]);
    },
  );

  it('is as before at once, when the service was not even asked', async () => {
    const id = await running.create(ada);
    const circuitOpens = async () => {
      running.wire.before = brokenAnswer;
      for (let times = 0; times < 5; times++) await outcomeOf(hanko.find(id));
      return true;
    };
    running.wire.calls.length = 0;
    expect(await remove(id, circuitOpens)).toBe(unavailable);
    expect(running.wire.calls).not.toContain(`DELETE credentials/${id}`);
    expect(await isGoing(id)).toBe(false);
  });
});

describe.each([
  ['took too long', new PasskeyServiceFault('deadline')],
  ['hung up', hungUp],
  ['was lost behind its gateway', new PasskeyServiceFault('status', { status: 504 })],
  ['promised to do it later', new PasskeyServiceFault('status', { status: 202 })],
  ['said something that it never promised', new PasskeyServiceFault('shape', { status: 200 })],
])('when the service %s', (_, fault) => {
  it('a passkey that is still there may go yet: nothing begins with it, and it does not count', async () => {
    const [id, other] = [await running.create(ada), await running.create(ada)];
    deletionMeets(fault);
    expect(await remove(id)).toBe(unavailable);
    expect(await isGoing(id)).toBe(true);
    expect(await remove(other, async () => false)).toBe('last_way_in');
    expect(running.log.join()).not.toContain('passkey_removed');
  });

  it('a passkey of which the service cannot tell may go yet', async () => {
    const id = await running.create(ada);
    running.wire.before = ({ method }) => {
      if (method !== 'DELETE') return undefined;
      running.wire.before = brokenAnswer;
      throw fault;
    };
    expect(await remove(id)).toBe(unavailable);
    expect(await isGoing(id)).toBe(true);
  });

  it('a passkey that is gone is deleted', async () => {
    const id = await running.create(ada);
    running.wire.after = ({ method }, answer) => {
      if (method === 'DELETE') throw fault;
      return answer;
    };
    expect(await remove(id)).toBe('done');
    expect(await stored(ada)).toEqual([]);
    expect((await record(id)).removed_at).not.toBeNull();
    expect(running.events().at(-1)).toMatchObject({ event: 'passkey_removed', outcome: 'changed' });
  });
});

it('what became of a deletion is forgotten by the sweep after a minute', async () => {
  const [gone, unknown] = [await running.create(ada), await running.create(ada)];
  expect(await remove(gone)).toBe('done');
  deletionMeets(hungUp);
  expect(await remove(unknown)).toBe(unavailable);
  const attempts = () => running.database.db('passkey_removals').where({ user_id: ada.id });
  await running.passkeys.sweep();
  expect(await attempts()).toHaveLength(2);
  const ended = new Date(Date.now() - 60_001).toISOString();
  await attempts().update({ started_at: ended });
  await running.passkeys.sweep();
  expect([await attempts(), await stored(ada)]).toEqual([[], [unknown]]);
});

it('a passkey that somebody else has deleted meanwhile is not found, and leaves no record behind', async () => {
  const id = await running.create(ada);
  running.wire.before = async ({ method }) => {
    if (method === 'DELETE') await running.database.db('passkey_api_credentials').where({ id }).delete();
    return undefined;
  };
  expect(await remove(id)).toBe('not_found');
  expect((await record(id)).removed_at).not.toBeNull();
  expect(await running.records.listFor(ada.id)).toEqual([]);
});
