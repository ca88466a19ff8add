/** Our database fails after the passkey API has stored a passkey: it opens nothing before it is taken in. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, createActor, newBrowser, place } from '../../support/acting.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { withFailing } from '../../support/failing-writes.ts';
import { outcomeOf } from '../../support/passkeys.ts';

let running: TestApp;
let ada: Actor;
/** Of a passkey that was there before. */
let id: string;
beforeAll(async () => {
  running = await startApp();
  return () => running.close();
});
beforeEach(async () => {
  ada = await createActor(running);
  id = await ada.createPasskey();
});

const operations = () => running.app.operations;
const db = () => running.database.db;
const stored = (): Promise<string[]> =>
  db()('passkey_api_credentials').where({ user_id: ada.userId }).pluck('id');
const listed = async () => (await running.app.passkeys.listFor(ada.userId)).map((passkey) => passkey.id);

describe('a database that fails after the API has stored a passkey', () => {
  it.each([
    ['confirmed', 'passkey_records', 'UPDATE'],
    ['told', 'activity', 'INSERT'],
  ] as const)('leaves one that is not %s: it opens nothing, and goes', async (_, table, verb) => {
    const phone = createAuthenticator();
    const { who, registered } = await ada.register(phone);
    const add = () => operations().addPasskey(who, registered, place);
    // Nor can it be given up now, as where the process has died.
    const failing = [{ table, verb }, { table: 'passkey_records', verb: 'DELETE' } as const];
    await expect(withFailing(db(), failing, add)).rejects.toThrow('this write fails');
    expect([await stored(), await listed()]).toEqual([expect.arrayContaining([registered.id]), [id]]);
    const used = operations().signInWithPasskey(await ada.identify(phone), true, newBrowser, place);
    expect(await outcomeOf(used)).toBe('sign_in_refused');
    const created_at = new Date(Date.now() - 61_000).toISOString();
    await db()('passkey_records').where({ credential_id: registered.id }).update({ created_at });
    await running.app.passkeys.sweep();
    expect([await stored(), await outcomeOf(add())]).toEqual([[id], 'challenge_expired']);
  });

  it('leaves none where it can be given up at once, so that its owner can begin again', async () => {
    const { who, registered } = await ada.register();
    const add = () => operations().addPasskey(who, registered, place);
    await withFailing(db(), { table: 'activity', verb: 'INSERT' }, add).catch(() => {});
    expect([await stored(), await listed()]).toEqual([[id], [id]]);
    expect(await outcomeOf(add())).toBe('challenge_expired');
    expect(await ada.createPasskey()).not.toBe(id);
  });
});
