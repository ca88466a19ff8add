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
import { givePasskey, rememberSeats } from '../support/seated.ts';
import { passkeyCookie, stepUp } from '../support/step-up.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
const [laptop, phone] = [createAuthenticator(), createAuthenticator()];
let ids: { laptop: string; phone: string };
let again: () => Promise<unknown>;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  ids = { laptop: await givePasskey(running, laptop), phone: await givePasskey(running, phone) };
  again = await rememberSeats(running);
  return () => running.close();
});
beforeEach(() => again());
afterEach(() => wire.mend());

/** Where the application leads whoever is signed in: it costs no page. */
const isSignedIn = async (Cookie: string) =>
  (await send(running, paths.home, { headers: { Cookie } })).headers.location === paths.dashboard;
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
  it('signs out everywhere else where it was used to sign in, and nowhere else; and only its owner can', async () => {
    const sessions = await everySession();
    // Whatever a session of somebody else says, it is theirs.
    const [theirs] = await sessionsOf(running, eve.email);
    const claimed = { credential_id: ids.laptop };
    await running.database.db('sessions').where({ id_hash: theirs?.id_hash }).update(claimed);
    expect((await remove(sessions['of somebody else'], ids.laptop, 'end_sessions=yes')).status).toBe(404);
    const all = [await sessionsOf(running), await sessionsOf(running, eve.email)].map(({ length }) => length);
    expect(all, 'who is no owner ends nothing').toEqual([5, 1]);
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

  it('is what only a clear yes says; else every session goes on', async () => {
    const here = await passkeyCookie(running, phone);
    const elsewhere = await passkeyCookie(running, laptop);
    let id = ids.laptop;
    for (const body of ['end_sessions=no', 'end_sessions=yes&end_sessions=yes']) {
      expect((await remove(here, id, body)).status, body).toBe(303);
      expect(await isSignedIn(elsewhere), body).toBe(true);
      expect(await page(here, id), body).toContain('There is no such passkey.');
      // The next one, as if it had opened that session.
      const former = id;
      id = await givePasskey(running, createAuthenticator());
      const moved = running.database.db('sessions').where({ credential_id: former });
      expect(await moved.update({ credential_id: id })).toBe(1);
    }
    expect((await remove(here, id, 'end_sessions=yes')).status).toBe(303);
    expect(await isSignedIn(elsewhere)).toBe(false);
  });

  it('signs out all of them when something else opened the session, also when the API does not hear of it yet', async () => {
    const elsewhere = await passkeyCookie(running, laptop);
    const here = await signedInCookie(running);
    wire.before = ({ method }) => (method === 'DELETE' ? brokenAnswer() : undefined);
    expect((await remove(here, ids.laptop, 'end_sessions=yes')).status).toBe(303);
    wire.mend();
    expect(await signedIn({ here, elsewhere })).toEqual(['here']);
    expect(await page(here, ids.laptop)).toContain('There is no such passkey.');
    await expect(passkeyCookie(running, laptop)).rejects.toThrow('credential_unknown');
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
    await givePasskey(running, createAuthenticator());
    expect(await page(cookie, ids.laptop)).toContain('your 2 other passkeys or your password.');
    const icloud = new Uint8Array(Buffer.from('fbfc3007154e4ecc8c0b6e020557d7bd', 'hex'));
    const named = await givePasskey(running, createAuthenticator({ aaguid: icloud }));
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
