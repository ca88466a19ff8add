/**
 * "This wasn't me", step by step: what each letter knows, and what using it takes back. Each story was once the way in
 * for a thief.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountEvent } from '../../src/event-words.ts';
import type { Letter } from '../../src/letters/letter.ts';
import { paths } from '../../src/paths.ts';
import { shortNameOf } from '../../src/web/passkeys/review-passkeys-page.ts';
import { actingIn, place } from '../support/acting.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { reviewPasskeys } from '../support/review.ts';
import { owningPasskey, rememberSeats, signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: MailedApp;
beforeAll(async () => {
  running = await startMailedApp();
});
afterAll(() => running.close());

const password = 'known-to-two-people-now';
let id: string;
/** The owner's address, and what the thief turns it into. */
const home = 'home@example.com';
const away = 'away@example.com';
let owner: Visitor;
let thief: Visitor;
let again: () => Promise<[Visitor, Visitor]>;
beforeAll(async () => {
  ({ id } = await running.createAccount(home, password));
  owner = stranger();
  await signedIn(running, owner, { email: home });
  thief = stranger();
  expect((await thief.signIn({ email: home, password })).status).toBe(303);
  again = await rememberSeats(running, owner, thief);
});
beforeEach(async () => {
  [owner, thief] = await again();
  running.mail.clear();
});

const account = () => running.database.db('users').where({ id }).first();
const stranger = () => createVisitor(running, createAuthenticator());

/** What waits to be mailed to an address, oldest first. */
async function lettersTo(email: string): Promise<Letter[]> {
  const letters = await running.database.db('outbox').orderBy('created_at').pluck('letter');
  return letters.map((letter) => JSON.parse(letter)).filter(({ to }) => to === email);
}
const kindsTo = async (email: string) => (await lettersTo(email)).map(({ kind }) => kind);

/** The path of the "This wasn't me" link in the newest letter to an address about an event. */
async function lockdownIn(email: string, event: AccountEvent): Promise<string> {
  const about = (letter: Letter) => letter.kind === 'news' && letter.event === event;
  return paths.lockdown(await actingIn(running).secretOf((await lettersTo(email)).findLast(about)));
}
const resetLink = async () =>
  paths.resetPassword(await actingIn(running).newestSecret('reset-password', home));

/** The thief asks for another address. @returns the path of the link that is mailed there */
async function asksFor(email: string): Promise<string> {
  await thief.postForm(paths.email, { email });
  return paths.confirmEmail(await actingIn(running).newestSecret('change-email', email));
}
async function changesAddress(email: string): Promise<void> {
  expect((await thief.postForm(await asksFor(email))).headers.location).toBe(paths.security);
}

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('the letter about the sign-in of a thief who then changes the address', () => {
  it('brings the address of then back, and the reset goes there', async () => {
    const early = await lockdownIn(home, 'sign_in');
    await changesAddress(away);
    expect((await stranger().postForm(early)).status).toBe(200);
    expect((await account()).email).toBe(home);
    expect(await kindsTo(home)).toContain('reset-password');
    expect(await kindsTo(away)).not.toContain('reset-password');
  });

  it('stays worth as much when the thief changes the address to and fro', async () => {
    const early = await lockdownIn(home, 'sign_in');
    await changesAddress(away);
    const told = await lockdownIn(home, 'email_changed');
    await changesAddress(`far-${away}`);
    await changesAddress(away);
    for (const link of [early, told]) expect((await stranger().get(link)).status).toBe(200);
    expect((await stranger().postForm(early)).status).toBe(200);
    expect((await account()).email).toBe(home);
  });

  it('makes the letter to the new address worth nothing', async () => {
    const early = await lockdownIn(home, 'sign_in');
    await changesAddress(away);
    const theirs = await lockdownIn(away, 'email_changed');
    await stranger().postForm(early);
    const back = stranger();
    await back.postForm(await resetLink(), { way: 'passkey' });
    expect((await stranger().postForm(theirs)).status).toBe(410);
    expect((await back.get(paths.security)).status).toBe(200);
  });

  it('is worth as much after the letter about the change was used, and leads to the earlier state', async () => {
    const early = await lockdownIn(home, 'sign_in');
    await thief.createPasskey();
    await changesAddress(away);
    const later = await lockdownIn(home, 'email_changed');
    expect((await stranger().postForm(later)).status).toBe(200);
    expect((await account()).email).toBe(home);
    expect((await stranger().postForm(early)).status).toBe(200);
    expect((await thief.signInWithPasskey()).status).not.toBe(200);
  });

  it.each(['old', 'new'])('to the %s address makes that to the other one worth nothing', async (used) => {
    await changesAddress(away);
    const [one, other] = used === 'old' ? [home, away] : [away, home];
    const link = await lockdownIn(one, 'email_changed');
    const ofOther = await lockdownIn(other, 'email_changed');
    expect((await stranger().postForm(link)).status).toBe(200);
    expect((await account()).email).toBe(home);
    expect((await stranger().postForm(ofOther)).status).toBe(410);
  });
});

describe('a passkey that came after the letter', () => {
  it('opens nothing any more, and sets no password', async () => {
    const early = await lockdownIn(home, 'sign_in');
    await thief.createPasskey();
    await stranger().postForm(early);
    expect((await thief.signInWithPasskey()).status).toBe(404);
    expect(
      (await thief.postForm(paths.password, { password: 'chosen-by-the-thief-1' })).headers.location,
    ).toMatch(/^\/login/);
  });
});

describe('a passkey that the owner had before', () => {
  it('waits until they have looked at it, and then opens the account again', async () => {
    const own = await owningPasskey(running, owner, { email: home });
    // On a device of its own: of one that was told about today no other letter comes.
    const late = stranger();
    await late.signIn({ email: home, password }).set('User-Agent', firefox);
    await stranger().postForm(await lockdownIn(home, 'sign_in'));
    const refused = await owner.signInWithPasskey();
    expect([refused.status, refused.body.title]).toEqual([
      403,
      'This account was secured. Sign in with the link that we emailed you, or with your new password, and review your passkeys first.',
    ]);
    const back = stranger();
    const saved = await back.postForm(await resetLink(), { password: 'known-to-one-person-again' });
    expect(saved.headers.location).toBe(paths.reviewPasskeys);
    expect((await back.get(paths.reviewPasskeys)).text).toContain(`value="${shortNameOf(own)}"`);
    await reviewPasskeys(back);
    expect((await owner.signInWithPasskey()).status).toBe(200);
  });

  it('goes, with the sessions that it opened, when they do not know it', async () => {
    const unknown = await owningPasskey(running, thief, { email: home });
    const other = stranger();
    await running.app.operations.requestReset(home, place);
    await other.postForm(await resetLink(), { way: 'passkey' });
    expect((await thief.signInWithPasskey()).status).toBe(200);
    expect((await reviewPasskeys(other, [unknown])).headers.location).toBe(paths.dashboard);
    expect((await thief.get(paths.dashboard)).status).toBe(303);
    expect((await thief.signInWithPasskey()).status).toBe(404);
  });
});

describe('a letter', () => {
  it('goes to the address at the moment of the act, however late it is delivered', async () => {
    const confirm = await asksFor(away);
    await thief.createPasskey();
    expect((await thief.postForm(confirm)).headers.location).toBe(paths.security);
    const subjectsTo = async (email: string) => (await running.mailsTo(email)).map(({ subject }) => subject);
    expect(await subjectsTo(home)).toContain('A passkey was added');
    expect(await subjectsTo(away)).not.toContain('A passkey was added');
  });

  it('tells the old address when a change is asked for, with the way to stop it', async () => {
    const confirm = await asksFor(away);
    const stop = await lockdownIn(home, 'email_change_requested');
    expect((await stranger().postForm(stop)).status).toBe(200);
    expect((await thief.postForm(confirm)).status).toBe(410);
    expect((await account()).email).toBe(home);
  });

  it('that is delivered after the account was secured has no link of its own', async () => {
    const early = await lockdownIn(home, 'sign_in');
    await thief.postForm(paths.email, { email: away });
    await stranger().postForm(early);
    const late = await running.mailsTo(away);
    expect(late.map(({ subject }) => subject)).not.toContain('Confirm your new email address');
  });
});

describe('a link that changes the address', () => {
  const enders: [string, () => Promise<unknown>][] = [
    [
      'the password is changed',
      () => owner.postForm(paths.password, { password: 'changed-by-its-owner-now' }),
    ],
    ['all other sessions are ended', () => owner.postForm(paths.endOtherSessions)],
    [
      'the password is reset',
      async () => {
        await running.app.operations.requestReset(home, place);
        return stranger().postForm(await resetLink(), { password: 'changed-by-its-owner-now' });
      },
    ],
  ];
  it.each(enders)('is worth nothing once %s', async (_, end) => {
    const confirm = await asksFor(away);
    await end();
    for (const who of [thief, owner, stranger()]) expect((await who.postForm(confirm)).status).toBe(410);
    expect((await account()).email).toBe(home);
  });

  it('works only in the session that asked, and says so everywhere else', async () => {
    const confirm = await asksFor(away);
    for (const who of [owner, stranger()]) {
      const page = await who.get(confirm);
      expect([page.status, page.text.includes('Open this link in the other browser')]).toEqual([200, true]);
      expect((await who.postForm(confirm)).status).toBe(409);
    }
    expect((await account()).email).toBe(home);
    expect((await thief.postForm(confirm)).headers.location).toBe(paths.security);
  });
});

describe('somebody who changes their own account to the address of another', () => {
  it('does not get them to confirm it: nothing of theirs is attached to the account', async () => {
    const confirm = await asksFor(away);
    const victim = stranger();
    expect((await victim.postForm(confirm)).status).toBe(409);
    await victim.postForm(paths.forgotPassword, { email: away });
    expect(await kindsTo(away)).not.toContain('reset-password');
  });
});
