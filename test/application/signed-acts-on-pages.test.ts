/** An act that a page shows in words, and a passkey signs: nothing else is signed, and nothing else is done. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs, changeSessions } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { owningPasskey, rememberSeats, signedIn } from '../support/seated.ts';
import { wrongCode } from '../support/second-step.ts';
import { setFailures } from '../support/sign-in-attempts.ts';
import { beginSigning, signUrlOf } from '../support/signing.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const account = { email: 'signer@example.com', password: 'every-word-of-it-is-signed' };
let running: TestApp;
let visitor: Visitor;
let again: () => Promise<[Visitor]>;
beforeAll(async () => {
  // Nobody listens there: letters wait in the outbox.
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  await running.createAccount(account.email, account.password);
  visitor = await comeWithPasskey();
  await comeWithPasskey();
  await running.database.db('rate_limits').delete();
  again = await rememberSeats(running, visitor);
  return () => running.close();
});
beforeEach(async () => {
  [visitor] = await again();
});

const db = () => running.database.db;
const row = () => db()('users').where({ email: account.email }).first();
async function comeWithPasskey(): Promise<Visitor> {
  const one = createVisitor(running);
  await owningPasskey(running, one, account);
  return one;
}
const begin = (page: string) => beginSigning(visitor, page, running.origin);
const finish = (url: string, credential: object, by = visitor) =>
  by.postJson(url, { finish: true, credential });
async function turnOn(): Promise<void> {
  await db()('users').where({ email: account.email }).update({ second_factor_at: new Date().toISOString() });
  await changeSessions(running, { provenBy: 'passkey' }, account.email);
}

describe('the page of an act', () => {
  it('says in words what would be signed, and offers no passkey to whoever has none', async () => {
    const { text } = await visitor.get(paths.removePassword);
    const said = [...text.matchAll(/<dt>(.*?)<\/dt>\s*<dd><bdi>(.*?)<\/bdi><\/dd>/g)];
    expect(said.map(([, term, words]) => [term, words])).toEqual([
      ['What', 'Remove the password'],
      ['Account', account.email],
      ['Password', 'Set'],
      ['Passkey after password', 'Off'],
      ['Passkeys', expect.stringMatching(/^.+, .+$/)],
    ]);

    const other = { email: 'typist@example.com', password: account.password };
    await running.createAccount(other.email, other.password);
    const typist = createVisitor(running);
    await signedIn(running, typist, other);
    const asked = (await typist.get(paths.deleteAccount)).text;
    expect([signUrlOf(asked), asked.includes('name="password"')]).toEqual(['', true]);
  });
});

describe('what a passkey signs', () => {
  it('removes the password, in one step and without another proof, and the page after it says so', async () => {
    const { url } = await begin(paths.removePassword);
    await ageProofs(running, 601, account.email);
    const { body } = await visitor.postJson(url, { start: true });
    const credential = visitor.authenticator.get(body.loginOptions, running.origin);
    const answer = await finish(url, credential);
    expect([answer.status, answer.body]).toEqual([200, { redirect: paths.security }]);
    expect((await row()).password_hash).toBeNull();
    expect((await visitor.get(paths.security)).text).toContain('Your password was removed');
    expect((await visitor.get(paths.activity)).text).toContain('Password removed, signed with a passkey');
    await ageProofs(running, 0, account.email);
    const { signedActs } = (await visitor.postForm(paths.exportData)).body;
    expect(signedActs).toMatchObject([{ data: expect.stringContaining('"act":"remove_password"') }]);
  });

  it('turns the second factor off', async () => {
    await turnOn();
    const { url, credential } = await begin(paths.turnOffSecondFactor);
    expect((await finish(url, credential)).body).toEqual({ redirect: paths.secondFactor });
    expect((await row()).second_factor_at).toBeNull();
  });

  it('deletes the account, and needs no typed address', async () => {
    const { url, credential } = await begin(paths.deleteAccount);
    const answer = await finish(url, credential);
    expect(answer.body).toEqual({ redirect: paths.goodbye });
    expect(await row()).toBeUndefined();
    expect((await visitor.get(paths.goodbye)).status).toBe(200);
    expect((await visitor.get(paths.dashboard)).status).toBe(303);
  });
});

describe('the page asks nobody twice', () => {
  const pages = [paths.removePassword, paths.deleteAccount, paths.turnOffSecondFactor];
  beforeEach(async () => {
    await turnOn();
    await ageProofs(running, 601, account.email);
  });

  it('is there, however old the last proof is, for whoever has a password, or a passkey that signs', async () => {
    for (const page of pages) expect([page, (await visitor.get(page)).status]).toEqual([page, 200]);
    await db()('users').where({ email: account.email }).update({ password_hash: null });
    for (const page of pages) expect([page, (await visitor.get(page)).status]).toEqual([page, 200]);
  });

  it('is not there for whoever has passkeys that count for nothing yet, nor is a form without a password', async () => {
    await db()('users').where({ email: account.email }).update({ password_hash: null });
    const { id: user_id } = await row();
    const reauth = (page: string) => `${paths.reauth}?return_to=${encodeURIComponent(page)}`;
    for (const page of pages)
      expect((await visitor.postForm(page, { email: account.email })).headers.location).toBe(reauth(page));
    await db()('passkey_records').where({ user_id }).update({ vouched: false });
    await changeSessions(running, { authenticatedAt: 0 }, account.email);
    for (const page of pages) expect((await visitor.get(page)).headers.location).toBe(reauth(page));
    expect(await row()).toBeDefined();
  });

  it('takes what is typed there for the proof that it is', async () => {
    const refused = await visitor.postForm(paths.turnOffSecondFactor, { password: account.password });
    expect([refused.status, refused.text.includes('Enter a recovery code.')]).toEqual([422, true]);
    await db()('users').where({ email: account.email }).update({ second_factor_at: null });
    const leaving = await visitor.postForm(paths.deleteAccount, account);
    expect(leaving.headers.location).toBe(paths.goodbye);
    expect(await row()).toBeUndefined();
  });
});

describe('nothing is done', () => {
  it('when a passkey was added between the page and the start, or between the start and the signature', async () => {
    const shown = signUrlOf((await visitor.get(paths.removePassword)).text);
    const { url, credential } = await begin(paths.removePassword);
    await comeWithPasskey();
    const changed = { status: 409, code: 'act_changed' };
    const late = await visitor.postJson(shown, { start: true });
    expect({ status: late.status, code: late.body.code }).toEqual(changed);
    const answer = await finish(url, credential);
    expect({ status: answer.status, code: answer.body.code }).toEqual(changed);
    expect((await row()).password_hash).not.toBeNull();
  });

  it('with the signature of another act, session or person, with one that was used, or without the name of what the page showed', async () => {
    const nameless = await visitor.postJson(paths.signRemovePassword, { start: true });
    expect([nameless.status, nameless.body.code]).toEqual([409, 'act_changed']);
    const { url, credential } = await begin(paths.removePassword);
    const elsewhere = createVisitor(running, visitor.authenticator);
    await signedIn(running, elsewhere, account);
    const other = { email: 'other@example.com', password: account.password };
    await running.createAccount(other.email, other.password);
    const stranger = createVisitor(running, visitor.authenticator);
    await signedIn(running, stranger, other);
    for (const [by, path] of [
      [visitor, paths.signDeleteAccount],
      [visitor, paths.passkeyReauth],
      [elsewhere, url],
      [stranger, url],
    ] as const) {
      const answer = await finish(path, credential, by);
      expect([answer.status, answer.body.code]).toEqual([409, 'challenge_expired']);
    }
    expect((await finish(url, credential)).status).toBe(200);
    expect((await finish(url, credential)).body.code).toBe('challenge_expired');
  });

  it('when nothing or something wrong was typed instead of the password, and the page says so', async () => {
    for (const [page, password, sentence] of [
      [paths.removePassword, '', 'Enter your password.'],
      [paths.deleteAccount, 'a wrong password', 'The password is wrong.'],
    ] as const) {
      const answer = await visitor.postForm(page, { email: account.email, password });
      expect([page, answer.status, answer.text.includes(sentence)], password).toEqual([page, 422, true]);
      expect(answer.text, password).toContain('id="password-problem"');
    }
    expect((await row()).password_hash).not.toBeNull();
  });

  it('when the recovery code is missing or wrong where the second factor is on', async () => {
    await turnOn();
    const wrong = 'That code is wrong, or was used before. Check it, or use another one.';
    for (const [page, code, sentence] of [
      [paths.removePassword, '', 'Enter a recovery code.'],
      [paths.deleteAccount, wrongCode, wrong],
      [paths.turnOffSecondFactor, wrongCode, wrong],
    ] as const) {
      const fields = { email: account.email, password: account.password, code };
      const answer = await visitor.postForm(page, fields);
      expect([page, answer.status, answer.text.includes(sentence)]).toEqual([page, 422, true]);
    }
  });

  it('by guessing: passwords are counted as at the sign-in, and the form says when to try again', async () => {
    await visitor.postForm(paths.removePassword, { password: 'wrong' });
    await setFailures(running, 15);
    await visitor.postForm(paths.removePassword, { password: 'wrong' });
    const answer = await visitor.postForm(paths.removePassword, { password: 'wrong again' });
    expect([answer.status, answer.text.includes('Too many attempts.')]).toEqual([429, true]);
    expect(answer.text).toContain('<h1>Remove your password</h1>');
  });
});

describe('whoever has nothing but a passkey', () => {
  it('signs, and is not asked for what they have not got', async () => {
    await db()('users').where({ email: account.email }).update({ password_hash: null });
    const { text } = await visitor.get(paths.deleteAccount);
    expect(text).toContain('<noscript><p class="note">Using a passkey needs JavaScript.</p></noscript>');
    expect(text).not.toContain('name="password"');
    expect((await visitor.postForm(paths.deleteAccount, { email: account.email })).status).toBe(409);
    const { url, credential } = await begin(paths.deleteAccount);
    expect((await finish(url, credential)).body).toEqual({ redirect: paths.goodbye });
  });
});
