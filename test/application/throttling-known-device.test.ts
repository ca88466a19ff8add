/** A hundred wrong passwords in a row: from then on a browser must be known, and one letter makes it so. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { paths } from '../../src/paths.ts';
import { actingIn, place } from '../support/acting.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { type Answer, cookiesOf, formType, rowCounts, send } from '../support/request.ts';
import { owningPasskey } from '../support/seated.ts';
import {
  behindProxy,
  createAttempts,
  guesser,
  pass,
  type SignInAttempts,
  setFailures,
} from '../support/sign-in-attempts.ts';
import { createVisitor } from '../support/visitor.ts';

const nobody = 'bob@example.com';
const home = '192.0.2.77';
const tables = ['rate_limits', 'outbox', 'account_tokens', 'sessions', 'activity'];

let running: MailedApp;
let second: TestApp;
let attempt: SignInAttempts['attempt'];
let failHundred: SignInAttempts['failHundred'];
beforeAll(async () => {
  running = await startMailedApp({ env: behindProxy });
  const db = openDatabase(running.database.url, '/');
  const database = { ...running.database, db };
  // One address, whichever of them a browser reaches.
  const env = { ...behindProxy, SMTP_URL: running.mail.url, ORIGIN: running.origin };
  second = await startApp({ env, database });
  ({ attempt, failHundred } = createAttempts(running));
  return async () => {
    await second.close();
    await db.destroy();
  };
});
afterAll(() => running.close());
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const table of tables) await running.database.db(table).delete();
  running.mail.clear();
});
afterEach(() => vi.useRealTimers());

const post = (path: string, fields: Record<string, string>, from = home, cookie = '') =>
  send(running, path, {
    method: 'POST',
    headers: { ...formType, 'X-Forwarded-For': from, Cookie: cookie },
    body: new URLSearchParams(fields).toString(),
  });
const askForLetter = (from = home, email: string = person.email) => post(paths.knownDevice, { email }, from);
/** The same without the web, where it is not the subject. */
const ask = (address = home) =>
  running.app.operations.requestKnownDevice(person.email, { ...place, address });
/** The links that wait to be mailed, oldest first. */
const links = async () =>
  (await actingIn(running).secretsMailed('known-device', [person.email])).map(paths.useKnownDevice);
async function newestLink(from = home): Promise<string> {
  await ask(from);
  const link = (await links()).at(-1);
  if (!link) throw new Error('no link waits to be mailed');
  return link;
}
/** Presses the button behind a link. @returns the cookies that the browser has then */
async function use(link: string, from = home): Promise<string> {
  const answer = await post(link, {}, from);
  expect([answer.status, answer.headers.location]).toEqual([303, '/login?browser=known']);
  return cookiesOf(answer);
}
const told = ({ status, headers, text }: Answer, email: string) => {
  const { date: _, ...rest } = headers;
  return { status, headers: rest, text: text.replaceAll(email, 'EMAIL') };
};

describe('[ASVS 6.3.1] a hundred wrong passwords in a row', () => {
  it('leave an unknown browser the letter alone, in every process, and say so with what was typed', async () => {
    await failHundred();
    for (const app of [running, second]) {
      const { status, wait, text } = await attempt({ ...person, from: home, app });
      expect([status, wait]).toEqual([429, undefined]);
      expect(text).toContain('For now, its password works only in browsers that have signed in before.');
      expect(text).toContain(`type="hidden" name="email" value="${person.email}"`);
      expect(text).toContain('Email me a link');
      expect(text).not.toContain(person.password);
    }
    pass(24 * 3_600);
    expect((await attempt({ ...person, from: home })).status).toBe(429);
  });

  it('[ASVS 6.3.8] look alike for an address that nobody has, the letter included', async () => {
    expect(nobody).toHaveLength(person.email.length);
    await failHundred();
    await failHundred({ email: nobody });
    await setFailures(running, 100, 'sign-in-row');
    for (const time of [1, 2]) {
      const known = await attempt({ from: `192.0.2.${time}` });
      const unknown = await attempt({ from: `192.0.2.${time + 10}`, email: nobody });
      expect(told(unknown, nobody)).toEqual(told(known, person.email));
      expect(known.status).toBe(429);
    }
    const before = await rowCounts(running);
    const letters = [await askForLetter('192.0.2.1'), await askForLetter('192.0.2.2', nobody)];
    expect(told(letters[1] as Answer, nobody)).toEqual(told(letters[0] as Answer, person.email));
    const { account_tokens, outbox } = await rowCounts(running);
    expect([account_tokens, outbox]).toEqual([Number(before.account_tokens) + 2, Number(before.outbox) + 2]);
    expect(await running.mailsTo(nobody)).toEqual([]);
  });

  it('do not keep out a browser that has signed in before, nor a passkey', async () => {
    const visitor = createVisitor(running);
    await owningPasskey(running, visitor);
    await visitor.signOut();
    const cookie = cookiesOf(await attempt({ ...person, from: home })).replace(/session[^;]*; ?/g, '');
    await failHundred();
    expect((await attempt({ ...person, from: home, cookie })).status).toBe(303);
    await failHundred();
    expect((await visitor.signInWithPasskey()).status).toBe(200);
    // The owner was here, so the row is over.
    expect((await attempt({ ...person, from: home })).status).toBe(303);
  });

  it('do not keep whoever is signed in from proving who they are, whatever their browser remembers', async () => {
    const cookie = cookiesOf(await attempt({ ...person, from: home })).replace(/device[^;]*; ?/g, '');
    await failHundred();
    const { headers } = await post(paths.reauth, { password: person.password }, home, cookie);
    expect(headers.location).toBe(paths.dashboard);
  });
});

describe('[ASVS 6.1.1] the letter that makes a browser known', () => {
  it('lets the owner in with their password at once, and again while strangers go on; its use is told, in the activity and by letter', async () => {
    await failHundred();
    await askForLetter();
    const cookie = await use(await running.newestLink(person.email));
    expect(cookie).not.toContain('session');
    const [entry] = await running.database.db('activity').where({ event: 'device_made_known' });
    expect(entry).toMatchObject({ method: 'email' });
    expect((await running.mailsTo(person.email)).map(({ subject }) => subject)).toEqual([
      'Use your password in another browser',
      'Your password works in another browser',
    ]);
    await attempt();
    const signedIn = await attempt({ ...person, from: home, cookie });
    expect(signedIn.status).toBe(303);
    await failHundred();
    const later = cookiesOf(signedIn).replace(/session[^;]*; ?/g, '');
    expect((await attempt({ ...person, from: home, cookie: later })).status).toBe(303);
  });

  it('lets them in at the address of whoever guesses, who has used up all that it may try and post', async () => {
    await attempt({ from: guesser });
    const link = await newestLink(guesser);
    const db = running.database.db('rate_limits');
    await db.clone().where('key', 'like', 'sign-in-address:%').update({ points: 100 });
    await db.clone().where('key', 'like', 'account-form:%').update({ points: 200 });
    expect((await attempt({ ...person, from: guesser })).status).toBe(429);
    const cookie = await use(link, guesser);
    expect((await attempt({ ...person, from: guesser, cookie })).status).toBe(303);
  });

  it('says what it does and changes nothing when it is looked at, however often; it signs nobody in, opens nothing else, and is good once', async () => {
    const link = await newestLink();
    const before = await rowCounts(running);
    for (let look = 0; look < 2; look++) {
      const { status, text, headers } = await send(running, link);
      expect([status, headers['set-cookie']]).toEqual([200, undefined]);
      expect(text).toContain(`you can sign in as ${person.email} with your password in this browser`);
    }
    expect(await rowCounts(running)).toEqual(before);

    const token = link.split('/').at(-1) ?? '';
    for (const elsewhere of [paths.resetPassword(token), paths.verifyEmail(token), paths.lockdown(token)])
      expect((await post(elsewhere, { password: 'difference-engine-no-2' })).status).toBe(410);
    const cookie = await use(link);
    expect((await send(running, paths.dashboard, { headers: { Cookie: cookie } })).status).toBe(303);
    expect((await attempt({ cookie, from: home })).status).toBe(422);
    expect((await post(link, {})).status).toBe(410);
    expect((await send(running, link)).status).toBe(410);
  });

  it('works for 60 minutes, and in the epoch of the account in which it was asked for', async () => {
    const link = await newestLink();
    pass(60 * 60 - 10);
    expect((await send(running, link)).status).toBe(200);
    pass(20);
    expect((await post(link, {})).status).toBe(410);

    const another = await newestLink();
    await running.database.db('users').increment('epoch', 1);
    const answer = await post(another, {});
    expect([answer.status, answer.headers['set-cookie']]).toEqual([410, undefined]);
  });

  it('makes a device of its epoch: what ends trust in the account ends it', async () => {
    await failHundred();
    const cookie = await use(await newestLink());
    await running.database.db('users').increment('epoch', 1);
    expect((await attempt({ ...person, from: home, cookie })).status).toBe(429);
  });

  it('is asked for with an address, and the form comes back without one', async () => {
    const { status, text } = await post(paths.knownDevice, { email: 'ada at example' });
    expect(status).toBe(422);
    expect(text).toContain('value="ada at example"');
    expect(text).toContain('Enter your email address, such as name@example.com.');
  });
});

describe('[ASVS 6.1.1] letters that strangers ask for', () => {
  it('are ten in a quarter of an hour, and five for each who asks; they let the owner in themselves', async () => {
    await failHundred();
    for (let time = 0; time < 7; time++) await ask('203.0.113.1');
    expect(await links()).toHaveLength(5);
    for (let stranger = 2; stranger < 9; stranger++) await ask(`203.0.113.${stranger}`);
    pass(14 * 60);
    expect((await askForLetter()).headers.location).toBe(paths.knownDeviceSent);
    const mailed = await links();
    expect(mailed).toHaveLength(10);
    const cookie = await use(mailed[3] as string);
    expect((await attempt({ ...person, from: home, cookie })).status).toBe(303);
    pass(60);
    await ask();
    expect((await links()).filter((link) => !mailed.includes(link))).toHaveLength(1);
  });

  it('leave the letters of other kinds: none of them uses up another', async () => {
    const { operations } = running.app;
    const { email } = person;
    for (let stranger = 0; stranger < 11; stranger++) await ask(`203.0.113.${stranger}`);
    await operations.requestReset(email, place);
    await operations.beginSignUp('a browser', { email, passwordHash: null }, place);
    const letters = await running.database.db('outbox').pluck('letter');
    const mailed = letters.map((letter) => JSON.parse(letter).kind);
    const of = (kind: string) => mailed.filter((one) => one === kind).length;
    expect(['known-device', 'account-exists', 'reset-password'].map(of)).toEqual([10, 1, 1]);
  });
});
