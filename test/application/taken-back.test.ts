/**
 * "This wasn't me", step by step: what each letter knows, and what using it takes back. Each story was once the way in
 * for a thief.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { shortNameOf } from '../../src/web/passkeys/review-passkeys-page.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { linkIn } from '../support/mail-server.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { reviewPasskeys } from '../support/review.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: MailedApp;
beforeAll(async () => {
  running = await startMailedApp();
});
afterAll(() => running.close());

const password = 'known-to-two-people-now';
let people = 0;
let id: string;
/** The owner's address, and what the thief turns it into. */
let home: string;
let away: string;
let owner: Visitor;
let thief: Visitor;
beforeEach(async () => {
  home = `home-${++people}@example.com`;
  away = `away-${people}@example.com`;
  ({ id } = await running.createAccount(home, password));
  owner = createVisitor(running, createAuthenticator());
  await owner.signIn({ email: home, password });
  thief = createVisitor(running, createAuthenticator());
  expect((await thief.signIn({ email: home, password })).status).toBe(303);
});

const account = () => running.database.db('users').where({ id }).first();
const stranger = () => createVisitor(running, createAuthenticator());

/** The path of the "This wasn't me" link in the newest letter to an address whose subject is this. */
async function lockdownIn(email: string, subject: string): Promise<string> {
  const letter = (await running.mailsTo(email)).findLast((mail) => mail.subject === subject);
  return linkIn(letter);
}
const subjectsTo = async (email: string) => (await running.mailsTo(email)).map(({ subject }) => subject);

async function changesAddress(who: Visitor, email: string): Promise<void> {
  await who.postForm(paths.email, { email });
  const letter = (await running.mailsTo(email)).findLast(({ subject }) =>
    subject?.startsWith('Confirm your new'),
  );
  expect((await who.postForm(linkIn(letter))).headers.location).toBe(paths.security);
}

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const signInLetter = 'New sign-in to your account';
const changedLetter = 'Your email address was changed';

describe('the letter about the sign-in of a thief who then changes the address', () => {
  it('brings the address of then back, and the reset goes there', async () => {
    const early = await lockdownIn(home, signInLetter);
    await changesAddress(thief, away);
    expect((await stranger().postForm(early)).status).toBe(200);
    expect((await account()).email).toBe(home);
    expect(await subjectsTo(home)).toContain('Reset your password');
    expect(await subjectsTo(away)).not.toContain('Reset your password');
  });

  it('stays worth as much when the thief changes the address to and fro', async () => {
    const early = await lockdownIn(home, signInLetter);
    await changesAddress(thief, away);
    const told = await lockdownIn(home, changedLetter);
    await changesAddress(thief, `far-${away}`);
    await changesAddress(thief, away);
    for (const link of [early, told]) expect((await stranger().get(link)).status).toBe(200);
    expect((await stranger().postForm(early)).status).toBe(200);
    expect((await account()).email).toBe(home);
  });

  it('makes the letter to the new address worth nothing', async () => {
    const early = await lockdownIn(home, signInLetter);
    await changesAddress(thief, away);
    const theirs = await lockdownIn(away, changedLetter);
    await stranger().postForm(early);
    const [link] = (await running.mailsTo(home))
      .filter(({ subject }) => subject === 'Reset your password')
      .map(linkIn);
    const back = stranger();
    await back.postForm(link as string, { password: 'known-to-one-person-again' });
    expect((await stranger().postForm(theirs)).status).toBe(410);
    expect((await back.get(paths.security)).status).toBe(200);
  });

  it('is worth as much after the letter about the change was used, and leads to the earlier state', async () => {
    const early = await lockdownIn(home, signInLetter);
    await thief.createPasskey();
    await changesAddress(thief, away);
    const later = await lockdownIn(home, changedLetter);
    expect((await stranger().postForm(later)).status).toBe(200);
    expect((await account()).email).toBe(home);
    expect((await stranger().postForm(early)).status).toBe(200);
    expect((await thief.signInWithPasskey()).status).not.toBe(200);
  });

  it.each(['old', 'new'])('to the %s address makes that to the other one worth nothing', async (used) => {
    await changesAddress(thief, away);
    const [one, other] = used === 'old' ? [home, away] : [away, home];
    const link = await lockdownIn(one, changedLetter);
    const ofOther = await lockdownIn(other, changedLetter);
    expect((await stranger().postForm(link)).status).toBe(200);
    expect((await account()).email).toBe(home);
    expect((await stranger().postForm(ofOther)).status).toBe(410);
  });
});

describe('a passkey that came after the letter', () => {
  it('opens nothing any more, and sets no password', async () => {
    const early = await lockdownIn(home, signInLetter);
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
    const { id: own } = (await owner.createPasskey()).body.passkey;
    // On a device of its own: of one that was told about today no other letter comes.
    const late = stranger();
    await late.signIn({ email: home, password }).set('User-Agent', firefox);
    await stranger().postForm(await lockdownIn(home, signInLetter));
    const refused = await owner.signInWithPasskey();
    expect([refused.status, refused.body.title]).toEqual([
      403,
      'This account was secured. Sign in with the link that we emailed you, or with your new password, and review your passkeys first.',
    ]);
    const back = stranger();
    const link = linkIn((await running.mailsTo(home)).at(-1));
    expect((await back.postForm(link, { password: 'known-to-one-person-again' })).headers.location).toBe(
      paths.reviewPasskeys,
    );
    expect((await back.get(paths.reviewPasskeys)).text).toContain(`value="${shortNameOf(own)}"`);
    await reviewPasskeys(back);
    expect((await owner.signInWithPasskey()).status).toBe(200);
  });

  it('goes, with the sessions that it opened, when they do not know it', async () => {
    const { id: unknown } = (await thief.createPasskey()).body.passkey;
    const other = stranger();
    await other.postForm(paths.forgotPassword, { email: home });
    const link = linkIn((await running.mailsTo(home)).at(-1));
    await other.postForm(link, { password: 'known-to-one-person-again' });
    expect((await thief.signInWithPasskey()).status).toBe(200);
    expect((await reviewPasskeys(other, [unknown])).headers.location).toBe(paths.dashboard);
    expect((await thief.get(paths.dashboard)).status).toBe(303);
    expect((await thief.signInWithPasskey()).status).toBe(404);
  });
});

describe('a letter', () => {
  it('goes to the address at the moment of the act, however late it is delivered', async () => {
    await thief.postForm(paths.email, { email: away });
    const confirm = linkIn((await running.mailsTo(away)).at(-1));
    await thief.createPasskey();
    expect((await thief.postForm(confirm)).headers.location).toBe(paths.security);
    expect(await subjectsTo(home)).toContain('A passkey was added');
    expect(await subjectsTo(away)).not.toContain('A passkey was added');
  });

  it('tells the old address when a change is asked for, with the way to stop it', async () => {
    await thief.postForm(paths.email, { email: away });
    const confirm = linkIn((await running.mailsTo(away)).at(-1));
    const stop = await lockdownIn(home, 'Your email address may change');
    expect((await stranger().postForm(stop)).status).toBe(200);
    expect((await thief.postForm(confirm)).status).toBe(410);
    expect((await account()).email).toBe(home);
  });

  it('that is delivered after the account was secured has no link of its own', async () => {
    const early = await lockdownIn(home, signInLetter);
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
        const other = stranger();
        await other.postForm(paths.forgotPassword, { email: home });
        const link = linkIn((await running.mailsTo(home)).at(-1));
        return other.postForm(link, { password: 'changed-by-its-owner-now' });
      },
    ],
  ];
  it.each(enders)('is worth nothing once %s', async (_, end) => {
    await thief.postForm(paths.email, { email: away });
    const confirm = linkIn((await running.mailsTo(away)).at(-1));
    await end();
    for (const who of [thief, owner, stranger()]) expect((await who.postForm(confirm)).status).toBe(410);
    expect((await account()).email).toBe(home);
  });

  it('works only in the session that asked, and says so everywhere else', async () => {
    await thief.postForm(paths.email, { email: away });
    const confirm = linkIn((await running.mailsTo(away)).at(-1));
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
    await thief.postForm(paths.email, { email: away });
    const victim = stranger();
    const confirm = linkIn((await running.mailsTo(away)).at(-1));
    expect((await victim.postForm(confirm)).status).toBe(409);
    await victim.postForm(paths.forgotPassword, { email: away });
    expect(await subjectsTo(away)).not.toContain('Reset your password');
  });
});
