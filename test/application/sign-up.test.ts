import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { cookiesOf } from '../support/request.ts';
import { createVisitor } from '../support/visitor.ts';

const grace = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
let mail: MailServer;
let running: TestApp;
beforeAll(async () => {
  mail = await startMailServer();
  running = await startApp({ env: { SMTP_URL: mail.url } });
});
afterAll(async () => {
  await running.close();
  await mail.stop();
});
beforeEach(async () => {
  const { db } = running.database;
  await db('users').whereNot({ email: person.email }).delete();
  for (const table of ['account_tokens', 'outbox', 'rate_limits']) await db(table).delete();
  mail.clear();
});

const accounts = () => running.database.db('users').whereNot({ email: person.email }).select('email');

async function signUp(fields: Record<string, string> = grace) {
  const visitor = createVisitor(running);
  const answer = await visitor.postForm(paths.signUp, fields);
  await running.app.deliverMail();
  return { visitor, answer };
}

describe('signing up', () => {
  it('opens the account when the link is opened and its button is pressed, and signs in', async () => {
    const { visitor, answer } = await signUp();
    expect([answer.status, answer.headers.location]).toEqual([303, paths.verifyEmailSent]);
    expect((await visitor.get(paths.verifyEmailSent)).text).toContain(grace.email);
    expect(await accounts()).toEqual([]);

    const link = linkIn(mail.mailsTo(grace.email)[0]);
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
    await signUp();
    const link = linkIn(mail.mailsTo(grace.email)[0]);
    for (let look = 0; look < 3; look++) expect((await createVisitor(running).get(link)).status).toBe(200);
    expect(await accounts()).toEqual([]);
  });

  it('lets whoever opens the link in another browser choose the password, so that no stranger knows it', async () => {
    const known = { email: grace.email, password: 'chosen-by-a-stranger' };
    const stranger = await signUp(known);
    const link = linkIn(mail.mailsTo(grace.email)[0]);
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
    await signUp({ email: grace.email, way: 'passkey' });
    const link = linkIn(mail.mailsTo(grace.email)[0]);
    const owner = createVisitor(running);
    expect((await owner.postForm(link)).status).toBe(422);
    expect((await owner.postForm(link, { way: 'passkey' })).headers.location).toBe(paths.dashboard);
    const [account] = await running.database.db('users').where({ email: grace.email });
    expect(account.password_hash).toBeNull();
  });

  it('opens the account by the link of a stranger when strangers have used up the letters', async () => {
    for (let stranger = 0; stranger <= limits.lettersOfRecipient.points; stranger++)
      await signUp({ email: grace.email, password: 'chosen-by-a-stranger' });
    const letters = mail.mailsTo(grace.email);
    const { visitor } = await signUp();
    expect(mail.mailsTo(grace.email)).toHaveLength(letters.length);
    expect((await visitor.get(paths.verifyEmailSent)).text).toContain('If you get several emails');
    expect((await visitor.postForm(linkIn(letters[0]), { password: grace.password })).status).toBe(303);
    await visitor.signOut();
    expect((await visitor.signIn(grace)).headers.location).toBe(paths.dashboard);
  });

  it('works once: the second press says that the link is gone', async () => {
    const { visitor } = await signUp();
    const link = linkIn(mail.mailsTo(grace.email)[0]);
    await visitor.postForm(link);
    await visitor.signOut();
    const again = await visitor.postForm(link);
    expect(again.status).toBe(410);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect((await visitor.get(link)).status).toBe(410);
  });

  it('works for 24 hours', async () => {
    const { visitor } = await signUp();
    const link = linkIn(mail.mailsTo(grace.email)[0]);
    const past = new Date(Date.now() - 1).toISOString();
    await running.database.db('account_tokens').where({ purpose: 'sign-up' }).update({ expires_at: past });
    expect((await visitor.postForm(link)).status).toBe(410);
    expect(await accounts()).toEqual([]);
  });

  it('continues with a passkey: an account without a password, once the address is confirmed', async () => {
    const { visitor } = await signUp({ email: grace.email, password: '', way: 'passkey' });
    await visitor.postForm(linkIn(mail.mailsTo(grace.email)[0]));
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
    await running.app.deliverMail();
    const mails = mail.mailsTo(grace.email);
    expect(mails).toHaveLength(2);
    expect((await visitor.postForm(linkIn(mails[0]))).status).toBe(303);
    expect(
      (await createVisitor(running).postForm(linkIn(mails[1]), { password: grace.password })).status,
    ).toBe(410);
  });

  it('leads to signing in whoever asks for the mail again after the account was opened elsewhere', async () => {
    const { visitor } = await signUp();
    await createVisitor(running).postForm(linkIn(mail.mailsTo(grace.email)[0]), { password: grace.password });
    expect((await visitor.postForm(paths.resendVerification)).headers.location).toBe(paths.login);
    expect((await createVisitor(running).postForm(paths.resendVerification)).headers.location).toBe(
      paths.login,
    );
  });

  it('tells password managers whose password is chosen', async () => {
    await signUp();
    const { text } = await createVisitor(running).get(linkIn(mail.mailsTo(grace.email)[0]));
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
    const [letter] = mail.mailsTo(person.email);
    expect(letter?.subject).toBe('You already have an account');
    expect((await taken.visitor.get(paths.verifyEmailSent)).text).toContain(person.email);
    expect((await taken.visitor.signIn({ ...grace, email: person.email })).status).toBe(422);
  });

  it('does not flood a mailbox: five mails in an hour, and the answer stays the same', async () => {
    for (let times = 0; times < 8; times++) expect((await signUp()).answer.status).toBe(303);
    expect(mail.mailsTo(grace.email)).toHaveLength(5);
  });
});

describe('what cannot be signed up with', () => {
  it.each([
    ['', 'Enter your email address'],
    ['no-address', 'Enter your email address'],
    ['a@b', 'Enter your email address'],
    ['grace@example.com\r\nBcc: all@example.com', 'Enter your email address'],
    ['"><script>alert(1)</script>@example.com', 'Enter your email address'],
    [`${'a'.repeat(250)}@example.com`, 'Enter your email address'],
    ['gr\u0430ce@example.com', 'Enter your email address'],
  ])('the address %j', async (email, sentence) => {
    const { answer } = await signUp({ ...grace, email });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(sentence);
    expect(answer.text).toContain('href="#email"');
    expect(answer.text).not.toContain('<script>alert');
    expect(answer.text).not.toContain(grace.password);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await running.database.db('account_tokens').select()).toEqual([]);
  });

  it.each([
    ['', /Use at least 15 characters/],
    ['short', /Use at least 15 characters/],
    ['passwordpassword', /./],
    ['grace@example.com1', /email address|name of this site/],
    ['x'.repeat(1_025), /too long/],
  ])('[ASVS 6.2.1] the password %j', async (password, sentence) => {
    const { answer } = await signUp({ ...grace, password });
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(sentence);
    expect(answer.text).toContain(`value="${grace.email}"`);
    if (password) expect(answer.text).not.toContain(`value="${password}"`);
    expect(await running.database.db('account_tokens').select()).toEqual([]);
  });
});

describe('a site where nobody signs up by themselves', () => {
  it('has neither the page nor a link to it', async () => {
    const closed = await startApp({ env: { SMTP_URL: mail.url, SIGNUP: 'closed' } });
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
    const { visitor } = await signUp({ email: grace.email, way: 'passkey' });
    await visitor.postForm(linkIn(mail.mailsTo(grace.email)[0]));
    await ageProofs(running, 601, grace.email);
    expect((await visitor.get(paths.password)).headers.location).toContain(paths.reauth);
    const stuck = await visitor.get(paths.reauth);
    expect(stuck.text).toContain('You have no password');
    expect(stuck.text).toContain('Email me a link');
    await visitor.postForm(paths.forgotPassword, { email: grace.email });
    await running.app.deliverMail();
    await visitor.postForm(linkIn(mail.mailsTo(grace.email).at(-1)), { way: 'passkey' });
    expect((await visitor.get(paths.password)).status).toBe(200);
    expect((await visitor.createPasskey()).status).toBe(200);
  });
});
