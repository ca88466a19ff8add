/** What somebody may do with their passkeys, one act after the other. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/logger.ts';
import { type Actor, createActor, newBrowser, place, signedInBy } from '../../support/acting.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { eventsOf } from '../../support/log.ts';
import { outcomeOf } from '../../support/passkeys.ts';
import { unattended } from '../../support/upgrade.ts';
import { createWire } from '../../support/wire.ts';

const nobodys = 'A'.repeat(43);
const wire = createWire();
/** No mail is sent here, so that a confirmed address opens nothing. */
let running: TestApp;
let ada: Actor;
beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  return () => running.close();
});
beforeEach(async () => {
  ada = await createActor(running);
  running.log.length = 0;
});
afterEach(() => wire.mend());

const operations = () => running.app.operations;
const db = () => running.database.db;
const stored = async ({ userId } = ada): Promise<string[]> =>
  db()('passkey_api_credentials').where({ user_id: userId }).orderBy('id').pluck('id');
const listed = async ({ userId } = ada) => (await running.app.passkeys.listFor(userId)).map(({ id }) => id);
const activity = ({ userId } = ada): Promise<string[]> =>
  db()('activity').where({ user_id: userId }).orderBy('at').pluck('event');
const events = (name: string) => eventsOf(running, name);
const changeUser = (changes: object, { userId } = ada) => db()('users').where({ id: userId }).update(changes);
const changeRecord = (credential_id: string, changes: object) =>
  db()('passkey_records').where({ credential_id }).update(changes);
const losePassword = () => changeUser({ password_hash: null });
const remove = (id: string, { endsSessions = false, actor = ada } = {}) =>
  outcomeOf(operations().deletePasskey(actor.requester, id, endsSessions, place));
const rename = (id: string, name: string, actor = ada) =>
  outcomeOf(operations().renamePasskey(actor.requester, id, name, place));
const signInWith = async (authenticator: ReturnType<typeof createAuthenticator>) =>
  signedInBy(
    await operations().signInWithPasskey(await ada.identify(authenticator), true, newBrowser, place),
  );
const living = (): Promise<string[]> => db()('sessions').where({ user_id: ada.userId }).pluck('sign_in_id');

/** A passkey that a password manager made by itself, and that is not taken in yet. */
async function upgrade() {
  const { passkeys } = running.app;
  const who = await ada.person();
  const { options, ticket } = await passkeys.beginUpgrade(who, Date.now() + 60_000, place);
  const credential = unattended().create(options, running.origin);
  return { who, registered: await passkeys.register(who, credential, [ticket], place.device, place) };
}

describe('the last way in', () => {
  it('is not deleted, and can be once there is another', async () => {
    const only = await ada.createPasskey();
    await losePassword();
    await expect(operations().deletePasskey(ada.requester, only, false, place)).rejects.toMatchObject({
      code: 'last_way_in',
      message:
        'This passkey is your only way to sign in. Create another one first. Then you can delete this one.',
    });
    expect([await listed(), events('passkey_removed')]).toEqual([[only], []]);
    const other = await ada.createPasskey();
    expect([await remove(only), await listed(), await stored()]).toEqual(['done', [other], [other]]);
  });

  it('is no passkey that works only after the password, when there is none', async () => {
    const [alone, dependent] = [await ada.createPasskey(), await ada.createPasskey()];
    await losePassword();
    await changeRecord(dependent, { discoverable: false });
    expect([await remove(alone), await remove(dependent), await listed()]).toEqual([
      'last_way_in',
      'done',
      [alone],
    ]);
  });

  it('may be an automatic passkey', async () => {
    const { who, registered } = await upgrade();
    await operations().addPasskey(who, registered, place);
    const other = await ada.createPasskey();
    await losePassword();
    expect([await remove(other), await remove(registered.id)]).toEqual(['done', 'last_way_in']);
  });

  it('is no passkey that is held, and none that is still being registered', async () => {
    const [one, other] = [await ada.createPasskey(), await ada.createPasskey()];
    await losePassword();
    await changeUser({ passkeys_held_at: new Date().toISOString() });
    expect(await remove(one)).toBe('last_way_in');
    await changeUser({ passkeys_held_at: null });
    await changeRecord(other, { confirmed: false });
    expect([await remove(one), await remove(other)]).toEqual(['last_way_in', 'not_found']);
  });
});

describe('a password', () => {
  const removePassword = async () =>
    (await operations().removePassword(ada.requester, ada.typing, place)) !== null;

  it('goes beside two passkeys that sign in alone, prove something, and are neither held nor deleted', async () => {
    const [one, other] = [await ada.createPasskey(), await ada.createPasskey()];
    const worse: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      [
        'dependent',
        () => changeRecord(one, { discoverable: false }),
        () => changeRecord(one, { discoverable: true }),
      ],
      ['automatic', () => changeRecord(one, { vouched: false }), () => changeRecord(one, { vouched: true })],
      ['coming', () => changeRecord(one, { confirmed: false }), () => changeRecord(one, { confirmed: true })],
      [
        'held',
        () => changeUser({ passkeys_held_at: new Date().toISOString() }),
        () => changeUser({ passkeys_held_at: null }),
      ],
    ];
    for (const [which, spoil, mend] of worse) {
      await spoil();
      expect(await removePassword(), which).toBe(false);
      await mend();
    }
    expect(await removePassword()).toBe(true);
    expect(await remove(other)).toBe('done');
    expect(await remove(one)).toBe('last_way_in');
  });

  it('stays after one of two passkeys is deleted, though the API has not done it yet', async () => {
    const [one] = [await ada.createPasskey(), await ada.createPasskey()];
    wire.before = ({ method }) => (method === 'DELETE' ? new Response('{}', { status: 500 }) : undefined);
    await running.app.passkeys.delete(db(), ada.userId, one);
    expect(await removePassword()).toBe(false);
    expect(await stored()).toHaveLength(2);
  });
});

describe('deleting a passkey', () => {
  it('is told in the activity and in the log, there without ids', async () => {
    const id = await ada.createPasskey();
    running.log.length = 0;
    expect([await remove(id), await stored()]).toEqual(['done', []]);
    expect((await activity()).at(-1)).toBe('passkey_removed');
    const { address, requestId } = place;
    expect(events('passkey_removed')).toEqual([
      expect.objectContaining({
        outcome: 'changed',
        user: pseudonym(ada.userId),
        credential: pseudonym(id),
        address,
        requestId,
      }),
    ]);
    for (const secret of [id, ada.userId])
      expect(running.log.filter((line) => line.includes('event')).join()).not.toContain(secret);
  });

  it('ends the sessions that it opened, when that is wanted, but not the one that asks', async () => {
    const laptop = createAuthenticator();
    const id = await ada.createPasskey(laptop);
    const [here, elsewhere] = [await signInWith(laptop), await signInWith(laptop)];
    const requester = { userId: ada.userId, signInId: here.session.data.signInId };
    await operations().deletePasskey(requester, id, true, place);
    expect((await living()).toSorted()).toEqual([ada.requester.signInId, requester.signInId].toSorted());
    expect(await living()).not.toContain(elsewhere.session.data.signInId);
  });

  it('that may not go ends nothing, nor does one that goes when that is not wanted', async () => {
    const grace = await createActor(running);
    const laptop = createAuthenticator();
    const only = await ada.createPasskey(laptop);
    await losePassword();
    await signInWith(laptop);
    expect(await remove(only, { endsSessions: true })).toBe('last_way_in');
    expect(await remove(only, { endsSessions: true, actor: grace })).toBe('not_found');
    expect(await living()).toHaveLength(2);
    await ada.createPasskey();
    expect(await remove(only)).toBe('done');
    expect(await living()).toHaveLength(2);
  });

  it('by an operator ends all of them, and the last way in stays for them as well', async () => {
    const laptop = createAuthenticator();
    const id = await ada.createPasskey(laptop);
    await signInWith(laptop);
    const operator = { userId: ada.userId, operator: true } as const;
    await operations().deletePasskey(operator, id, true, place);
    expect(await living()).toEqual([ada.requester.signInId]);
    const other = await ada.createPasskey();
    await losePassword();
    expect(await outcomeOf(operations().deletePasskey(operator, other, true, place))).toBe('last_way_in');
  });

  it('is refused in a sign-in that has ended', async () => {
    const id = await ada.createPasskey();
    await operations().signOut(ada.requester, place);
    expect([await remove(id), await rename(id, 'Mine'), await stored()]).toEqual([
      'signed_out',
      'signed_out',
      [id],
    ]);
  });
});

describe('a passkey that is somebody else’s, nobody’s, or deleted', () => {
  it('is not there to be deleted or renamed, and the API is not asked to', async () => {
    const grace = await createActor(running);
    const theirs = await grace.createPasskey();
    const deleted = await ada.createPasskey();
    await remove(deleted);
    const ids = [theirs, nobodys, deleted];
    for (const act of [remove, (id: string) => rename(id, 'Mine now')]) {
      wire.calls.length = 0;
      for (const id of ids) expect(await act(id)).toBe('not_found');
      expect(new Set(wire.calls)).toEqual(new Set(ids.map((id) => `GET credentials/${id}`)));
    }
    expect(await listed(grace)).toEqual([theirs]);
    expect((await running.app.passkeys.find(grace.userId, theirs)).name).not.toBe('Mine now');
  });
});

describe('renaming a passkey', () => {
  it('shows the new name, tells the API, and is told in the activity and in the log', async () => {
    const id = await ada.createPasskey();
    expect(await rename(id, 'Laptop')).toBe('done');
    expect((await running.app.passkeys.find(ada.userId, id)).name).toBe('Laptop');
    expect((await db()('passkey_api_credentials').where({ id }).first('name')).name).toBe('Laptop');
    expect((await activity()).at(-1)).toBe('passkey_renamed');
    expect(events('passkey_renamed')).toEqual([
      expect.objectContaining({ outcome: 'changed', credential: pseudonym(id) }),
    ]);
  });
});

describe('a passkey that the API has stored', () => {
  it('is taken in with the activity and the log, and opens the account from then on', async () => {
    const laptop = createAuthenticator();
    const { who, registered } = await ada.register(laptop);
    expect(await outcomeOf(signInWith(laptop))).toBe('sign_in_refused');
    await operations().addPasskey(who, registered, place);
    expect((await signInWith(laptop)).user.id).toBe(ada.userId);
    expect(await activity()).toContain('passkey_registered');
    expect(events('passkey_registered')).toEqual([
      expect.objectContaining({ user: pseudonym(ada.userId), credential: pseudonym(registered.id) }),
    ]);
  });

  it.each<[string, string, (id: string) => Promise<unknown>]>([
    ['the sign-in has ended', 'signed_out', () => operations().signOut(ada.requester, place)],
    ['the account is gone', 'signed_out', () => operations().deleteAccount(ada.requester, ada.typing, place)],
    ['trust has ended', 'challenge_expired', () => operations().endOtherSessions(ada.requester, place)],
    [
      'nobody waits for it any more',
      'challenge_expired',
      async (id) => {
        await changeRecord(id, { created_at: new Date(Date.now() - 61_000).toISOString() });
        await running.app.passkeys.sweep();
      },
    ],
    ['it has been deleted', 'challenge_expired', (id) => running.app.passkeys.delete(db(), ada.userId, id)],
  ])('is gone again, and nothing is told of it, when %s meanwhile', async (_, code, happens) => {
    const { who, registered } = await ada.register();
    await happens(registered.id);
    expect(await outcomeOf(operations().addPasskey(who, registered, place))).toBe(code);
    expect([await stored(), await listed(), events('passkey_registered')]).toEqual([[], [], []]);
    expect(await activity()).not.toContain('passkey_registered');
    expect(events('passkey_registration_refused')).toEqual([
      expect.objectContaining({
        reason: code,
        user: pseudonym(ada.userId),
        credential: pseudonym(registered.id),
      }),
    ]);
  });

  it('automatically is gone again when its owner has turned that off; one on purpose is not', async () => {
    const { who, registered } = await upgrade();
    const purposeful = await ada.register();
    await operations().setAutomaticPasskeys(ada.requester, false, place);
    expect(await outcomeOf(operations().addPasskey(who, registered, place))).toBe('upgrade_not_allowed');
    await operations().addPasskey(purposeful.who, purposeful.registered, place);
    expect(await stored()).toEqual([purposeful.registered.id]);
  });

  it('is what these tests put in its place', async () => {
    const rows = async ({ userId }: Actor) => ({
      stored: await db()('passkey_api_credentials').where({ user_id: userId }).first(),
      record: await db()('passkey_records').where({ user_id: userId }).first(),
      user: await db()('passkey_api_users').where({ user_id: userId }).first(),
      told: await db()('activity').where({ user_id: userId, event: 'passkey_registered' }).first(),
    });
    const { who, registered } = await ada.register();
    await operations().addPasskey(who, registered, place);
    const grace = await createActor(running);
    const id = await grace.createPasskey();
    const [real, put] = [await rows(ada), await rows(grace)];
    const [key, own] = [real, put].map(({ stored: { public_key } }) => Buffer.from(public_key, 'base64url'));
    expect(own?.length).toBe(key?.length);
    const anonymous = (row: object) => {
      let text = JSON.stringify(row);
      for (const its of [
        registered.id,
        id,
        ada.userId,
        grace.userId,
        real.stored.public_key,
        put.stored.public_key,
      ])
        text = text.replaceAll(its, 'its');
      const times = /"\d{4}-\d\d-\d\dT[^"]*Z"/g;
      return { ...JSON.parse(text.replaceAll(times, '"then"')), id: 'its' };
    };
    for (const part of ['stored', 'record', 'user', 'told'] as const)
      expect(anonymous(put[part]), part).toEqual(anonymous(real[part]));
  });

  it('cannot be taken in by somebody else', async () => {
    const grace = await createActor(running);
    const { registered } = await ada.register();
    const outcome = await outcomeOf(operations().addPasskey(await grace.person(), registered, place));
    expect([outcome, await listed(grace)]).toEqual(['challenge_expired', []]);
    expect(await running.app.passkeys.listFor(ada.userId)).toEqual([]);
  });
});

describe('looking through the passkeys after a recovery', () => {
  const review = (...unknown: string[]) =>
    operations()
      .reviewPasskeys(ada.requester, unknown, place)
      .catch(({ code }) => code);
  const hold = () => changeUser({ passkeys_held_at: new Date().toISOString() });
  const isHeld = async () =>
    (await db()('users').where({ id: ada.userId }).first('passkeys_held_at')).passkeys_held_at !== null;

  it('lets those that are kept open the account again, and deletes the others with their sessions', async () => {
    const [laptop, thief] = [createAuthenticator(), createAuthenticator()];
    const own = await ada.createPasskey(laptop);
    const stolen = await ada.createPasskey(thief);
    const intruder = await signInWith(thief);
    await hold();
    expect(await outcomeOf(signInWith(laptop))).toBe('passkey_held');
    expect([await review(stolen), await isHeld(), await stored()]).toEqual([
      { deleted: 1, left: 1, held: true },
      false,
      [own],
    ]);
    expect((await signInWith(laptop)).user.id).toBe(ada.userId);
    expect(await living()).not.toContain(intruder.session.data.signInId);
    expect(await activity()).toEqual(expect.arrayContaining(['passkey_removed', 'passkeys_reviewed']));
  });

  it('deletes nothing that is not theirs, whatever is posted', async () => {
    const grace = await createActor(running);
    const theirs = await grace.createPasskey();
    await hold();
    expect([await review(theirs, nobodys), await listed(grace), await isHeld()]).toEqual([
      { deleted: 0, left: 0, held: true },
      [theirs],
      false,
    ]);
  });

  it('does not lock anybody out: the held ones are the way in that remains', async () => {
    const only = await ada.createPasskey();
    await losePassword();
    await hold();
    expect([await review(only), await isHeld(), await listed()]).toEqual(['last_way_in', true, [only]]);
    expect([await review(), await isHeld()]).toEqual([{ deleted: 0, left: 1, held: true }, false]);
  });
});
