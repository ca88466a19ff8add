/**
 * A passkey that was made automatically signs its owner in and proves nothing: whoever knew the password alone could
 * have made it.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { removePassword, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { finishRegistration } from '../support/ceremonies.ts';
import { formType, send, signedInByPassword } from '../support/request.ts';
import { givePasskey, rememberSeats } from '../support/seated.ts';
import {
  askForStepUp,
  confirmPassword,
  finishStepUp,
  mayCreate,
  passkeyCookie,
  startStepUp,
} from '../support/step-up.ts';
import { startUpgrade, unattended, upgrade } from '../support/upgrade.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
/** Holds the automatic passkey; from now on somebody unlocks it. */
let automatic: Authenticator;
let id: string;

let again: () => Promise<unknown>;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  automatic = unattended();
  id = JSON.parse((await upgrade(running, await signedInByPassword(running), automatic)).text).passkey.id;
  Object.assign(automatic.flags, { userPresent: true, userVerified: true });
  await running.database.db('sessions').delete();
  again = await rememberSeats(running);
  return () => running.close();
});
beforeEach(() => again());
afterEach(() => wire.mend());

const isVouched = async () => {
  const record = await running.database.db('passkey_records').where({ credential_id: id }).first();
  return Boolean(record.vouched);
};
const page = async (Cookie: string) => (await send(running, paths.reauth, { headers: { Cookie } })).text;
const addOther = async (): Promise<Authenticator> => {
  const other = createAuthenticator();
  await givePasskey(running, other);
  return other;
};

describe('a sign-in with it', () => {
  it('opens a session in which nothing has been proved, and is offered as no proof, neither by the page nor by the start', async () => {
    const cookie = await passkeyCookie(running, automatic);
    expect((await send(running, paths.dashboard, { headers: { Cookie: cookie } })).status).toBe(200);
    expect((await sessionsOf(running))[0]?.data).toMatchObject({ credentialId: id, authenticatedAt: 0 });
    expect(await mayCreate(running, cookie)).toBe('reauth_required');
    const headers = { ...formType, Cookie: cookie };
    const deletion = await send(running, paths.deletePasskey(id), { method: 'POST', headers, body: '' });
    expect(deletion.headers.location).toMatch(/^\/reauth\?/);
    expect(await running.database.db('passkey_api_credentials').select('id')).toEqual([{ id }]);

    // It is not offered as the proof that is missing either.
    wire.calls.length = 0;
    const answer = await askForStepUp(running, cookie);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([404, 'not_found']);
    expect(wire.calls).not.toContain('POST login/initialize');
    expect(await page(cookie)).not.toContain('Use a passkey');

    // Nor is it any better for being used again.
    await passkeyCookie(running, automatic);
    expect(await isVouched()).toBe(false);
  });

  it('is no proof of whoever has no password either, who hears that, and not that the service is down', async () => {
    const cookie = await passkeyCookie(running, automatic);
    const { password_hash } = await running.database.db('users').first('password_hash');
    await removePassword(running, person.email);
    try {
      const text = await page(cookie);
      expect(text).toContain('none of your passkeys can confirm it’s you');
      expect(text).not.toMatch(/not available right now|name="password"|Use a passkey/);
      wire.before = brokenAnswer;
      expect(await page(cookie)).toContain('Passkeys are not available right now');
    } finally {
      await running.database.db('users').update({ password_hash });
    }
  });
});

describe('it is not vouched for', () => {
  it('by a wrong password, nor by a proof in another session', async () => {
    const opened = await passkeyCookie(running, automatic);
    expect((await confirmPassword(running, opened, { password: 'wrong' })).status).toBe(422);
    await confirmPassword(running, await signedInByPassword(running), { password: person.password });
    expect([await mayCreate(running, opened), await isVouched()]).toEqual(['reauth_required', false]);
  });

  it('by itself: not even with a challenge that was made for another passkey', async () => {
    await addOther();
    const opened = await passkeyCookie(running, automatic);
    const ceremony = await startStepUp(running, opened);
    const { challenge } = ceremony.options.publicKey;
    const assertion = automatic.get({ publicKey: { challenge, rpId: 'localhost' } }, running.origin);
    wire.calls.length = 0;
    const answer = await finishStepUp(running, ceremony.cookie, assertion);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'not_verified']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(wire.calls).toEqual([]);
    expect([await mayCreate(running, opened), await isVouched()]).toEqual(['reauth_required', false]);
  });

  it('when the answer to its creation was lost: it opens nothing, and is deleted when that is certain', async () => {
    const lost = unattended();
    const { cookie, options } = await startUpgrade(running, await signedInByPassword(running));
    wire.after = ({ path }, answer) => {
      if (path === 'registration/finalize') throw new PasskeyServiceFault('network');
      return answer;
    };
    const answer = await finishRegistration(running, cookie, lost.create(options, running.origin));
    wire.mend();
    expect(answer.status).toBe(503);
    Object.assign(lost.flags, { userPresent: true, userVerified: true });
    await expect(passkeyCookie(running, lost)).rejects.toThrow('not_verified');
    const { db } = running.database;
    const isStored = async () =>
      (await db('passkey_api_credentials').whereNot({ id }).select('id')).length === 1;
    await running.app.sweep();
    expect(await isStored(), 'it may still be under way').toBe(true);
    await db('passkey_records')
      .whereNot({ credential_id: id })
      .update({ created_at: new Date(Date.now() - 61_000).toISOString() });
    await running.app.sweep();
    expect(await isStored()).toBe(false);
    await expect(passkeyCookie(running, lost)).rejects.toThrow('credential_unknown');
  });
});
