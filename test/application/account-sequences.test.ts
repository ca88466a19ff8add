/**
 * Whatever somebody does with their account, and in whatever order: one way in remains, no link works twice or for
 * something else, and no session that has ended opens a page.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { actingIn } from '../support/acting.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { cheapHash } from '../support/cheap-hash.ts';
import { numbers } from '../support/numbers.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
beforeAll(async () => {
  // Nobody listens there: letters wait in the outbox, where their links are read.
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
});
afterAll(() => running.close());

const purposes = {
  'sign-up': paths.verifyEmail,
  'reset-password': paths.resetPassword,
  'change-email': paths.confirmEmail,
  lockdown: paths.lockdown,
};

class Walker {
  /** Browsers that are signed in, as far as the walker knows. */
  inside: Visitor[] = [];
  /** Browsers whose session has ended. */
  outside: Visitor[] = [];
  /** Links that were used up. */
  used: string[] = [];
  /** The newest link that was tried for everything that it is not for. */
  tried = '';
  email: string;
  password = 'random-walks-1905-pearson';
  addresses = 0;

  constructor(
    readonly id: string,
    readonly seed: number,
    readonly next: (count: number) => number,
  ) {
    this.email = `walker-${seed}@example.com`;
  }

  get here(): Visitor {
    return this.inside[this.next(this.inside.length)] as Visitor;
  }

  async row() {
    return running.database.db('users').where({ id: this.id }).first();
  }

  /** What was chosen is hashed at full cost. From here on it is only compared: that need not cost as much. */
  private async hashCheaply(): Promise<void> {
    const password_hash = await cheapHash(this.password);
    await running.database.db('users').where({ id: this.id }).update({ password_hash });
  }

  passkeys(): Promise<{ id: string }[]> {
    return running.database.db('passkey_api_credentials').where({ user_id: this.id }).select('id');
  }

  /** The newest link of a purpose that waits to be mailed to them and was not used. */
  async follow(purpose: keyof typeof purposes, to = this.email): Promise<string | undefined> {
    const secrets = await actingIn(running).secretsMailed(purpose, [to]);
    return secrets
      .map(purposes[purpose])
      .reverse()
      .find((link) => !this.used.includes(link));
  }

  endAllBut(kept: Visitor | undefined): void {
    this.outside.push(...this.inside.filter((one) => one !== kept));
    this.inside = kept ? [kept] : [];
  }

  /** In again by whatever there is: password, or a link by mail. */
  async comeBack(): Promise<void> {
    const visitor = createVisitor(running, createAuthenticator());
    if ((await this.row()).password_hash !== null) {
      expect((await visitor.signIn({ email: this.email, password: this.password })).status).toBe(303);
      this.inside.push(visitor);
    } else await this.recover(visitor);
  }

  async recover(visitor = createVisitor(running, createAuthenticator())): Promise<void> {
    await visitor.postForm(paths.forgotPassword, { email: this.email });
    const link = await this.follow('reset-password');
    const password = `walked-${this.used.length}-steps-of-${this.seed}`;
    const keeps = this.next(2) === 0;
    expect((await visitor.postForm(link as string, keeps ? { way: 'passkey' } : { password })).status).toBe(
      303,
    );
    if (!keeps) {
      this.password = password;
      await this.hashCheaply();
    }
    this.used.push(link as string);
    this.endAllBut(undefined);
    this.inside = [visitor];
  }

  steps: Record<string, () => Promise<void>> = {
    'come in once more': () => this.comeBack(),
    'create a passkey': async () => {
      const visitor = createVisitor(running, createAuthenticator());
      visitor.agent.jar = this.here.agent.jar;
      await visitor.createPasskey();
    },
    'delete a passkey': async () => {
      const [first] = await this.passkeys();
      if (first) await this.here.postForm(paths.deletePasskey(first.id));
    },
    'remove the password': async () => {
      const { here } = this;
      if ((await here.postForm(paths.removePassword, { password: this.password })).status === 303)
        this.endAllBut(here);
    },
    'choose a password': async () => {
      const { here } = this;
      const password = `chosen-${this.next(1_000_000)}-by-${this.seed}`;
      expect((await here.postForm(paths.password, { password })).status).toBe(303);
      this.password = password;
      await this.hashCheaply();
      this.endAllBut(here);
    },
    'forget the password': () => this.recover(),
    'change the address': async () => {
      const email = `walker-${this.seed}-${++this.addresses}@example.com`;
      await this.here.postForm(paths.email, { email });
      const link = (await this.follow('change-email', email)) as string;
      expect((await this.here.postForm(link)).status).toBe(303);
      this.used.push(link);
      this.email = email;
    },
    'end the other sessions': async () => {
      const { here } = this;
      await here.postForm(paths.endOtherSessions);
      this.endAllBut(here);
    },
    'say that it was somebody else': async () => {
      const link = await this.follow('lockdown');
      if (!link) return;
      expect((await createVisitor(running).postForm(link)).status).toBe(200);
      this.used.push(link);
      this.endAllBut(undefined);
      this.email = (await this.row()).email;
      const reset = (await this.follow('reset-password')) as string;
      const visitor = createVisitor(running, createAuthenticator());
      const password = `secured-${this.used.length}-times-by-${this.seed}`;
      expect((await visitor.postForm(reset, { password })).status).toBe(303);
      this.used.push(reset);
      this.password = password;
      await this.hashCheaply();
      this.inside = [visitor];
    },
    'sign out': async () => {
      const visitor = this.inside.pop() as Visitor;
      await visitor.signOut();
      this.outside.push(visitor);
      if (this.inside.length === 0) await this.comeBack();
    },
  };
}

/** The paths of a link's secret, as if it were for each purpose. */
const everywhere = (link: string) =>
  Object.values(purposes).map((purpose) => purpose(link.split('/').at(-1) as string));

/** @param dead what must not work */
async function holds(walker: Walker, after: string, dead: string[]): Promise<void> {
  const { password_hash, email_verified_at } = await walker.row();
  const ways =
    Number(password_hash !== null) + Number(email_verified_at !== null) + (await walker.passkeys()).length;
  expect(ways, after).toBeGreaterThan(0);
  // Where the application leads somebody tells whether they are signed in, and costs no page.
  const leadsTo = async (visitor: Visitor) => (await visitor.get(paths.home)).headers.location;
  for (const visitor of walker.outside.slice(-2)) expect(await leadsTo(visitor), after).toBe(paths.login);
  for (const visitor of walker.inside) expect(await leadsTo(visitor), after).toBe(paths.dashboard);
  const fresh = await walker.follow('lockdown');
  // One that lives is for one thing.
  const untried = fresh && fresh !== walker.tried ? everywhere(fresh).filter((path) => path !== fresh) : [];
  walker.tried = fresh ?? '';
  for (const path of [...dead, ...untried]) {
    expect((await createVisitor(running).postForm(path, { password: 'x' })).status, `${after}: ${path}`).toBe(
      410,
    );
  }
}

it('[ASVS 6.1.3] ten random steps, one of each kind', async () => {
  const seed = 3;
  const next = numbers(seed);
  const { db } = running.database;
  const email = `walker-${seed}@example.com`;
  const { id } = await running.createAccount(email, 'random-walks-1905-pearson');
  const walker = new Walker(id, seed, next);
  await walker.comeBack();
  const names = Object.keys(walker.steps);
  const taken: string[] = [];
  const untaken = [...names];
  while (untaken.length > 0) {
    await db('rate_limits').delete();
    const [name = ''] = untaken.splice(next(untaken.length), 1);
    taken.push(name);
    await walker.steps[name]?.();
    await holds(walker, `${taken.length}. ${name}`, walker.used.slice(-1));
  }
  // None that was used works any more; and the newest of each kind is good for nothing else either.
  const newest = [...new Map(walker.used.map((link) => [link.split('/')[1], link])).values()];
  await holds(walker, 'in the end', [...new Set([...walker.used, ...newest.flatMap(everywhere)])]);
  expect(new Set(taken)).toEqual(new Set(names));
  expect(new Set(walker.used.map((link) => link.split('/')[1]))).toEqual(
    new Set(['password', 'settings', 'account']),
  );
}, 120_000);
