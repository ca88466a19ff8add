/** The passkey API goes away at each step of what somebody does with their passkeys. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PasskeyApiRefusal, PasskeyServiceFault } from '../../../src/passkeys/hanko/service-errors.ts';
import { type Actor, createActor, newBrowser, place } from '../../support/acting.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { everythingKept } from '../../support/failing-writes.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { createWire, type Wire } from '../../support/wire.ts';

const unavailable = 'passkey_service_unavailable';
let wire: Wire;
let running: TestApp;
let ada: Actor;
let laptop = createAuthenticator();
let id: string;
/** No mail is sent here, so that a confirmed address opens nothing. */
const start = () => startApp({ wrapTransport: wire.wrapTransport });
beforeAll(async () => {
  wire = createWire();
  running = await start();
  return () => running.close();
});
beforeEach(async () => {
  ada = await createActor(running);
  laptop = createAuthenticator();
  id = await ada.createPasskey(laptop);
});
afterEach(() => wire.mend());

const operations = () => running.app.operations;
const db = () => running.database.db;
const stored = (): Promise<string[]> =>
  db()('passkey_api_credentials').where({ user_id: ada.userId }).pluck('id');
const listed = async () => (await running.app.passkeys.listFor(ada.userId)).map((passkey) => passkey.id);
const remove = (which = id) => outcomeOf(operations().deletePasskey(ada.requester, which, true, place));
const rename = (name: string, which = id) =>
  outcomeOf(operations().renamePasskey(ada.requester, which, name, place));
const review = (...unknown: string[]) =>
  outcomeOf(operations().reviewPasskeys(ada.requester, unknown, place));
const signIn = async () =>
  operations().signInWithPasskey(await ada.identify(laptop), true, newBrowser, place);
const losePassword = () => db()('users').where({ id: ada.userId }).update({ password_hash: null });
const hold = () =>
  db()('users').where({ id: ada.userId }).update({ passkeys_held_at: new Date().toISOString() });

/** As a service answers that has too much to do: the circuit stays closed, so that each try reaches it. */
const busy = new PasskeyApiRefusal(429, { title: 'Too many requests', details: '' });

/** Calls of this method, to one credential or to a list, fail before they arrive. */
function meets(method: string, fault: Error, path = /^credentials/): void {
  wire.before = (call) => {
    if (call.method === method && path.test(call.path)) throw fault;
    return undefined;
  };
}

/** Some time later the sweep runs. */
async function later(): Promise<void> {
  wire.mend();
  await db()('pending_deletions').update({ next_try_at: new Date(0).toISOString() });
  await running.app.passkeys.sweep();
}

describe('a passkey that the API cannot be asked about', () => {
  it('is neither deleted nor renamed nor looked through, and nothing is written', async () => {
    await hold();
    const before = await everythingKept(db());
    const acts: [string, RegExp, () => Promise<string>][] = [
      ['deleted, when it cannot be found', /^credentials\//, () => remove()],
      ['deleted, when it cannot be known what else there is', /^credentials$/, () => remove()],
      ['renamed', /^credentials\//, () => rename('Laptop')],
      ['looked through', /^credentials$/, () => review(id)],
    ];
    for (const [which, path, act] of acts) {
      meets('GET', busy, path);
      expect(await act(), which).toBe(unavailable);
      expect(await everythingKept(db()), which).toEqual(before);
    }
  });

  it('leaves the password, since nobody knows whether enough is left', async () => {
    await ada.createPasskey();
    meets('GET', busy);
    expect(await outcomeOf(operations().removePassword(ada.requester, ada.typing, place))).toBe(unavailable);
    wire.mend();
    expect(await operations().removePassword(ada.requester, ada.typing, place)).not.toBeNull();
  });
});

describe.each([
  ['failed', new PasskeyServiceFault('status', { status: 500 })],
  ['did not take our key', new PasskeyApiRefusal(401, { title: 'The api key is invalid', details: '' })],
])('when the API %s', (_, fault) => {
  it('all is done all the same: nothing begins with what is deleted, nothing counts on it, and the API is told later', async () => {
    const [other, unheard, unknown] = [
      await ada.createPasskey(),
      await ada.createPasskey(),
      await ada.createPasskey(),
    ];

    meets('PATCH', fault);
    expect(await rename('Laptop', other), 'renamed').toBe('done');
    expect((await running.app.passkeys.find(ada.userId, other)).name).toBe('Laptop');

    wire.mend();
    wire.after = ({ method }, answer) => {
      if (method === 'DELETE') throw fault;
      return answer;
    };
    expect(await remove(unheard), 'deleted at the API, of which nobody heard').toBe('done');
    expect((await stored()).toSorted()).toEqual([id, other, unknown].toSorted());

    wire.mend();
    await hold();
    meets('DELETE', fault);
    expect(await review(unknown), 'not known to their owner').toBe('done');
    expect((await listed()).toSorted()).toEqual([id, other].toSorted());

    await losePassword();
    const identity = await ada.identify(laptop);
    expect(await remove(), 'deleted').toBe('done');
    expect([await stored(), await listed()]).toEqual([expect.arrayContaining([id, unknown]), [other]]);
    expect(await outcomeOf(operations().signInWithPasskey(identity, true, newBrowser, place))).toBe(
      'sign_in_refused',
    );
    expect(await outcomeOf(signIn())).toBe('credential_unknown');
    expect(await remove(other)).toBe('last_way_in');
    expect(await remove()).toBe('not_found');

    const { who, registered } = await ada.register();
    await operations().signOut(ada.requester, place);
    expect(await outcomeOf(operations().addPasskey(who, registered, place)), 'not to be taken in').toBe(
      'signed_out',
    );
    expect([await stored(), await listed()]).toEqual([expect.arrayContaining([registered.id]), [other]]);

    await later();
    expect([await stored(), await listed()]).toEqual([[other], [other]]);
    expect((await db()('passkey_api_credentials').where({ id: other }).first('name')).name).toBe('Laptop');
    expect(await db()('pending_deletions').where({ user_id: ada.userId, done_at: null })).toEqual([]);
  });
});

describe('deleting a passkey', () => {
  it.each([
    ['takes too long', new PasskeyServiceFault('deadline')],
    ['says something that it never promised', new PasskeyServiceFault('shape', { status: 200 })],
    [
      'is lost behind a gateway that explains itself',
      new PasskeyServiceFault('status', { status: 504, problem: { title: 'Gateway Timeout', details: '' } }),
    ],
  ])('is done as well when the API %s, and told to it later', async (_, fault) => {
    meets('DELETE', fault);
    expect([await remove(), await listed(), await stored()]).toEqual(['done', [], [id]]);
    await later();
    expect(await stored()).toEqual([]);
    expect(await db()('pending_deletions').where({ user_id: ada.userId, done_at: null })).toEqual([]);
  });
});

describe('a passkey that somebody else deletes at the API', () => {
  it('while it is deleted here, is deleted, and is not found from then on', async () => {
    const other = await ada.createPasskey();
    wire.before = async ({ method }) => {
      if (method === 'DELETE') await db()('passkey_api_credentials').where({ id }).delete();
      return undefined;
    };
    expect(await remove()).toBe('done');
    expect(await db()('pending_deletions').where({ user_id: ada.userId, done_at: null })).toEqual([]);
    await db()('passkey_api_credentials').where({ id: other }).delete();
    expect([await remove(other), await rename('Laptop', other)]).toEqual(['not_found', 'not_found']);
  });
});

describe('a circuit that is open', () => {
  /** Of its own: the circuit stays open for whoever comes next. */
  beforeAll(async () => {
    const others = running;
    running = await start();
    return async () => {
      await running.close();
      running = others;
    };
  });

  it('does not keep anybody from deleting what the API was asked about before it opened', async () => {
    const broken = new PasskeyServiceFault('status', { status: 500 });
    wire.before = ({ method }) => {
      if (method !== 'DELETE') return undefined;
      wire.before = () => {
        throw broken;
      };
      throw broken;
    };
    expect(await remove()).toBe('done');
    for (let times = 0; times < 5; times++) await outcomeOf(running.app.passkeys.listFor(ada.userId));
    const asked = wire.calls.length;
    expect([await remove(), wire.calls.length]).toEqual([unavailable, asked]);
    expect(await db()('pending_deletions').where({ user_id: ada.userId })).toHaveLength(1);
  });
});
