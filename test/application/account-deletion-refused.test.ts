/** Who cannot delete an account, and who is not said goodbye to: nothing of it is changed. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs, removePassword } from '../support/aged-session.ts';
import { withoutTable } from '../support/answers.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { cookieNamed } from '../support/request.ts';
import { signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: MailedApp;
let visitor: Visitor;
let account: { email: string; password: string };
let people = 0;
beforeAll(async () => {
  running = await startMailedApp();
  return () => running.close();
});
beforeEach(async () => {
  account = { email: `leaver.${++people}@example.com`, password: 'goodbye-and-thanks-for-fish' };
  await running.createAccount(account.email, account.password);
  visitor = createVisitor(running);
  await signedIn(running, visitor, account);
  await running.database.db('rate_limits').delete();
  await running.database.db('pending_deletions').delete();
  running.mail.clear();
});
afterEach(() => void vi.useRealTimers());

const db = () => running.database.db;
const userId = async () => (await db()('users').where({ email: account.email }).first('id'))?.id;
const remove = (by = visitor, email = account.email) =>
  by.postForm(paths.deleteAccount, { email, password: account.password });

describe('nothing is deleted', () => {
  it('when another address was typed, or none, which is kept, with a sentence at the field', async () => {
    for (const [email, kept] of [
      ['', ''],
      ['someone.else@example.com', 'someone.else@example.com'],
      ['ада@example.com', 'ада@example.com'],
      ['"><b>x</b>', '&quot;&gt;&lt;b&gt;x&lt;/b&gt;'],
      ['\u202egro.elpmaxe@a', 'gro.elpmaxe@a'],
      [`${'a'.repeat(1_001)}@example.com`, ''],
    ] as const) {
      const refused = await remove(visitor, email);
      expect(refused.status, email).toBe(422);
      const sentence = kept
        ? 'This is not the address of your account.'
        : 'Enter your email address, such as ';
      expect(refused.text, email).toContain(`<p class="problem" id="email-problem">${sentence}`);
      expect(refused.text, email).toContain('<a href="#email">');
      expect(/<input id="email"[^>]* value="([^"]*)"/.exec(refused.text)?.[1]).toBe(kept);
      expect(refused.headers['set-cookie']?.toString() ?? '', email).not.toContain('goodbye');
    }
    expect(await userId()).toBeDefined();
    expect(await db()('pending_deletions').select()).toEqual([]);
    expect(await running.mailsTo(account.email)).toEqual([]);
  });

  it('[ASVS 7.5.3] without a recent proof, by whoever has nothing to confirm it with', async () => {
    await removePassword(running, account.email);
    expect((await visitor.get(paths.deleteAccount)).text).toContain('<h1>Delete your account</h1>');
    await ageProofs(running, 601, account.email);
    const reauth = `${paths.reauth}?return_to=${encodeURIComponent(paths.deleteAccount)}`;
    expect((await visitor.get(paths.deleteAccount)).headers.location).toBe(reauth);
    expect((await remove()).headers.location).toBe(reauth);
    expect(await userId()).toBeDefined();
  });

  it('for a guest, or for a request from elsewhere', async () => {
    expect((await remove(createVisitor(running))).headers.location).toMatch(/^\/login\?.*session=ended/);
    const foreign = await visitor.agent
      .post(paths.deleteAccount)
      .set('Sec-Fetch-Site', 'cross-site')
      .type('form')
      .send({ email: account.email });
    expect(foreign.status).toBe(403);
    expect(await userId()).toBeDefined();
  });

  it('when the database breaks in the middle: the account and its passkeys are as they were', async () => {
    const { body } = await visitor.createPasskey();
    const broken = await withoutTable(running, 'pending_deletions', () => remove());
    expect(broken.status).toBe(500);
    expect(broken.headers['set-cookie']).toBeUndefined();
    expect((await visitor.get(paths.dashboard)).text).toContain(body.passkey.id);
  });
});

describe('the goodbye', () => {
  it('is for nobody who did not leave', async () => {
    const stranger = createVisitor(running);
    expect((await stranger.get(paths.goodbye)).headers.location).toBe(paths.login);
    const id = await userId();
    const name = cookieNamed(running, 'goodbye');
    for (const value of [id, `9999999999999.${id}`, `9999999999999.${id}; ${name}.sig=AAAA`]) {
      const refused = await stranger.get(paths.goodbye).set('Cookie', `${name}=${value}`);
      expect([refused.status, refused.headers.location]).toEqual([303, paths.login]);
      expect(refused.text).not.toContain('data-user-id');
    }
  });

  it('is there for five minutes, whatever a browser keeps', async () => {
    const lines = ([] as string[]).concat((await remove()).headers['set-cookie'] ?? []);
    const cookies = lines.filter((line) => line.includes('-goodbye')).map((line) => line.split(';')[0]);
    const goodbye = () => createVisitor(running).get(paths.goodbye).set('Cookie', cookies.join('; '));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 });
    const late = await goodbye();
    vi.useRealTimers();
    expect([late.status, late.headers.location]).toEqual([303, paths.login]);
    expect((await goodbye()).text).toContain('<h1>Goodbye</h1>');
  });
});
