/**
 * How many statements a page or a step costs, ours and those of the embedded API: exactly so many, so that whoever saves one
 * lowers the number.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { finishRegistration, finishSignIn, startRegistration, startSignIn } from '../support/ceremonies.ts';
import { type Answer, cookiesOf, formType, send } from '../support/request.ts';
import { type Sent, whileNoting } from '../support/statements.ts';
import { rememberEverybody } from '../support/tables.ts';

type Cost = { ours: number; api: number; transactions: number };

const budget = {
  login: { ours: 0, api: 0, transactions: 0 },
  signInUnknown: { ours: 10, api: 0, transactions: 1 },
  signInKnown: { ours: 7, api: 0, transactions: 1 },
  dashboard: { ours: 2, api: 1, transactions: 0 },
  registrationStart: { ours: 2, api: 3, transactions: 1 },
  registrationFinish: { ours: 17, api: 6, transactions: 2 },
  passkeyStart: { ours: 0, api: 1, transactions: 0 },
  passkeyFinishKnown: { ours: 10, api: 4, transactions: 2 },
} satisfies Record<string, Cost>;

let running: TestApp;
let putBack: () => Promise<void>;
beforeAll(async () => {
  // With mail, since what may be mailed is counted; nothing is delivered here.
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  putBack = await rememberEverybody(running.database.db);
  // What the embedded API does once, in a database without keys to sign with, is no cost of a passkey.
  await register(cookiesOf(await signIn()));
});
afterAll(() => running.close());
beforeEach(() => putBack());

/** Until nobody has, or waits for, a connection, and nobody comes to ask for one. */
async function quiet(): Promise<void> {
  const { pool } = running.database.db.client;
  for (let turns = 0; turns < 10; turns++) {
    await new Promise((next) => setImmediate(next));
    if (pool.numUsed() + pool.numPendingAcquires() > 0) turns = 0;
  }
}

/** What is sent to the database while it works, and afterwards. */
async function costOf<T>(work: () => Promise<T>): Promise<{ answer: T; cost: Cost }> {
  const sent: string[] = [];
  const note = ({ sql }: Sent) => void sent.push(sql);
  const answer = await whileNoting(running.database.db, note, async () => {
    const answered = await work();
    // Whatever is sent after the answer costs as well.
    await quiet();
    return answered;
  });
  const begins = sent.filter((sql) => /^BEGIN/.test(sql));
  const statements = sent.filter((sql) => !/^(BEGIN|COMMIT)/.test(sql));
  const api = statements.filter((sql) => sql.includes('passkey_api_'));
  return {
    answer,
    cost: { ours: statements.length - api.length, api: api.length, transactions: begins.length },
  };
}

const body = new URLSearchParams({ ...person }).toString();
const signIn = (Cookie = '') =>
  send(running, paths.login, { method: 'POST', headers: { ...formType, Cookie }, body });
const page = (path: string, Cookie = '') => send(running, path, { headers: { Cookie } });
/** Only what makes this browser a known device. */
const deviceIn = (answer: Answer) =>
  cookiesOf(answer)
    .split('; ')
    .filter((pair) => pair.includes('-device'))
    .join('; ');

async function register(session: string) {
  const authenticator = createAuthenticator();
  const begun = await costOf(() => startRegistration(running, session));
  const created = authenticator.create(begun.answer.options, running.origin);
  const finished = await costOf(() => finishRegistration(running, begun.answer.cookie, created));
  return { authenticator, begun, finished };
}

describe('the statements of', () => {
  it('the sign-in page', async () => {
    const { answer, cost } = await costOf(() => page(paths.login));
    expect([answer.status, cost]).toEqual([200, budget.login]);
  });

  it('a sign-in with a password, in a browser that is not known and in one that is', async () => {
    const first = await costOf(() => signIn());
    expect([first.answer.status, first.cost]).toEqual([303, budget.signInUnknown]);
    const again = await costOf(() => signIn(deviceIn(first.answer)));
    expect([again.answer.status, again.cost]).toEqual([303, budget.signInKnown]);
  });

  it('the dashboard', async () => {
    const session = cookiesOf(await signIn());
    await register(session);
    await page(paths.dashboard, session);
    const { answer, cost } = await costOf(() => page(paths.dashboard, session));
    expect([answer.status, cost]).toEqual([200, budget.dashboard]);
  });

  it('the registration of a passkey', async () => {
    const session = cookiesOf(await signIn());
    await page(paths.dashboard, session);
    const { begun, finished } = await register(session);
    expect(begun.cost).toEqual(budget.registrationStart);
    expect([finished.answer.status, finished.cost]).toEqual([200, budget.registrationFinish]);
  });

  it('a sign-in with a passkey in a known browser', async () => {
    const signedIn = await signIn();
    const { authenticator } = await register(cookiesOf(signedIn));
    const begun = await costOf(() => startSignIn(running, deviceIn(signedIn)));
    expect(begun.cost).toEqual(budget.passkeyStart);
    const { options, cookie } = begun.answer;
    const cookies = `${cookie}; ${deviceIn(signedIn)}`;
    const assertion = authenticator.get(options, running.origin);
    const { answer, cost } = await costOf(() => finishSignIn(running, cookies, assertion));
    expect([answer.status, cost]).toEqual([200, budget.passkeyFinishKnown]);
  });
});
