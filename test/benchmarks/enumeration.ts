/**
 * Whether anybody can tell by the clock which addresses have an account: npm run benchmark:enumeration [-- --tries N]
 * Tries known and unknown addresses in turn, over HTTP against the real application with a real mail server, and prints
 * the medians and how well the two can be told apart (AUC: 0.5 is not at all, 1 is always).
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashPassword } from '../../src/accounts/password.ts';
import { createUserStore } from '../../src/accounts/user-store.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { paths } from '../../src/paths.ts';
import { person, startApp } from '../support/app.ts';
import { startMailServer } from '../support/mail-server.ts';
import { readOptions, tellProgress, wholeNumber } from './measuring/options.ts';
import { quantile } from './measuring/rounds.ts';

const usage = 'npm run benchmark:enumeration [-- --tries N]';
const options = readOptions(usage, { tries: { type: 'string', default: '500' } });
const tries = wholeNumber('tries', options.tries, usage);
const wrong = 'never-anybodys-password';

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
const delivering = setInterval(() => void running.app.deliverMail(), 1_000);

try {
  await createAccounts();
  const cookie = await signIn();
  tellProgress(`trying known and unknown addresses, ${tries} times each`);
  process.stdout.write('AUC: how well the clock tells them apart; 0.5 is not at all, 1 is always\n');
  await compare('sign-in', (email) => post(paths.login, { email, password: wrong }));
  await compare('sign-up', (email) => post(paths.signUp, { email, password: wrong }));
  await compare('forgotten password', (email) => post(paths.forgotPassword, { email }));
  await compare('change of email', (email) => post(paths.email, { email }, cookie));
} finally {
  clearInterval(delivering);
  await running.close();
  await mail.stop();
  await db.destroy();
  await rm(directory, { recursive: true, force: true });
}

/** One account for each try, so that no limit of an account is reached. */
async function createAccounts(): Promise<void> {
  const users = createUserStore(db);
  const passwordHash = await hashPassword(person.password);
  for (let index = 0; index < tries; index++) {
    const id = crypto.randomUUID();
    await users.insert({ id, email: `known.${index}@example.com`, passwordHash, emailVerified: true });
  }
  await running.createAccount(person.email, person.password);
}

async function signIn(): Promise<string> {
  const answer = await post(paths.login, person);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** From another address each time, so that no limit of an address is reached. */
function post(path: string, fields: Record<string, string>, cookie = ''): Promise<Response> {
  const [high = 0, low = 0] = randomBytes(2);
  const headers = { 'X-Forwarded-For': `198.18.${high}.${low}`, ...(cookie ? { Cookie: cookie } : {}) };
  const body = new URLSearchParams(fields);
  return fetch(`${running.url}${path}`, { method: 'POST', headers, body, redirect: 'manual' });
}

async function compare(what: string, ask: (email: string) => Promise<Response>): Promise<void> {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let index = -20; index < tries; index++) {
    // Which comes first changes, so that neither always follows the other.
    const kinds = index % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const kind of kinds) {
      const startedAt = performance.now();
      const answer = await ask(`${kind}.${Math.abs(index)}@example.com`);
      await answer.arrayBuffer();
      if (index >= 0) times[kind].push(performance.now() - startedAt);
    }
  }
  const [known, unknown] = [quantile(times.known, 0.5), quantile(times.unknown, 0.5)];
  const ratio = known / unknown;
  process.stdout.write(
    `${what.padEnd(20)} known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms, ratio ${ratio.toFixed(3)}, ` +
      `AUC ${auc(times.known, times.unknown).toFixed(3)}\n`,
  );
}

/** How often a known address takes longer than an unknown one. */
function auc(known: readonly number[], unknown: readonly number[]): number {
  const wins = known.reduce((sum, one) => sum + unknown.filter((other) => one > other).length, 0);
  return wins / (known.length * unknown.length);
}
