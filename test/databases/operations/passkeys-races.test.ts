/** What happens at once, in several tabs, browsers and processes, ends as if it had happened one after the other. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, createActor, newBrowser, place } from '../../support/acting.ts';
import type { TestApp } from '../../support/app.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { heldUp } from '../../support/held-up.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { startTwice } from '../../support/two-processes.ts';
import { createWire } from '../../support/wire.ts';

/** Where the two are that meet, and whether that is one process. */
const places = [
  ['in one process', true],
  ['in two', false],
] as const;
const wire = createWire();
let running: TestApp;
let second: TestApp;
let ada: Actor;
let laptop: Authenticator;
beforeAll(async () => {
  // Nobody listens there: letters wait, and their links are taken from them.
  const both = await startTwice({
    wrapTransport: wire.wrapTransport,
    env: { SMTP_URL: 'smtp://127.0.0.1:9' },
  });
  ({ first: running, second } = both);
  return both.close;
});
beforeEach(async () => {
  ada = await createActor(running);
  laptop = createAuthenticator();
});
afterEach(() => wire.mend());

const db = () => running.database.db;
const stored = (): Promise<string[]> =>
  db()('passkey_api_credentials').where({ user_id: ada.userId }).orderBy('id').pluck('id');
const listed = async () => (await running.app.passkeys.listFor(ada.userId)).map(({ id }) => id).toSorted();
const living = async () => (await db()('sessions').where({ user_id: ada.userId })).length;
/** Neither a password nor a confirmed address opens the account any more. */
const onlyPasskeys = () =>
  db()('users').where({ id: ada.userId }).update({ password_hash: null, email_verified_at: null });
const remove = (id: string, { app } = running) =>
  outcomeOf(app.operations.deletePasskey(ada.requester, id, true, place));
const removePassword = ({ app } = running) => app.operations.removePassword(ada.requester, ada.typing, place);

/** Both begin before either goes on: whoever lists passkeys waits until so many have. */
function together(count: number): void {
  let waiting = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  wire.after = async ({ method, path }, answer) => {
    if (method !== 'GET' || path !== 'credentials' || waiting >= count) return answer;
    if (++waiting === count) open();
    await opened;
    return answer;
  };
}

describe('the last two passkeys, deleted at once', () => {
  it.each(places)('leave one, %s', async (_, isOne) => {
    const ids = [await ada.createPasskey(), await ada.createPasskey()] as const;
    await onlyPasskeys();
    together(2);
    const outcomes = await Promise.all([remove(ids[0]), remove(ids[1], isOne ? running : second)]);
    expect(outcomes.toSorted()).toEqual(['done', 'last_way_in']);
    expect([await stored(), await listed()]).toEqual([
      expect.objectContaining({ length: 1 }),
      await stored(),
    ]);
  });

  it('leave one of five, and each is deleted once', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push(await ada.createPasskey());
    await onlyPasskeys();
    together(10);
    const outcomes = await Promise.all(
      [...ids, ...ids].map((id, index) => remove(id, index % 2 ? running : second)),
    );
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(4);
    expect(new Set(outcomes)).toEqual(new Set(['done', 'not_found', 'last_way_in']));
    expect(await stored()).toHaveLength(1);
    const removals = await db()('activity').where({ user_id: ada.userId, event: 'passkey_removed' });
    expect(removals).toHaveLength(4);
  });
});

describe('one passkey, deleted by eight at once,', () => {
  it('goes once, and the others are told that it is not there', async () => {
    const [id, other] = [await ada.createPasskey(), await ada.createPasskey()];
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => remove(id, index % 2 ? running : second)),
    );
    expect(outcomes.toSorted()).toEqual(['done', ...Array(7).fill('not_found')]);
    expect([await stored(), await listed()]).toEqual([[other], [other]]);
  });
});

describe('the password and one of two passkeys, removed at once,', () => {
  it.each(places)('leave enough to sign in with, %s', async (_, isOne) => {
    const [one] = [await ada.createPasskey(), await ada.createPasskey()];
    together(2);
    const [deleted, user] = await Promise.all([remove(one), removePassword(isOne ? running : second)]);
    expect(deleted).toBe('done');
    const { password_hash } = await db()('users').where({ id: ada.userId }).first('password_hash');
    expect(password_hash === null).toBe(user !== null);
    expect(await listed()).toHaveLength(1);
  });

  it('leave one passkey when both of them are deleted', async () => {
    const ids = [await ada.createPasskey(), await ada.createPasskey()];
    await db()('users').where({ id: ada.userId }).update({ email_verified_at: null });
    together(3);
    await Promise.all([...ids.map((id) => remove(id)), removePassword(second)]);
    const { password_hash } = await db()('users').where({ id: ada.userId }).first('password_hash');
    expect((await listed()).length + Number(password_hash !== null)).toBeGreaterThan(0);
  });
});

describe('a passkey that is deleted while it signs in', () => {
  it.each(places)('leaves no session behind, whoever is quicker %s', async (_, isOne) => {
    const id = await ada.createPasskey(laptop);
    const identity = await ada.identify(laptop);
    const other = isOne ? running : second;
    const [, signedIn] = await Promise.all([
      remove(id),
      outcomeOf(other.app.operations.signInWithPasskey(identity, true, newBrowser, place)),
    ]);
    expect(['done', 'sign_in_refused']).toContain(signedIn);
    // The one that asked is left.
    expect(await living()).toBe(1);
    expect(await running.app.passkeys.listFor(ada.userId)).toEqual([]);
  });

  it('is renamed or gone, and never both', async () => {
    const id = await ada.createPasskey();
    const rename = second.app.operations.renamePasskey(ada.requester, id, 'Laptop', place);
    const [deleted, renamed] = await Promise.all([remove(id), outcomeOf(rename)]);
    expect([deleted, ['done', 'not_found'].includes(renamed)]).toEqual(['done', true]);
    expect(await db()('passkey_records').where({ user_id: ada.userId })).toEqual([]);
  });
});

it('a passkey that is deleted between the look and the act is not renamed', async () => {
  const id = await ada.createPasskey();
  const rename = () => second.app.operations.renamePasskey(ada.requester, id, 'Laptop', place);
  const [deleted, renamed] = await heldUp(
    [
      { db: running.database.db, act: () => remove(id) },
      { db: second.database.db, act: () => outcomeOf(rename()) },
    ],
    'in turn',
  );
  expect([deleted, renamed]).toMatchObject([{ value: 'done' }, { value: 'not_found' }]);
  expect(await db()('passkey_records').where({ user_id: ada.userId })).toEqual([]);
});

it('a passkey that is deleted while its owner looks through them is neither deleted nor counted once more', async () => {
  const [id] = [await ada.createPasskey(), await ada.createPasskey()];
  const [deleted, reviewed] = await heldUp(
    [
      { db: running.database.db, act: () => remove(id) },
      {
        db: second.database.db,
        act: () => second.app.operations.reviewPasskeys(ada.requester, [id], place),
      },
    ],
    'in turn',
  );
  expect([deleted, reviewed]).toMatchObject([{ value: 'done' }, { value: { deleted: 0, left: 1 } }]);
});

describe('an account that is secured', () => {
  const secure = async () => {
    await ada.createPasskey();
    const secret = await ada.newestLink('lockdown');
    return () => second.app.operations.secureAccount(secret, place);
  };

  it('while a passkey signs in keeps nobody in, and holds the passkey', async () => {
    await ada.createPasskey(laptop);
    const act = await secure();
    const identity = await ada.identify(laptop);
    const signIn = running.app.operations.signInWithPasskey(identity, true, newBrowser, place);
    const [secured, signedIn] = await Promise.all([act(), outcomeOf(signIn)]);
    expect(secured).not.toBeNull();
    expect(['done', 'sign_in_refused']).toContain(signedIn);
    expect(await living()).toBe(0);
    const again = running.app.operations.signInWithPasskey(
      await ada.identify(laptop),
      true,
      newBrowser,
      place,
    );
    await expect(again).rejects.toThrow('This account was secured.');
  });

  it('while a passkey is registered keeps that out, whoever is quicker', async () => {
    const act = await secure();
    const { who, registered } = await ada.register(laptop);
    const add = running.app.operations.addPasskey(who, registered, place);
    const [, added] = await Promise.all([act(), outcomeOf(add)]);
    expect(['done', 'signed_out', 'challenge_expired']).toContain(added);
    expect([await listed(), await stored()]).toEqual([[], []]);
    expect(await outcomeOf(ada.identify(laptop))).toBe('credential_unknown');
  });

  it('while the API is storing a passkey keeps that out, though nobody comes back to confirm it', async () => {
    const act = await secure();
    wire.before = async ({ path }) => {
      if (path !== 'registration/finalize') return undefined;
      wire.mend();
      await act();
      return undefined;
    };
    const { registered } = await ada.register(laptop);
    // The process ends here.
    expect(await stored()).toEqual([registered.id]);
    const { epoch } = (await running.app.accounts.find(ada.userId)) as { epoch: number };
    const identity = { ...(await ada.identify(laptop)), epoch };
    await db()('users').where({ id: ada.userId }).update({ passkeys_held_at: null });
    const signIn = running.app.operations.signInWithPasskey(identity, true, newBrowser, place);
    expect([await outcomeOf(signIn), await listed()]).toEqual(['sign_in_refused', []]);
    const created_at = new Date(Date.now() - 61_000).toISOString();
    await db()('passkey_records').where({ user_id: ada.userId }).update({ created_at });
    await running.app.passkeys.sweep();
    expect(await stored()).toEqual([]);
  });
});

describe('an account that is deleted while a passkey is registered', () => {
  it('takes the passkey along, whoever is quicker', async () => {
    const { who, registered } = await ada.register(laptop);
    const [, added] = await Promise.all([
      second.app.operations.deleteAccount(ada.requester, ada.typing, place),
      outcomeOf(running.app.operations.addPasskey(who, registered, place)),
    ]);
    expect(['done', 'signed_out']).toContain(added);
    await running.app.passkeys.settle(ada.userId);
    expect([await stored(), await db()('passkey_records').where({ user_id: ada.userId })]).toEqual([[], []]);
  });
});
