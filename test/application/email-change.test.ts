import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { actingIn } from '../support/acting.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person } from '../support/app.ts';
import { linkIn } from '../support/mail-server.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { rememberSeats } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const fresh = 'countess@example.org';
const other = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
let running: MailedApp;
let visitor: Visitor;
let again: () => Promise<[Visitor]>;
beforeAll(async () => {
  running = await startMailedApp();
  await running.createAccount(other.email, other.password);
  visitor = createVisitor(running);
  await visitor.signIn();
  for (const table of ['rate_limits', 'outbox']) await running.database.db(table).delete();
  again = await rememberSeats(running, visitor);
});
afterAll(() => running.close());
beforeEach(async () => {
  running.mail.clear();
  [visitor] = await again();
});

const addresses = async () =>
  (await running.database.db('users').select('email')).map(({ email }) => email).sort();

/** The newest link of a kind that waits to be mailed to an address. Only what is said of mails themselves has them delivered. */
const confirmLink = async (email: string) =>
  paths.confirmEmail(await actingIn(running).newestSecret('change-email', email));
const resetLink = async () =>
  paths.resetPassword(await actingIn(running).newestSecret('reset-password', person.email));
const lockdownLink = async (email: string) =>
  paths.lockdown(await actingIn(running).newestSecret('lockdown', email));
/** Has another address, which is confirmed. */
async function changesTo(email: string): Promise<void> {
  await visitor.postForm(paths.email, { email });
  await visitor.postForm(await confirmLink(email));
}

/** What has been mailed to an address, oldest first. */
const subjectsTo = async (email: string) => (await running.mailsTo(email)).map(({ subject }) => subject);

describe('another email address', () => {
  it('is told to the old one at once, is confirmed in the session that asked, and is told to both', async () => {
    const asked = await visitor.postForm(paths.email, { email: ' Countess@Example.org ' });
    expect([asked.status, asked.headers.location]).toEqual([303, paths.security]);
    expect((await visitor.get(paths.security)).text).toContain(`We sent a link to ${fresh}.`);
    const link = await running.newestLink(fresh);
    const [warning] = await running.mailsTo(person.email);
    expect(warning?.subject).toBe('Your email address may change');
    expect(warning?.text).toContain(fresh);
    expect(linkIn(warning)).toContain('/account/lockdown/');

    expect((await visitor.get(link)).text).toContain(`from ${person.email} to ${fresh}`);
    expect(await addresses()).toContain(person.email);
    expect((await visitor.postForm(link)).headers.location).toBe(paths.security);
    expect((await visitor.get(paths.security)).text).toContain(`Your email address is ${fresh}.`);
    expect(await addresses()).toEqual([fresh, other.email]);
    const subject = 'Your email address was changed';
    expect(await subjectsTo(fresh)).toEqual(['Confirm your new email address', subject]);
    expect(await subjectsTo(person.email)).toEqual(['Your email address may change', subject]);
    expect((await createVisitor(running).signIn({ email: fresh, password: person.password })).status).toBe(
      303,
    );
    expect((await visitor.postForm(link)).status).toBe(410);
  });

  it('is not confirmed anywhere else, where the page says where to open the link, which goes on working', async () => {
    await visitor.postForm(paths.email, { email: fresh });
    const link = await confirmLink(fresh);
    const [guest, again, stranger] = [createVisitor(running), createVisitor(running), createVisitor(running)];
    await again.signIn();
    await stranger.signIn(other);
    for (const elsewhere of [guest, again, stranger]) {
      const page = await elsewhere.get(link);
      const refused = await elsewhere.postForm(link);
      expect([page.status, refused.status]).toEqual([200, 409]);
      for (const { text } of [page, refused]) {
        expect(text).toContain('Open this link in the other browser');
        expect(text).not.toContain(fresh);
        expect(text).not.toContain('action="/settings/email/confirm');
      }
      expect(refused.headers['set-cookie']).toBeUndefined();
    }
    expect(await addresses()).toEqual([person.email, other.email].sort());
    expect((await visitor.postForm(link)).headers.location).toBe(paths.security);
    expect(await addresses()).toContain(fresh);
  });

  it('is not confirmed in a later sign-in of the same browser', async () => {
    await visitor.postForm(paths.email, { email: fresh });
    const link = await confirmLink(fresh);
    await visitor.signOut();
    await visitor.signIn();
    expect((await visitor.postForm(link)).status).toBe(409);
    expect(await addresses()).toContain(person.email);
  });

  it('[ASVS 6.3.8] answers alike whether the new address has an account; only its owner is told', async () => {
    // What is shown on the first page after sign-in alone.
    await visitor.get(paths.security);
    const free = await visitor.postForm(paths.email, { email: 'nobody@example.com' });
    const first = await visitor.get(paths.security);
    const taken = await visitor.postForm(paths.email, { email: other.email });
    const second = await visitor.get(paths.security);
    expect([taken.status, taken.headers.location]).toEqual([free.status, free.headers.location]);
    expect(second.text.replace(other.email, 'nobody@example.com')).toBe(first.text);
    const [letter] = await running.mailsTo(other.email);
    expect(letter?.subject).toBe('This address already has an account');
    expect(letter?.text).not.toContain('/settings/email/confirm/');
  });

  it('has a link that does nothing once somebody else has the address', async () => {
    await visitor.postForm(paths.email, { email: fresh });
    const link = await confirmLink(fresh);
    const newcomer = await running.createAccount(fresh, 'a-third-party-altogether');
    try {
      expect((await visitor.postForm(link)).status).toBe(410);
      expect(await addresses()).toEqual([person.email, fresh, other.email].sort());
    } finally {
      await running.database.db('users').where({ id: newcomer.id }).delete();
    }
  });

  it('has a link that dies with the address it was asked from', async () => {
    await visitor.postForm(paths.email, { email: fresh });
    const first = await confirmLink(fresh);
    await changesTo('second@example.org');
    expect((await visitor.postForm(first)).status).toBe(410);
    expect(await addresses()).toContain('second@example.org');
  });

  it('is refused with the form and what was typed when it was asked for too often', async () => {
    const ask = () => visitor.postForm(paths.email, { email: fresh });
    for (let time = 0; time < limits.lettersOfAsker.points; time++) expect((await ask()).status).toBe(303);
    const refused = await ask();
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '900']);
    expect(refused.text).toContain(`value="${fresh}"`);
    expect(refused.text).toContain('Too many links were asked for. Try again in 15 minutes');
    expect((await visitor.postForm(await confirmLink(fresh))).status).toBe(303);
  });

  it('[ASVS 7.5.1] needs a recent proof, and what was typed is there afterwards', async () => {
    await ageProofs(running, 601);
    const asked = await visitor.postForm(paths.email, { email: fresh });
    expect(asked.headers.location).toBe('/reauth?return_to=%2Fsettings%2Femail');
    await visitor.postForm(paths.reauth, { password: person.password, return_to: paths.email });
    expect((await visitor.get(paths.email)).text).toContain(`value="${fresh}"`);
    expect(await running.mailsTo(fresh)).toEqual([]);
  });

  it('is refused when it is none, or cannot be, and the page says why beside what was typed', async () => {
    for (const [email = '', sentence = ''] of [
      ['', 'Enter an email address'],
      ['no-address', 'Enter an email address'],
      [person.email, 'This is already your address.'],
      [person.email.toUpperCase(), 'This is already your address.'],
      ['"><img src=x>@example.com', 'Enter an email address'],
      ['x@example.com\r\nBcc: y@example.com', 'Enter an email address'],
      ['x@exa\u0000mple.com', 'Enter an email address'],
      ['x'.repeat(2_000), 'Enter an email address'],
    ]) {
      const refused = await visitor.postForm(paths.email, { email });
      expect(refused.status, email).toBeOneOf([400, 422]);
      if (refused.status === 422) expect(refused.text, email).toContain(sentence);
      expect(refused.text).not.toContain('<img');
    }
    expect(await running.database.db('outbox').select()).toEqual([]);
  });
});

describe('"This wasn’t me"', () => {
  it('takes an address back, signs everybody out, ends the password and mails a link', async () => {
    await changesTo(fresh);
    const link = await lockdownLink(person.email);
    const owner = createVisitor(running);
    const question = await owner.get(link);
    expect(question.text).toContain(`The email address is ${person.email} again.`);
    expect((await visitor.get(paths.dashboard)).status).toBe(200);

    const secured = await owner.postForm(link);
    expect([secured.status, secured.text.includes('Your account is secured')]).toEqual([200, true]);
    expect(await addresses()).toContain(person.email);
    expect((await visitor.get(paths.dashboard)).status).toBe(303);
    expect((await createVisitor(running).signIn()).status).toBe(422);
    expect((await createVisitor(running).signIn({ email: fresh, password: person.password })).status).toBe(
      422,
    );

    // Whoever has the replaced address is told, and can take nothing back.
    const reset = await resetLink();
    const told = (await running.mailsTo(fresh)).at(-1);
    expect(told?.subject).toBe('Your account was secured');
    expect(told?.text).not.toContain('/account/lockdown/');
    expect((await owner.postForm(reset, { password: person.password })).headers.location).toBe(
      paths.dashboard,
    );
    expect((await owner.postForm(link)).status).toBe(410);
  });

  it('is not answered by whoever had changed the address twice: later links are worth nothing then', async () => {
    const [mine, thieves] = ['thief@example.org', 'other.thief@example.org'];
    await changesTo(mine);
    const owners = await lockdownLink(person.email);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await changesTo(thieves);
    const later = await lockdownLink(mine);
    expect((await createVisitor(running).get(later)).text).toContain(`The email address is ${mine} again.`);

    expect((await createVisitor(running).postForm(owners)).status).toBe(200);
    expect(await addresses()).toContain(person.email);
    expect((await createVisitor(running).postForm(later)).status).toBe(410);
    expect(await addresses()).toContain(person.email);
  });

  it('leads into the account also where its address has another account by now, and confirms no address then', async () => {
    const { db } = running.database;
    await changesTo(fresh);
    const link = await lockdownLink(person.email);
    const { id } = await db('users').where({ email: fresh }).first('id');
    const second = await running.createAccount(person.email, 'opened-by-the-owner-again');
    try {
      expect((await createVisitor(running).postForm(link)).status).toBe(200);
      expect(await addresses()).toEqual([person.email, `${id}@secured.invalid`, other.email].sort());
      const owner = createVisitor(running);
      const reset = await resetLink();
      expect((await owner.postForm(reset, { password: 'taken-back-by-mail-alone' })).status).toBe(303);
      expect((await owner.get(paths.security)).text).toContain('secured.invalid');
      const account = await db('users').where({ id }).first('email', 'email_verified_at');
      expect(account).toEqual({ email: `${id}@secured.invalid`, email_verified_at: null });
    } finally {
      await db('users').where({ id: second.id }).delete();
    }
  });

  it('leaves no passkey behind that was added after the change, and keeps those from before', async () => {
    const before = (await visitor.createPasskey()).body.passkey.id;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await changesTo(fresh);
    const link = await lockdownLink(person.email);
    const thief = createVisitor(running);
    await thief.signIn({ email: fresh, password: person.password });
    expect((await thief.createPasskey()).status).toBe(200);
    await createVisitor(running).postForm(link);
    expect((await thief.signInWithPasskey()).status).toBeOneOf([401, 404]);
    expect(await running.database.db('passkey_api_credentials').pluck('id')).toEqual([before]);
    await running.database.db('passkey_api_credentials').delete();
    await running.database.db('passkey_records').delete();
  });

  it('comes to its owner even when whoever changed the address twice was quicker', async () => {
    const [mine, thieves] = ['thief@example.org', 'other.thief@example.org'];
    await changesTo(mine);
    const owners = await lockdownLink(person.email);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await changesTo(thieves);
    const later = await lockdownLink(mine);
    expect((await createVisitor(running).postForm(later)).status).toBe(200);
    expect((await createVisitor(running).postForm(owners)).status).toBe(200);
    expect(await addresses()).toContain(person.email);
  });

  it('takes back a passkey that was added, also while the passkey service does not answer', async () => {
    const added = await visitor.createPasskey();
    expect(added.status).toBe(200);
    const link = await lockdownLink(person.email);
    const { db } = running.database;
    await db.schema.renameTable('passkey_api_credentials', 'away');
    try {
      const secured = await createVisitor(running).postForm(link);
      expect([secured.status, secured.text.includes('Passkeys added after ')]).toEqual([200, true]);
    } finally {
      await db.schema.renameTable('away', 'passkey_api_credentials');
    }
    expect((await visitor.signInWithPasskey()).body.code).toBe('credential_unknown');
    expect(await db('passkey_api_credentials').select()).toHaveLength(1);
    await db('pending_deletions').update({ next_try_at: new Date().toISOString() });
    await running.app.sweep();
    expect(await db('passkey_api_credentials').select()).toEqual([]);
    expect(await db('pending_deletions').whereNull('done_at').select()).toEqual([]);
  });

  it('is in the mail about a sign-in on a new device, but not about the first one and not about a known one', async () => {
    await running.database.db('activity').delete();
    const known = createVisitor(running);
    await known.signIn();
    await known.signOut();
    await known.signIn();
    expect(await running.mailsTo(person.email)).toEqual([]);
    await createVisitor(running).signIn();
    const [letter] = await running.mailsTo(person.email);
    expect(letter?.subject).toBe('New sign-in to your account');
    expect(linkIn(letter)).toContain('/account/lockdown/');
  });
});
