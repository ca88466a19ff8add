/**
 * Whether anybody can lock an owner out: npm run benchmark:lockout [-- --rounds N]
 * Somebody guesses at an account, from one address and from two hundred, over HTTP against the real application with a
 * real mail server. Its owner has neither passkey nor known device, honours Retry-After, and gets five tries at their
 * right password, or one letter. The clock is moved, so that pauses of minutes take none. Ends with 1 when the owner is
 * kept out, when more than a hundred passwords in a row are judged, or when an address without an account is answered
 * differently.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { paths } from '../../src/paths.ts';
import { startApp } from '../support/app.ts';
import { linkIn, startMailServer } from '../support/mail-server.ts';
import { readOptions, wholeNumber } from './measuring/options.ts';

const usage = 'npm run benchmark:lockout [-- --rounds N]';
const options = readOptions(usage, { rounds: { type: 'string', default: '3' } });
const rounds = wholeNumber('rounds', options.rounds, usage);
const ownersTries = 5;
const mostInARow = 100;
const right = 'analytical-engine-1843';
const wrong = 'never-anybodys-password';
const home = '192.0.2.1';
const minutes = 60;

const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-benchmark-'));
const url = `sqlite:${path.join(directory, 'app.sqlite')}`;
const db = openDatabase(url, '/');
await migrate(db);
const mail = await startMailServer();
const env = {
  SECRET_KEYS: randomBytes(32).toString('base64url'),
  SMTP_URL: mail.url,
  TRUST_PROXY: '127.0.0.1',
  LOG_LEVEL: 'silent',
};
const running = await startApp({ database: { url, db, drop: () => db.destroy() }, env });
mock.timers.enable({ apis: ['Date'], now: Date.now() });

type Outcome = { judged: number; refused: number; way: string; isIn: boolean };
/** Where the n-th try comes from, and how long whoever guesses waits after it. */
type Attack = { name: string; from: (n: number) => string; tries: number; waits: 'never' | 'as told' };

const botnet = (n: number) => `198.51.100.${n % 200}`;
const attacks: Attack[] = [
  { name: 'one address, in a hurry', from: () => '203.0.113.1', tries: 400, waits: 'never' },
  { name: 'one address, patient', from: () => '203.0.113.1', tries: 400, waits: 'as told' },
  { name: 'the owner’s own, in a hurry', from: () => home, tries: 400, waits: 'never' },
  { name: 'the owner’s own, patient', from: () => home, tries: 400, waits: 'as told' },
  { name: '200 addresses', from: botnet, tries: 1_000, waits: 'never' },
  { name: '200 addresses, patient', from: botnet, tries: 1_000, waits: 'as told' },
];

let isKept = true;
try {
  for (const attack of attacks) {
    for (let round = 0; round < rounds; round++) {
      await db('rate_limits').delete();
      const email = `owner.${attacks.indexOf(attack)}.${round}@example.com`;
      await running.createAccount(email, right);
      const outcome = await play(attack, email);
      const { judged, refused, way, isIn } = outcome;
      const keeps = isIn && judged <= mostInARow;
      isKept &&= keeps;
      print(
        `${attack.name.padEnd(28)} ${String(judged).padStart(4)} judged, ${String(refused).padStart(4)} refused; owner: ${way}${keeps ? '' : '  BROKEN'}`,
      );
    }
  }
  isKept = (await lettersAreLeft()) && isKept;
  isKept = (await nobodyLooksAlike()) && isKept;
} finally {
  mock.timers.reset();
  await running.close();
  await mail.stop();
  await db.destroy();
  await rm(directory, { recursive: true, force: true });
}
print(isKept ? 'Nobody was locked out.' : 'A promise of docs/decisions/0023 is broken.');
process.exitCode = isKept ? 0 : 1;

/** The attack goes on before, between and during the tries of the owner. */
async function play(attack: Attack, email: string): Promise<Outcome> {
  const guessing = createGuessing(attack, email);
  await guessing.go(attack.tries);
  let tries = 0;
  while (tries++ < ownersTries) {
    const answer = await signIn(email, right, home);
    if (answer.status === 303) return { ...guessing.counts(), way: `try ${tries}`, isIn: true };
    const wait = answer.headers.get('retry-after');
    // Without one, waiting does not help, and the page offers the letter.
    if (!wait || Number(wait) > 15 * minutes) break;
    if (answer.status !== 429) throw new Error(`the owner was answered ${answer.status}`);
    pass(Number(wait));
    await guessing.go(20);
  }
  await post(paths.knownDevice, { email }, home);
  await guessing.go(20);
  const browser = await pressButton(await newestLink(email), home);
  await guessing.go(20);
  const isIn = (await signIn(email, right, home, browser)).status === 303;
  const way = isIn ? `${Math.min(tries, ownersTries)} refused, then one letter` : 'locked out';
  return { ...guessing.counts(), way, isIn };
}

function createGuessing({ from, waits }: Attack, email: string) {
  let n = 0;
  let judged = 0;
  let refused = 0;
  return {
    counts: () => ({ judged, refused }),
    async go(times: number): Promise<void> {
      // Eight at once, as whoever guesses would.
      for (let done = 0; done < times; done += 8) {
        const answers = await Promise.all(
          Array.from({ length: Math.min(8, times - done) }, () => signIn(email, wrong, from(n++))),
        );
        judged += answers.filter(({ status }) => status === 422).length;
        refused += answers.filter(({ status }) => status !== 422).length;
        const told = answers.map(({ headers }) => Number(headers.get('retry-after') ?? 0));
        if (waits === 'as told') pass(Math.max(...told));
      }
    },
  };
}

/** Strangers ask for every letter there is, of every kind; ten minutes later the owner wants one. */
async function lettersAreLeft(): Promise<boolean> {
  await db('rate_limits').delete();
  const email = 'owner.of.letters@example.com';
  await running.createAccount(email, right);
  const ways = [paths.signUp, paths.forgotPassword, paths.knownDevice];
  for (let stranger = 0; stranger < 200; stranger++)
    for (const way of ways) await post(way, { email, way: 'passkey' }, botnet(stranger));
  pass(10 * minutes);
  for (const way of ways) await post(way, { email, way: 'passkey' }, home);
  await deliver();
  const mails = mail.mailsTo(email);
  const links = mails.filter(
    ({ text }) => text?.includes('/known-device/') || text?.includes('/password/reset/'),
  );
  const open = await Promise.all(links.map((letter) => fetch(running.url + linkIn(letter))));
  const working = (pattern: string) =>
    open.filter(({ status, url }) => status === 200 && url.includes(pattern)).length;
  const [known, reset] = [working('/known-device/'), working('/password/reset/')];
  print(
    `600 letters asked for: ${mails.length} came; ${known} and ${reset} links work (known device, reset)`,
  );
  return known > 0 && reset > 0 && mails.length <= 30;
}

/** The same tries at an address that has an account and at one that has none. */
async function nobodyLooksAlike(): Promise<boolean> {
  await db('rate_limits').delete();
  const [known, unknown] = ['somebody@example.com', 'no--body@example.com'];
  await running.createAccount(known, right);
  for (let n = 0; n < 130; n++) {
    const told = [];
    for (const email of [known, unknown]) {
      const answer = await signIn(email, wrong, botnet(Math.floor(n / 2)));
      const text = (await answer.text()).replaceAll(email, 'EMAIL');
      told.push(`${answer.status} ${answer.headers.get('retry-after')} ${text}`);
    }
    if (told[0] !== told[1]) {
      print(`try ${n} was answered differently for an address without an account`);
      return false;
    }
  }
  print('130 tries at an address without an account were answered as those at one with an account');
  return true;
}

/** Presses the button behind a link. @returns what the browser keeps */
async function pressButton(link: string, from: string): Promise<string> {
  const answer = await post(link, {}, from);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

async function newestLink(email: string): Promise<string> {
  await deliver();
  return linkIn(mail.mailsTo(email).at(-1));
}

async function deliver(): Promise<void> {
  for (let time = 0; time < 20; time++) await running.app.deliverMail();
}

function signIn(email: string, password: string, from: string, cookie = ''): Promise<Response> {
  return post(paths.login, { email, password }, from, cookie);
}

function post(where: string, fields: Record<string, string>, from: string, cookie = ''): Promise<Response> {
  const headers = { 'X-Forwarded-For': from, ...(cookie ? { Cookie: cookie } : {}) };
  const body = new URLSearchParams(fields);
  return fetch(`${running.url}${where}`, { method: 'POST', headers, body, redirect: 'manual' });
}

function pass(seconds: number): void {
  mock.timers.setTime(Date.now() + seconds * 1_000 + 1);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
