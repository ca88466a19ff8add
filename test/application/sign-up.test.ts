import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
    const sent = (await visitor.get(paths.verifyEmailSent)).text;
    expect(sent).toContain(grace.email);
    expect(sent).toContain('If you get several emails');
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

  it('asks there also when the sign-up wanted no password, and takes a passkey instead; looking opens nothing', async () => {
    await signUp(byPasskey);
    const link = await newestLink();
    const owner = createVisitor(running);
    for (let look = 0; look < 2; look++) {
      const { status, text } = await owner.get(link);
      expect(status).toBe(200);
      // So that a password manager knows whose password is chosen.
      expect(text).toContain(`autocomplete="username" value="${grace.email}"`);
    }
    expect(await accounts()).toEqual([]);
    expect((await owner.postForm(link)).status).toBe(422);
    expect((await owner.postForm(link, { way: 'passkey' })).headers.location).toBe(paths.dashboard);
    const [account] = await running.database.db('users').where({ email: grace.email });
    expect(account.password_hash).toBeNull();
  });

  it('mails again when asked, and leads to signing in whoever asks after the account was opened elsewhere', async () => {
    const { visitor } = await signUp(byPasskey);
    expect((await visitor.postForm(paths.resendVerification)).headers.location).not.toBe(paths.login);
    expect(await links()).toHaveLength(2);
    await createVisitor(running).postForm(await newestLink(), { way: 'passkey' });
    expect((await visitor.postForm(paths.resendVerification)).headers.location).toBe(paths.login);
    expect((await createVisitor(running).postForm(paths.resendVerification)).headers.location).toBe(
      paths.login,
    );
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
});

describe('what cannot be signed up with', () => {
  it('an address that is none', async () => {
    for (const email of ['', '"><script>alert(1)</script>@example.com', 'gr\u0430ce@example.com']) {
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

  it('[ASVS 6.2.1] a password that is too short, or about its owner', async () => {
    for (const [password, sentence] of [
      ['short', /Use at least 15 characters/],
      ['grace@example.com1', /email address|name of this site/],
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
  it('can always prove whose it is: a link by mail signs in again, and that is a recent proof; then by a passkey', async () => {
    const { visitor } = await signUp({ email: grace.email, password: '', way: 'passkey' });
    await visitor.postForm(await newestLink());
    const [account] = await running.database.db('users').where({ email: grace.email });
    expect(account.password_hash).toBeNull();
    expect(account.email_verified_at).not.toBeNull();
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
    await visitor.signOut();
    expect((await visitor.signInWithPasskey()).body.redirect).toBe(paths.dashboard);
  });
});
