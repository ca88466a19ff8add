/**
 * "This wasn't me", step by step: what each letter knows, and what using it takes back. Each story was once the way in
 * for a thief.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountEvent } from '../../src/event-words.ts';
import type { Letter } from '../../src/letters/letter.ts';
import { paths } from '../../src/paths.ts';
import { actingIn } from '../support/acting.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { rememberSeats, signedIn } from '../support/seated.ts';
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
let thief: Visitor;
let again: () => Promise<[Visitor]>;
beforeAll(async () => {
  ({ id } = await running.createAccount(home, password));
  // Of the first sign-in of an account nobody is told.
  await signedIn(running, stranger(), { email: home });
  thief = stranger();
  expect((await thief.signIn({ email: home, password })).status).toBe(303);
  again = await rememberSeats(running, thief);
});
beforeEach(async () => {
  [thief] = await again();
  running.mail.clear();
});

const account = () => running.database.db('users').where({ id }).first();
const stranger = () => createVisitor(running, createAuthenticator());

/** What waits to be mailed to an address, oldest first. */
async function lettersTo(email: string): Promise<Letter[]> {
  const letters = await running.database.db('outbox').orderBy('created_at').pluck('letter');
  return letters.map((letter) => JSON.parse(letter)).filter(({ to }) => to === email);
}

/** The path of the "This wasn't me" link in the newest letter to an address about an event. */
async function lockdownIn(email: string, event: AccountEvent): Promise<string> {
  const about = (letter: Letter) => letter.kind === 'news' && letter.event === event;
  return paths.lockdown(await actingIn(running).secretOf((await lettersTo(email)).findLast(about)));
}

/** The thief asks for another address. @returns the path of the link that is mailed there */
async function asksFor(email: string): Promise<string> {
  await thief.postForm(paths.email, { email });
  return paths.confirmEmail(await actingIn(running).newestSecret('change-email', email));
}
async function changesAddress(email: string): Promise<void> {
  expect((await thief.postForm(await asksFor(email))).headers.location).toBe(paths.security);
}

describe('the letter about the sign-in of a thief who then changes the address', () => {
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

  it('that is delivered after the account was secured has no link of its own', async () => {
    const early = await lockdownIn(home, 'sign_in');
    await thief.postForm(paths.email, { email: away });
    await stranger().postForm(early);
    const late = await running.mailsTo(away);
    expect(late.map(({ subject }) => subject)).not.toContain('Confirm your new email address');
  });
});
