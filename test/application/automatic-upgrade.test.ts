/** After a password sign-in the browser may keep a passkey by itself: what is offered, what is taken, how it is told. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pseudonym } from '../../src/logger.ts';
import { paths } from '../../src/paths.ts';
import { sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { finishRegistration } from '../support/ceremonies.ts';
import { withOuter } from '../support/credential-surgery.ts';
import { cookiesOf, formType, rowCounts, send, signedInByPassword } from '../support/request.ts';
import { registered } from '../support/step-up.ts';
import { askForUpgrade, startUpgrade, unattended, upgrade } from '../support/upgrade.ts';

let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp();
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['sessions', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  cookie = await signedInByPassword(running);
});

const page = (path: string = paths.dashboard) => send(running, path, { headers: { Cookie: cookie } });
const records = () => running.database.db('passkey_records').select('automatic', 'vouched');
const passkeys = () => running.database.db('passkey_api_credentials').select('id');

describe('the page after a password sign-in', () => {
  it('carries the permission, with all that the script needs, and on the dashboard the setting for it, for whoever has a password', async () => {
    const { text } = await page();
    const [toast = ''] = /<aside[^>]*data-passkey-upgrade[^>]*>/.exec(text) ?? [];
    expect(toast).toContain('data-enhance="passkey-upgrade"');
    expect(toast).toContain(`data-url="${paths.passkeyRegistration}"`);
    expect(toast).toContain(`data-signals-url="${paths.passkeySignals}"`);
    const { db } = running.database;
    const setting = async () => (await page()).text.includes('name="automatic"');
    expect(text).toContain('name="automatic"');
    const { id, password_hash } = await db('users').where({ email: person.email }).first();
    await db('users').where({ id }).update({ password_hash: null });
    expect(await setting()).toBe(false);
    await db('users').where({ id }).update({ password_hash });
  });

  it('carries it wherever the sign-in led to', async () => {
    const id = await registered(running, cookie, createAuthenticator());
    const wanted = paths.renamePasskey(id);
    const body = new URLSearchParams({ ...person, return_to: wanted }).toString();
    const answer = await send(running, paths.login, { method: 'POST', headers: formType, body });
    expect(answer.headers.location).toBe(wanted);
    cookie = cookiesOf(answer);
    expect((await page(wanted)).text).toContain('data-passkey-upgrade');
  });

  it('carries it once, and not to whoever asks for the head of the page alone', async () => {
    await send(running, paths.dashboard, { method: 'HEAD', headers: { Cookie: cookie } });
    const flagged = [await page(), await page()].map(({ text }) => text.includes('data-passkey-upgrade'));
    expect(flagged).toEqual([true, false]);
    expect((await askForUpgrade(running, cookie)).status).toBe(200);
  });

  it('is not used up by a form that comes back, nor by a page that is not there', async () => {
    const id = await registered(running, cookie, createAuthenticator());
    const headers = { ...formType, Cookie: cookie };
    const again = await send(running, paths.renamePasskey(id), { method: 'POST', headers, body: 'name=' });
    const nowhere = await page(paths.renamePasskey('A'.repeat(22)));
    expect([again.status, nowhere.status]).toEqual([422, 404]);
    for (const { text } of [again, nowhere]) expect(text).not.toContain('data-passkey-upgrade');
    expect((await page()).text).toContain('data-passkey-upgrade');
  });
});

describe('the start', () => {
  it('asks for neither presence nor verification, leaves the rest as for any passkey, and gives a ticket of its own purpose, for this person and sign-in', async () => {
    const id = await registered(running, cookie, createAuthenticator());
    const answer = await askForUpgrade(running, cookie);
    const { status, text, headers } = answer;
    expect(status).toBe(200);
    const { createOptions, expiresIn } = JSON.parse(text);
    const [session] = await sessionsOf(running);
    expect(createOptions.publicKey).toMatchObject({
      rp: { id: 'localhost' },
      user: { id: Buffer.from(session?.data.userId ?? '').toString('base64url'), name: person.email },
      timeout: expiresIn * 1_000,
      excludeCredentials: [{ type: 'public-key', id }],
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'preferred',
      },
      attestation: 'none',
      extensions: { credProps: true },
    });
    expect(Object.keys(createOptions.publicKey.authenticatorSelection)).toHaveLength(3);
    expect(createOptions.publicKey.hints).toBeUndefined();
    expect(headers['cache-control']).toBe('no-store');
    const [, value = ''] = /ceremony=([^;]+)/.exec(cookiesOf(answer)) ?? [];
    const [ticket] = JSON.parse(Buffer.from(value, 'base64url').toString());
    expect(ticket).toMatchObject({
      challenge: createOptions.publicKey.challenge,
      purpose: 'upgrade',
      userId: session?.data.userId,
      signInId: session?.data.signInId,
    });
  });
});

describe('a passkey for which nobody was present', () => {
  it('[ASVS 16.3.1] is taken, told and logged as one that was added automatically, not vouched for, and interrupts nobody', async () => {
    const [before] = await sessionsOf(running);
    running.log.length = 0;
    const { status, text, headers } = await upgrade(running, cookie);
    expect(status).toBe(200);
    const { redirect, passkey } = JSON.parse(text);
    expect([redirect, passkey.name]).toEqual([paths.dashboard, 'Passkey · Unknown device']);
    expect(await passkeys()).toEqual([{ id: passkey.id }]);
    const [record, ...more] = await records();
    expect(more).toEqual([]);
    expect([Boolean(record.automatic), Boolean(record.vouched)]).toEqual([true, false]);
    const lines = running.log.map((line) => JSON.parse(line));
    expect(lines.filter(({ event }) => event === 'passkey_registered')).toEqual([
      expect.objectContaining({
        outcome: 'success',
        reason: 'automatic',
        credential: pseudonym(passkey.id),
        address: '127.0.0.1',
      }),
    ]);

    // No notice, no name to give, the same session under the same id.
    expect(headers['set-cookie']).toBeUndefined();
    const listed = (await page()).text;
    expect(listed).toContain(`id="key-${passkey.id}"`);
    expect(listed).toContain('<span>Added automatically</span>');
    expect(listed).not.toMatch(/Passkey saved|Save name|class="note good"/);
    const [after, ...others] = await sessionsOf(running);
    expect([after?.id_hash, others]).toEqual([before?.id_hash, []]);
  });
});

describe('one passkey for each sign-in', () => {
  it('is what the permission of a sign-in is good for, kept with what the browser says of it; the next has its own', async () => {
    await upgrade(running, cookie);
    cookie = await signedInByPassword(running);
    const { cookie: ceremony, options } = await startUpgrade(running, cookie);
    const answer = withOuter(unattended().create(options, running.origin), {
      clientExtensionResults: { credProps: { rk: true } },
    });
    expect((await finishRegistration(running, ceremony, answer)).status).toBe(200);
    expect(await passkeys()).toHaveLength(2);
    expect((await rowCounts(running)).sessions).toBe(2);
    expect((await page()).text).not.toContain('Works only after your password');
  });
});
