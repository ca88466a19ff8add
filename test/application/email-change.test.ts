import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { actingIn } from '../support/acting.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person } from '../support/app.ts';
import { eventsOf } from '../support/log.ts';
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

  it('is refused with the form and what was typed when it was asked for too often', async () => {
    const ask = () => visitor.postForm(paths.email, { email: fresh });
    for (let time = 0; time < limits.lettersOfAsker.points; time++) expect((await ask()).status).toBe(303);
    const refused = await ask();
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '900']);
    expect(refused.text).toContain(`value="${fresh}"`);
    expect(refused.text).toContain('Too many links were asked for. Try again in 15 minutes');
    const told = { reason: 'letters of change-email', user: expect.any(String) };
    expect(eventsOf(running, 'rate_limited').at(-1)).toMatchObject(told);
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
    const none = 'Enter an email address';
    for (const [email, sentence, shown] of [
      ['no-address', none, 'no-address'],
      [person.email.toUpperCase(), 'This is already your address.', person.email.toUpperCase()],
      ['"><img src=x>@example.com', none, '&quot;&gt;&lt;img src=x&gt;@example.com'],
      ['x@example.com\r\nBcc: y@example.com', none, 'x@example.com\r\nBcc: y@example.com'],
      // Too long to be read at all.
      ['x'.repeat(2_000), none, ''],
    ] as const) {
      const refused = await visitor.postForm(paths.email, { email });
      expect(refused.status, email).toBe(422);
      expect(refused.text, email).toContain(sentence);
      expect(/<input id="email"[^>]* value="([^"]*)"/.exec(refused.text)?.[1]).toBe(shown);
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
