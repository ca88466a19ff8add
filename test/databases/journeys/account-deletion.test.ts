/** Deleting one's account: what is gone, where, when, and for whom. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/logger.ts';
import { PasskeyServiceFault } from '../../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../../src/paths.ts';
import { actingIn } from '../../support/acting.ts';
import { eventsOf } from '../../support/log.ts';
import { type MailedApp, startMailedApp } from '../../support/mailed.ts';
import { owningPasskey, signedIn } from '../../support/seated.ts';
import { tablesWith } from '../../support/tables.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';
import { brokenAnswer, createWire } from '../../support/wire.ts';

/** The API has no call that forgets a user. What it keeps is this id, which was given to nobody else and never will be. */
const idsOfTheApi = ['passkey_api_users'];
const wire = createWire();
let running: MailedApp;
let visitor: Visitor;
let account: { email: string; password: string };
let createPasskey: () => Promise<string>;
let people = 0;
beforeAll(async () => {
  running = await startMailedApp({ wrapTransport: wire.wrapTransport });
  return () => running.close();
});
beforeEach(async () => {
  account = { email: `leaver.${++people}@example.com`, password: 'goodbye-and-thanks-for-fish' };
  const user = await running.createAccount(account.email, account.password);
  visitor = createVisitor(running);
  const requester = await signedIn(running, visitor, account);
  createPasskey = () => actingIn(running).addPasskey(user, requester, visitor.authenticator);
  await running.database.db('rate_limits').delete();
  await running.database.db('pending_deletions').delete();
  running.log.length = 0;
  running.mail.clear();
});
afterEach(() => wire.mend());

const db = () => running.database.db;
const userId = async () => (await db()('users').where({ email: account.email }).first('id'))?.id;
const remove = (by = visitor, email = account.email) =>
  by.postForm(paths.deleteAccount, { email, password: account.password });
const stored = (user_id: string) => db()('passkey_api_credentials').where({ user_id }).pluck('id');
const serviceIsDown = () => {
  wire.before = ({ path }) => (path.startsWith('credentials') ? brokenAnswer() : undefined);
};
const events = (name: string) => eventsOf(running, name);

/** Time passes for whatever waits, and the chores are done: the API is told, and later forgotten that it was. */
async function later(): Promise<void> {
  const past = new Date(Date.now() - 61_000).toISOString();
  await db()('pending_deletions').update({ next_try_at: past, created_at: past });
  await running.app.sweep();
  await db()('pending_deletions').whereNotNull('done_at').update({ done_at: past });
  await running.app.sweep();
}

describe('deleting one’s account', () => {
  it('[ASVS 7.4.2] removes everything, signs out everywhere, and says goodbye once', async () => {
    await createPasskey();
    const elsewhere = createVisitor(running);
    await signedIn(running, elsewhere, account);
    const id = await userId();
    const gone = await remove(visitor, ` ${account.email.toUpperCase()} `);
    expect([gone.status, gone.headers.location]).toEqual([303, paths.goodbye]);
    expect(gone.headers['clear-site-data']).toBe('"cache"');
    const cookies = ([] as string[]).concat(gone.headers['set-cookie'] ?? []);
    expect(cookies.find((line) => line.includes('-session=;'))).toContain('expires=Thu, 01 Jan 1970');
    expect(cookies.find((line) => line.includes('-goodbye='))).toMatch(/samesite=lax; httponly$/);

    const goodbye = await visitor.get(paths.goodbye);
    expect(goodbye.text).toContain('<h1>Goodbye</h1>');
    expect(goodbye.text).toContain('data-rp-id="localhost"');
    expect(goodbye.text).toContain(`data-user-id="${Buffer.from(id).toString('base64url')}"`);
    expect(goodbye.headers['cache-control']).toBe('no-store');
    expect((await visitor.get(paths.goodbye)).headers.location).toBe(paths.login);
    for (const browser of [visitor, elsewhere]) expect((await browser.get(paths.dashboard)).status).toBe(303);
    expect((await visitor.signIn(account)).status).toBe(422);
    expect((await visitor.signInWithPasskey()).status).toBe(404);
    expect(events('account_deleted')).toEqual([
      expect.objectContaining({ outcome: 'changed', user: pseudonym(id) }),
    ]);
  });

  it('leaves nothing of the person in any table', async () => {
    await createPasskey();
    await visitor.postForm(paths.email, { email: `new.${account.email}` });
    await visitor.postForm(paths.exportData);
    const id = await userId();
    expect((await tablesWith(db(), id)).length).toBeGreaterThan(5);
    await remove();
    await running.mailsTo(account.email);
    expect(await tablesWith(db(), account.email)).toEqual([]);
    await db()('passkey_api_challenges').delete();
    await later();
    expect(await tablesWith(db(), id)).toEqual(idsOfTheApi);
  });

  it('happens once for two presses of the button, both get the same answer, and it is told by mail once', async () => {
    const answers = await Promise.all([remove(), remove(), remove()]);
    for (const { status, headers } of answers) {
      // Whoever comes when all is over has no session any more.
      expect([status, headers.location]).toBeOneOf([
        [303, paths.goodbye],
        [303, paths.login],
      ] as never);
    }
    expect(answers.map(({ headers }) => headers.location)).toContain(paths.goodbye);
    expect(events('account_deleted')).toHaveLength(1);
    const letters = await running.mailsTo(account.email);
    expect(letters.map(({ subject }) => subject)).toEqual(['Your account was deleted']);
    expect(letters[0]?.text).not.toMatch(/https?:\/\/\S+\/account\/lockdown/);
  });

  it('leaves other accounts alone', async () => {
    const neighbour = createVisitor(running);
    const their = { email: `neighbour.${people}@example.com`, password: 'good-fences-make-good-ones' };
    await running.createAccount(their.email, their.password);
    await owningPasskey(running, neighbour, their);
    const before = await db()('users').whereNot({ email: account.email }).pluck('id');
    await remove();
    await later();
    expect((await db()('users').pluck('id')).sort()).toEqual(before.sort());
    expect((await neighbour.get(paths.dashboard)).status).toBe(200);
    await neighbour.signOut();
    expect((await neighbour.signInWithPasskey()).status).toBe(200);
  });

  it('has a free address afterwards, for an account that has nothing of the old one', async () => {
    await createPasskey();
    const old = await userId();
    await remove();
    await running.createAccount(account.email, account.password);
    expect(await userId()).not.toBe(old);
    await visitor.signIn(account);
    expect((await visitor.get(paths.activity)).text).not.toContain('Passkey added');
    expect((await visitor.get(paths.dashboard)).text).not.toContain('class="passkeys"');
    expect((await visitor.signInWithPasskey()).status).toBe(404);
  });
});

describe('the passkeys of the account', () => {
  it('are forgotten later by a service that does not answer, which holds up nothing', async () => {
    await createPasskey();
    const id = await userId();
    serviceIsDown();
    expect((await remove()).headers.location).toBe(paths.goodbye);
    expect(await userId()).toBeUndefined();
    expect(await stored(id)).toHaveLength(1);
    wire.mend();
    const refused = await visitor.signInWithPasskey();
    expect([refused.status, refused.body.code]).toEqual([404, 'credential_unknown']);
    expect(refused.headers['set-cookie']?.toString() ?? '').not.toContain('session=');

    await running.app.sweep();
    expect(await stored(id), 'it was not time yet').toHaveLength(1);
    await later();
    expect(await stored(id)).toEqual([]);
    expect(await tablesWith(db(), id)).not.toContain('pending_deletions');
    expect((await visitor.signInWithPasskey()).body.code).toBe('credential_unknown');
  });

  /** A creation in the middle of which the account is deleted. */
  async function createWhileLeaving(): Promise<{ status: number; body: { code: string } }> {
    const { credential } = await visitor.registrationAnswer();
    const removing: Awaited<ReturnType<typeof remove>>[] = [];
    wire.before = async ({ path }) => {
      if (path === 'registration/finalize') removing.push(await remove());
      return undefined;
    };
    const refused = await visitor.postJson(paths.passkeyRegistration, { finish: true, credential });
    expect(removing.map(({ headers }) => headers.location)).toEqual([paths.goodbye]);
    return refused;
  }

  it('that was being created at that moment is gone with the answer, which says that nobody is signed in', async () => {
    const id = await userId();
    const refused = await createWhileLeaving();
    expect([refused.status, refused.body.code]).toEqual([401, 'signed_out']);
    expect(await stored(id)).toEqual([]);
    expect(await tablesWith(db(), id)).not.toContain('passkey_records');
    await later();
    expect(await tablesWith(db(), id)).toEqual(idsOfTheApi);
  });

  it('that was being created is forgotten a little later when the answer of the service was lost', async () => {
    const id = await userId();
    wire.after = ({ path }, answer) => {
      if (path === 'registration/finalize') throw new PasskeyServiceFault('network');
      return answer;
    };
    expect((await createWhileLeaving()).status).toBe(503);
    expect(await stored(id)).toHaveLength(1);
    await later();
    expect(await stored(id)).toEqual([]);
    expect(await tablesWith(db(), id)).not.toContain('passkey_records');
  });
});
