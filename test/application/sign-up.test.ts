import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { actingIn, place } from '../support/acting.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person, startApp } from '../support/app.ts';
import { linkIn } from '../support/mail-server.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { cookiesOf } from '../support/request.ts';
import { createVisitor } from '../support/visitor.ts';

const grace = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
let running: MailedApp;
beforeAll(async () => {
  running = await startMailedApp();
});
afterAll(() => running.close());
beforeEach(async () => {
  const { db } = running.database;
  await db('users').whereNot({ email: person.email }).delete();
  for (const table of ['account_tokens', 'outbox', 'rate_limits']) await db(table).delete();
  running.mail.clear();
});

const accounts = () => running.database.db('users').whereNot({ email: person.email }).select('email');

async function signUp(fields: Record<string, string> = grace) {
  const visitor = createVisitor(running);
  const answer = await visitor.postForm(paths.signUp, fields);
  return { visitor, answer };
}
/** The links that wait to be mailed, oldest first. Only what is said of mails themselves has them delivered. */
const links = async () =>
  (await actingIn(running).secretsMailed('sign-up', [grace.email])).map(paths.verifyEmail);
async function newestLink(): Promise<string> {
  const link = (await links()).at(-1);
  if (!link) throw new Error('no link waits to be mailed');
  return link;
}
/** Somebody who wants no password: none is judged and hashed. */
const byPasskey = { email: grace.email, way: 'passkey' };

describe('signing up', () => {
  it('opens the account when the link is opened and its button is pressed, and signs in', async () => {
    const { visitor, answer } = await signUp();
    expect([answer.status, answer.headers.location]).toEqual([303, paths.verifyEmailSent]);
    expect((await visitor.get(paths.verifyEmailSent)).text).toContain(grace.email);
    expect(await accounts()).toEqual([]);

    const link = linkIn((await running.mailsTo(grace.email))[0]);
    const page = await visitor.get(link);
    expect([page.status, page.text.includes('<button class="wide" type="submit">Confirm</button>')]).toEqual([
      200,
      true,
    ]);
    expect(page.text).not.toContain('type="password"');
    const confirmed = await visitor.postForm(link);
    expect([confirmed.status, confirmed.headers.location]).toEqual([303, paths.dashboard]);
    const dashboard = await visitor.get(paths.dashboard);
    expect(dashboard.text).toContain('Your account is ready.');
    expect(dashboard.text).toContain('Create a passkey');

    await visitor.signOut();
    expect((await visitor.signIn(grace)).headers.location).toBe(paths.dashboard);
  });

  it('looks at nothing when a mail scanner opens the link, however often', async () => {
    await signUp(byPasskey);
    const link = await newestLink();
    for (let look = 0; look < 3; look++) expect((await createVisitor(running).get(link)).status).toBe(200);
    expect(await accounts()).toEqual([]);
  });

  it('lets whoever opens the link in another browser choose the password, so that no stranger knows it', async () => {
    const known = { email: grace.email, password: 'chosen-by-a-stranger' };
    const stranger = await signUp(known);
    const link = await newestLink();
    const owner = createVisitor(running);
    expect((await owner.get(link)).text).toContain('choose your password again here');
    for (const password of ['', 'short']) {
      const refused = await owner.postForm(link, { password });
      expect(refused.status).toBe(422);
      expect(refused.text).toContain('href="#password"');
      expect(refused.headers['set-cookie']).toBeUndefined();
    }
    expect(await accounts()).toEqual([]);
    expect((await owner.postForm(link, { password: grace.password })).headers.location).toBe(paths.dashboard);
    await owner.signOut();
    expect((await stranger.visitor.signIn(known)).status).toBe(422);
    expect((await owner.signIn(grace)).headers.location).toBe(paths.dashboard);
  });

  it('asks there also when the sign-up wanted no password, and takes a passkey instead', async () => {
    await signUp(byPasskey);
    const link = await newestLink();
    const owner = createVisitor(running);
    expect((await owner.postForm(link)).status).toBe(422);
    expect((await owner.postForm(link, { way: 'passkey' })).headers.location).toBe(paths.dashboard);
    const [account] = await running.database.db('users').where({ email: grace.email });
    expect(account.password_hash).toBeNull();
  });

  it('opens the account by the link of a stranger when strangers have used up the letters', async () => {
    for (let stranger = 0; stranger <= limits.lettersOfRecipient.points; stranger++) await signUp(byPasskey);
    const letters = await links();
    const { visitor } = await signUp();
    expect(await links()).toEqual(letters);
    expect((await visitor.get(paths.verifyEmailSent)).text).toContain('If you get several emails');
    expect((await visitor.postForm(letters[0] as string, { password: grace.password })).status).toBe(303);
    await visitor.signOut();
    expect((await visitor.signIn(grace)).headers.location).toBe(paths.dashboard);
  });

  it('works once: the second press says that the link is gone', async () => {
    const { visitor } = await signUp();
    const link = await newestLink();
    await visitor.postForm(link);
    await visitor.signOut();
    const again = await visitor.postForm(link);
    expect(again.status).toBe(410);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect((await visitor.get(link)).status).toBe(410);
  });

  it('works for 24 hours', async () => {
    const { visitor } = await signUp(byPasskey);
    const link = await newestLink();
    const past = new Date(Date.now() - 1).toISOString();
    await running.database.db('account_tokens').where({ purpose: 'sign-up' }).update({ expires_at: past });
    expect((await visitor.postForm(link)).status).toBe(410);
    expect(await accounts()).toEqual([]);
  });

  it('continues with a passkey: an account without a password, once the address is confirmed', async () => {
    const { visitor } = await signUp({ email: grace.email, password: '', way: 'passkey' });
    await visitor.postForm(await newestLink());
    const [account] = await running.database.db('users').where({ email: grace.email });
    expect(account.password_hash).toBeNull();
    expect(account.email_verified_at).not.toBeNull();
    expect((await visitor.createPasskey()).status).toBe(200);
    await visitor.signOut();
    expect((await visitor.signInWithPasskey()).body.redirect).toBe(paths.dashboard);
  });

  it('sends the mail again when asked, and the first link goes on working', async () => {
    const { visitor } = await signUp();
    await visitor.postForm(paths.resendVerification);
    const [first = '', second = '', ...others] = await links();
    expect([second === '', others]).toEqual([false, []]);
    expect((await visitor.postForm(first)).status).toBe(303);
    const late = await createVisitor(running).postForm(second, { password: grace.password });
    expect(late.status).toBe(410);
  });

  it('leads to signing in whoever asks for the mail again after the account was opened elsewhere', async () => {
    const { visitor } = await signUp(byPasskey);
    await createVisitor(running).postForm(await newestLink(), { way: 'passkey' });
    expect((await visitor.postForm(paths.resendVerification)).headers.location).toBe(paths.login);
    expect((await createVisitor(running).postForm(paths.resendVerification)).headers.location).toBe(
      paths.login,
    );
  });

  it('tells password managers whose password is chosen', async () => {
    await signUp(byPasskey);
    const { text } = await createVisitor(running).get(await newestLink());
    expect(text).toContain(`autocomplete="username" value="${grace.email}"`);
  });

  it('[ASVS 6.3.8] answers alike for an address that has an account; its owner alone is told, by mail', async () => {
    const taken = await signUp({ ...grace, email: person.email });
    const free = await signUp();
    const shapeOf = ({ answer }: typeof free) => ({
      status: answer.status,
      text: answer.text,
      location: answer.headers.location,
      headers: Object.keys(answer.headers).sort(),
      cookies: cookiesOf({ headers: answer.headers } as never).replace(/=[^;]+/g, ''),
    });
    expect(shapeOf(taken)).toEqual(shapeOf(free));
    const [letter] = await running.mailsTo(person.email);
    expect(letter?.subject).toBe('You already have an account');
    expect((await taken.visitor.get(paths.verifyEmailSent)).text).toContain(person.email);
    expect((await taken.visitor.signIn({ ...grace, email: person.email })).status).toBe(422);
  });

  it('does not flood a mailbox: five mails in an hour, and the answer stays the same', async () => {
    for (let times = 0; times < 8; times++) expect((await signUp(byPasskey)).answer.status).toBe(303);
    expect(await links()).toHaveLength(5);
  });
});

describe('what cannot be signed up with', () => {
  it('an address that is none', async () => {
    for (const email of [
      '',
      'no-address',
      'a@b',
      'grace@example.com\r\nBcc: all@example.com',
      '"><script>alert(1)</script>@example.com',
      `${'a'.repeat(250)}@example.com`,
      'gr\u0430ce@example.com',
    ]) {
      const { answer } = await signUp({ ...grace, email });
      expect(answer.status, email).toBe(422);
      expect(answer.text, email).toContain('Enter your email address');
      expect(answer.text, email).toContain('href="#email"');
      expect(answer.text, email).not.toContain('<script>alert');
      expect(answer.text, email).not.toContain(grace.password);
      expect(answer.headers['set-cookie'], email).toBeUndefined();
      expect(await running.database.db('account_tokens').select(), email).toEqual([]);
    }
  });

  it('[ASVS 6.2.1] a password that is none, too short, too usual, about its owner or too long', async () => {
    for (const [password, sentence] of [
      ['', /Use at least 15 characters/],
      ['short', /Use at least 15 characters/],
      ['passwordpassword', /./],
      ['grace@example.com1', /email address|name of this site/],
      ['x'.repeat(1_025), /too long/],
    ] as const) {
      const { answer } = await signUp({ ...grace, password });
      expect(answer.status, password).toBe(422);
      expect(answer.text, password).toMatch(sentence);
      expect(answer.text, password).toContain(`value="${grace.email}"`);
      if (password) expect(answer.text).not.toContain(`value="${password}"`);
      expect(await running.database.db('account_tokens').select(), password).toEqual([]);
    }
  });
});

describe('a site where nobody signs up by themselves', () => {
  it('has neither the page nor a link to it', async () => {
    const closed = await startApp({ env: { SMTP_URL: running.mail.url, SIGNUP: 'closed' } });
    try {
      const visitor = createVisitor(closed);
      expect((await visitor.get(paths.signUp)).status).toBe(404);
      expect((await visitor.postForm(paths.signUp, grace)).status).toBe(404);
      expect((await visitor.get(paths.login)).text).not.toContain(paths.signUp);
      expect(await closed.database.db('outbox').select()).toEqual([]);
    } finally {
      await closed.close();
    }
  });
});

describe('an account that began without a password', () => {
  it('can always prove whose it is: a link by mail signs in again, and that is a recent proof', async () => {
    const { visitor } = await signUp(byPasskey);
    await visitor.postForm(await newestLink());
    await ageProofs(running, 601, grace.email);
    expect((await visitor.get(paths.password)).headers.location).toContain(paths.reauth);
    const stuck = await visitor.get(paths.reauth);
    expect(stuck.text).toContain('You have no password');
    expect(stuck.text).toContain('Email me a link');
    await running.app.operations.requestReset(grace.email, place);
    const secret = await actingIn(running).newestSecret('reset-password', grace.email);
    await visitor.postForm(paths.resetPassword(secret), { way: 'passkey' });
    expect((await visitor.get(paths.password)).status).toBe(200);
    expect((await visitor.createPasskey()).status).toBe(200);
  });
});
