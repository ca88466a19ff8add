/** Nobody can delete their way out of their own account: one way in always remains. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../src/accounts/user.ts';
import type { Requester } from '../../src/operations/operation.ts';
import { paths } from '../../src/paths.ts';
import { actingIn, requesterOf } from '../support/acting.ts';
import { removePassword } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { eve } from '../support/person.ts';
import { type Answer, formType, send, sessionCookie } from '../support/request.ts';
import { passkeyCookie } from '../support/step-up.ts';

let running: TestApp;
let cookie: string;
let user: User;
let requester: Requester;

beforeAll(async () => {
  running = await startApp();
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['users', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  user = await running.createAccount(eve.email, eve.password);
  const opened = await actingIn(running).letIn(user);
  requester = requesterOf(opened);
  cookie = sessionCookie(running, opened.session.id);
});

async function add(rk?: boolean, authenticator: Authenticator = createAuthenticator()): Promise<string> {
  const id = await actingIn(running).addPasskey(user, requester, authenticator);
  const record = running.database.db('passkey_records').where({ credential_id: id });
  if (rk !== undefined) await record.update({ discoverable: rk });
  return id;
}
const page = (id: string) => send(running, paths.deletePasskey(id), { headers: { Cookie: cookie } });
const remove = (id: string, body = 'end_sessions=yes') =>
  send(running, paths.deletePasskey(id), { method: 'POST', headers: { ...formType, Cookie: cookie }, body });
const passkeys = async () =>
  (await running.database.db('passkey_api_credentials').select('id')).map(({ id }) => id).sort();

/** The reason as a page with 409, and nothing is deleted, no session ended, no way closed. */
async function expectBlocked(ask: () => Promise<Answer>): Promise<void> {
  const [before, sessions] = [await passkeys(), await running.database.db('sessions').select('id_hash')];
  running.log.length = 0;
  const answer = await ask();
  expect(answer.status).toBe(409);
  expect(answer.text).toContain('<h1>Your only way to sign in</h1>');
  expect(answer.text).toMatch(
    /role="alert"><strong><bdi>[^<]+<\/bdi><\/strong> is your only way to sign in, so it cannot/,
  );
  expect(answer.text).toContain('Create another passkey first. Then you can delete this one.');
  expect(answer.text).not.toContain('class="danger"');
  expect(await passkeys()).toEqual(before);
  expect(await running.database.db('sessions').select('id_hash')).toEqual(sessions);
  expect(running.log.join()).not.toMatch(/passkey_removed|sessions_ended/);
}

describe('the only passkey of an account without a password', () => {
  it('[ASVS 2.3.2] is not deleted: 409 with the reason; the page says so before anybody tries', async () => {
    const authenticator = createAuthenticator();
    const id = await add(true, authenticator);
    await removePassword(running, eve.email);
    const { status, text } = await page(id);
    expect(status).toBe(200);
    expect(text).toContain('is your only way to sign in, so it cannot be deleted.');
    expect(text).not.toContain('class="danger"');
    await expectBlocked(() => remove(id));
    await passkeyCookie(running, authenticator);
    await expectBlocked(() => remove(id, ''));
  });

  it('goes when there is another one, and then that one stays', async () => {
    const [first, other] = [await add(true), await add()];
    await removePassword(running, eve.email);
    expect((await page(first)).text).toContain('You will sign in with your other passkey.');
    expect((await remove(first)).headers.location).toBe(paths.dashboard);
    expect(await passkeys()).toEqual([other]);
    await expectBlocked(() => remove(other));
  });
});

describe('a passkey that does not sign in by itself', () => {
  it('is not counted among what remains', async () => {
    const [, id] = [await add(false), await add(true), await add(true)];
    expect((await page(id)).text).toContain('You will sign in with your other passkey or your password.');
    await removePassword(running, eve.email);
    expect((await page(id)).text).toContain('You will sign in with your other passkey.');
  });
});

describe('a confirmed address', () => {
  const confirm = () => running.database.db('users').update({ email_verified_at: new Date().toISOString() });

  it('lets the last passkey go where mail can be sent, and the page says what remains', async () => {
    const env = { SMTP_URL: 'smtp://127.0.0.1:1', ORIGIN: running.origin };
    const mailing = await startApp({ env, database: running.database });
    try {
      const path = paths.deletePasskey(await add());
      await removePassword(running, eve.email);
      const headers = { ...formType, Cookie: cookie };
      expect((await send(mailing, path, { headers })).text).toContain('Your only way to sign in');
      await confirm();
      const { text } = await send(mailing, path, { headers });
      expect(text).toContain('use the link that we email you.');
      const answer = await send(mailing, path, { method: 'POST', headers, body: '' });
      expect(answer.headers.location).toBe(paths.dashboard);
      expect(await passkeys()).toEqual([]);
    } finally {
      await mailing.close();
    }
  });

  it('is no way in where no mail can be sent', async () => {
    const id = await add();
    await removePassword(running, eve.email);
    await confirm();
    await expectBlocked(() => remove(id));
  });
});
