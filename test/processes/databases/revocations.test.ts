/**
 * Several processes on one database, under load: what one of them has ended, none of them serves to anybody who asks
 * afterwards. REVOCATION_ROUNDS asks for more rounds than every run can afford.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../../support/process.ts';
import { cookiesOf } from '../../support/request.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

const rounds = Number(process.env.REVOCATION_ROUNDS ?? 1);
/** How often each process is asked after an end, while the load goes on. */
const questions = 3;

type Account = { email: string; password: string };
const people: Account[] = ['ada', 'grace'].map((name) => ({
  email: `${name}.of.many@example.com`,
  password: `${name} walks four unrelated miles`,
}));

/** Somebody with a browser at one of the processes, and the Cookie header that signs them in at every other. */
type SignedIn = { visitor: Visitor; cookie: string };
/** One of the processes. */
type Served = Pick<ServerProcess, 'server' | 'origin'>;

describe('of several processes none serves what another has ended:', () => {
  let running: TestApp;
  /** This one and another: what one of them ends, the other is to know of. */
  let processes: Served[];

  beforeAll(async () => {
    running = await startApp({ env: { ORIGIN: 'http://localhost:3000' } });
    for (const { email, password } of people) await running.createAccount(email, password);
    const other = await startServerProcess({ databaseUrl: running.database.url });
    await other.ready();
    processes = [{ server: running.url, origin: running.origin }, other];
  });
  afterAll(async () => {
    await endProcesses();
    await running.close();
  });

  const anyProcess = () => processes[Math.floor(Math.random() * processes.length)] as Served;

  async function signIn(account: Account): Promise<SignedIn> {
    const visitor = createVisitor(anyProcess());
    const answer = await visitor.signIn(account);
    expect(answer.headers.location).toBe(paths.dashboard);
    return { visitor, cookie: cookiesOf(answer) };
  }

  /** What a process shows on the dashboard of this session; null when it takes it for nobody's. */
  async function dashboardAt({ server }: Served, cookie: string): Promise<string | null> {
    const answer = await fetch(server + paths.dashboard, { headers: { cookie }, redirect: 'manual' });
    const text = await answer.text();
    expect([200, 303]).toContain(answer.status);
    return answer.status === 200 ? text : null;
  }

  /**
   * All processes are asked all the time, while something is ended at one of them.
   *
   * @param serves whether a page still serves what is ended: true at every process before, and false for each question that
   *   is asked afterwards
   */
  async function duringLoad(
    { email }: Account,
    cookie: string,
    end: () => Promise<unknown>,
    serves: (page: string | null) => boolean,
  ): Promise<void> {
    let ended = false;
    async function ask(one: Served): Promise<void> {
      for (let left = questions; left > 0; ) {
        const isAfter = ended;
        const page = await dashboardAt(one, cookie);
        expect(new Set(page?.match(/[\w.]+@example\.com/g) ?? [email])).toEqual(new Set([email]));
        if (!isAfter) continue;
        expect(serves(page)).toBe(false);
        left--;
      }
    }
    for (const one of processes) expect(serves(await dashboardAt(one, cookie))).toBe(true);
    const asking = Promise.allSettled(processes.map(ask));
    try {
      await end();
    } finally {
      ended = true;
    }
    for (const asked of await asking) expect(asked).toEqual({ status: 'fulfilled', value: undefined });
  }

  const isSignedIn = (page: string | null) => page !== null;

  const endings: Record<string, (account: Account) => Promise<void>> = {
    'a sign-out': async (account) => {
      const { visitor, cookie } = await signIn(account);
      await duringLoad(account, cookie, () => visitor.signOut().expect(303), isSignedIn);
    },

    'the end of all other sessions': async (account) => {
      const { cookie } = await signIn(account);
      const { visitor } = await signIn(account);
      await duringLoad(
        account,
        cookie,
        () => visitor.postForm(paths.endOtherSessions).expect(303),
        isSignedIn,
      );
    },

    'a new password': async (account) => {
      const { cookie } = await signIn(account);
      const { visitor } = await signIn(account);
      const password = `on from ${randomUUID()}`;
      const change = () => visitor.postForm(paths.password, { password }).expect(303);
      await duringLoad(account, cookie, change, isSignedIn);
      account.password = password;
    },

    'a deleted passkey': async (account) => {
      const { visitor, cookie } = await signIn(account);
      const { body } = await visitor.createPasskey();
      const deletion = paths.deletePasskey(body.passkey.id);
      const listed = (page: string | null) => page?.includes(deletion) ?? false;
      await duringLoad(account, cookie, () => visitor.postForm(deletion).expect(303), listed);
      for (const one of processes) {
        const answer = await createVisitor(one, visitor.authenticator).signInWithPasskey();
        expect([answer.status, answer.body.code]).toEqual([404, 'credential_unknown']);
      }
      await visitor.signOut();
    },
  };

  it.each(Object.keys(endings))('%s', { timeout: rounds * 60_000 }, async (name) => {
    for (let round = 0; round < rounds; round++)
      await Promise.all(people.map((account) => endings[name]?.(account)));
  });
});
