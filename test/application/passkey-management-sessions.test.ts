/** Deleting a passkey: what the page says before, what ends with it, and what goes on. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pseudonym } from '../../src/logger.ts';
import { paths } from '../../src/paths.ts';
import { sessionsOf } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { eventsOf } from '../support/log.ts';
import { eve } from '../support/person.ts';
import { cookiesOf, formType, send, signedInCookie } from '../support/request.ts';
import { passkeyCookie, registered, stepUp } from '../support/step-up.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
let laptop = createAuthenticator();
let phone = createAuthenticator();
let ids: { laptop: string; phone: string };

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['sessions', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  [laptop, phone] = [createAuthenticator(), createAuthenticator()];
  const cookie = await signedInCookie(running);
  ids = { laptop: await add(cookie, laptop), phone: await add(cookie, phone) };
  await running.database.db('sessions').delete();
});
afterEach(() => wire.mend());

const add = async (cookie: string, authenticator: typeof laptop): Promise<string> =>
  await registered(running, cookie, authenticator);
const isSignedIn = async (Cookie: string) =>
  (await send(running, paths.dashboard, { headers: { Cookie } })).status === 200;
const page = async (Cookie: string, id: string) =>
  (await send(running, paths.deletePasskey(id), { headers: { Cookie } })).text;
const remove = (Cookie: string, id: string, body: string) =>
  send(running, paths.deletePasskey(id), { method: 'POST', headers: { ...formType, Cookie }, body });
const events = (name: string) => eventsOf(running, name);

/** One session of each kind. */
async function everySession() {
  return {
    here: await passkeyCookie(running, laptop),
    elsewhere: await passkeyCookie(running, laptop),
    'with the phone': await passkeyCookie(running, phone),
    'with the password': await signedInCookie(running),
    'stepped up with it': cookiesOf(await stepUp(running, await signedInCookie(running), laptop)),
    'of somebody else': await signedInCookie(running, eve),
  };
}
async function signedIn(sessions: Record<string, string>): Promise<string[]> {
  const names = [];
  for (const [name, cookie] of Object.entries(sessions)) if (await isSignedIn(cookie)) names.push(name);
  return names;
}

describe('[ASVS 7.4.3] deleting a passkey with the box ticked', () => {
  it('signs out everywhere else where it was used to sign in, and nowhere else', async () => {
    const sessions = await everySession();
    // Whatever a session of somebody else says, it is theirs.
    const [theirs] = await sessionsOf(running, eve.email);
    const claimed = { credential_id: ids.laptop };
    await running.database.db('sessions').where({ id_hash: theirs?.id_hash }).update(claimed);
    running.log.length = 0;
    expect((await remove(sessions.here, ids.laptop, 'end_sessions=yes')).status).toBe(303);
    const left = await signedIn(sessions);
    expect(left).toEqual([
      'here',
      'with the phone',
      'with the password',
      'stepped up with it',
      'of somebody else',
    ]);
    expect(events('sessions_ended')).toEqual([
      expect.objectContaining({ outcome: 'changed', reason: 'passkey removed: 1' }),
    ]);
    expect(events('passkey_removed')).toEqual([
      expect.objectContaining({ credential: pseudonym(ids.laptop) }),
    ]);
  });

  it('signs out all of them when it is done from a session that something else opened', async () => {
    const sessions = await everySession();
    await remove(sessions['with the password'], ids.laptop, 'end_sessions=yes');
    const left = await signedIn(sessions);
    expect(left).toEqual(['with the phone', 'with the password', 'stepped up with it', 'of somebody else']);
  });

  it('is what only a clear yes says; else every session goes on', async () => {
    const here = await passkeyCookie(running, phone);
    let [tablet, id] = [laptop, ids.laptop];
    for (const body of [
      '',
      'end_sessions=no',
      'end_sessions=',
      'end_sessions=yes&end_sessions=yes',
      'end_sessions[]=yes',
    ]) {
      const elsewhere = await passkeyCookie(running, tablet);
      expect((await remove(here, id, body)).status, body).toBe(303);
      expect([await isSignedIn(here), await isSignedIn(elsewhere)], body).toEqual([true, true]);
      expect(await page(here, id), body).toContain('There is no such passkey.');
      tablet = createAuthenticator();
      id = await add(here, tablet);
    }
  });

  it('signs out also when the API does not hear of it yet: whoever had the passkey is out, and stays out', async () => {
    const sessions = await everySession();
    wire.before = ({ method }) => (method === 'DELETE' ? brokenAnswer() : undefined);
    expect((await remove(sessions.here, ids.laptop, 'end_sessions=yes')).status).toBe(303);
    wire.mend();
    expect(await signedIn(sessions)).toEqual(Object.keys(sessions).filter((name) => name !== 'elsewhere'));
    expect(await page(sessions.here, ids.laptop)).toContain('There is no such passkey.');
    await expect(passkeyCookie(running, laptop)).rejects.toThrow('credential_unknown');
  });

  it("ends nothing when it is somebody else's passkey", async () => {
    const sessions = await everySession();
    expect((await remove(sessions['of somebody else'], ids.laptop, 'end_sessions=yes')).status).toBe(404);
    expect(await signedIn(sessions)).toEqual(Object.keys(sessions));
    expect(await sessionsOf(running)).toHaveLength(5);
  });
});

describe('the page before', () => {
  it('has the box ticked, says where else to remove it, and what remains', async () => {
    const cookie = await signedInCookie(running);
    const two = await page(cookie, ids.laptop);
    expect(two).toMatch(/name="end_sessions" value="yes" checked>/);
    expect(two).toContain('Also sign out other devices where it was used');
    expect(two).toContain('Also remove it from your password manager. Some browsers do this for you');
    expect(two).toContain('You will sign in with your other passkey or your password.');
    await add(cookie, createAuthenticator());
    expect(await page(cookie, ids.laptop)).toContain('your 2 other passkeys or your password.');
    const icloud = new Uint8Array(Buffer.from('fbfc3007154e4ecc8c0b6e020557d7bd', 'hex'));
    const named = await add(cookie, createAuthenticator({ aaguid: icloud }));
    expect(await page(cookie, named)).toContain('Also remove it from iCloud Keychain.');
    await send(running, paths.renamePasskey(named), {
      method: 'POST',
      headers: { ...formType, Cookie: cookie },
      body: 'name=Work+laptop',
    });
    const renamed = await page(cookie, named);
    expect(renamed).toMatch(/Delete <strong>(<bdi>)?Work laptop/);
    expect(renamed).toContain('Also remove it from iCloud Keychain.');
  });

  it('says that the password is what remains after the last passkey', async () => {
    const cookie = await signedInCookie(running);
    await remove(cookie, ids.phone, '');
    expect(await page(cookie, ids.laptop)).toContain('You will sign in with your password.');
    await remove(cookie, ids.laptop, '');
    expect(await isSignedIn(await signedInCookie(running))).toBe(true);
  });
});
