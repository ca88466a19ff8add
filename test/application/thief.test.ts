/**
 * "This wasn't me" against a thief who knows the password, has a copy of a session, or both, and does whatever they can
 * with it, in whatever order: whichever letter the owner uses, the thief is out, and the owner is in.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { actingIn } from '../support/acting.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { cheapHash } from '../support/cheap-hash.ts';
import { numbers } from '../support/numbers.ts';
import { reviewPasskeys } from '../support/review.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
beforeAll(async () => {
  // Nobody listens there: letters wait in the outbox, where their links are read.
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
});
afterAll(() => running.close());

const db = () => running.database.db;

/** The paths of the links of one purpose that were mailed to one of these addresses and still work, oldest first. */
async function linksTo(addresses: readonly string[], purpose: keyof typeof pathOf): Promise<string[]> {
  const secrets = await actingIn(running).secretsMailed(purpose, addresses);
  return secrets.map(pathOf[purpose]);
}
const pathOf = {
  lockdown: paths.lockdown,
  'reset-password': paths.resetPassword,
  'change-email': paths.confirmEmail,
};

/** What was chosen is hashed at full cost. From here on it is only compared, many times: that need not cost as much. */
async function hashCheaply(id: string, password: string): Promise<void> {
  await db()('users')
    .where({ id })
    .update({ password_hash: await cheapHash(password) });
}

/** The first step of a sign-in. @returns whether it passes, and all that is asked for is a second one */
async function signsIn(visitor: Visitor, email: string, password: string): Promise<'wholly' | 'half' | null> {
  const { status, headers } = await visitor.signIn({ email, password });
  if (status !== 303) return null;
  return headers.location?.startsWith(paths.verifySignIn) ? 'half' : 'wholly';
}
/** Where the application leads whoever is signed in: it costs no page. */
const isIn = async (visitor: Visitor) => (await visitor.get(paths.home)).headers.location === paths.dashboard;

/** Somebody with browsers, passkeys, passwords and mailboxes, who acts on one account. */
class Actor {
  browsers: Visitor[] = [];
  /** Browsers whose session has ended: none of them signs in again. */
  private readonly out = new Set<Visitor>();
  passkeys: { id: string; browser: Visitor }[] = [];
  passwords: string[] = [];
  mailboxes: string[] = [];
  /** Recovery codes, the newest first. */
  codes: string[] = [];

  constructor(
    readonly userId: string,
    readonly name: string,
    readonly next: (count: number) => number,
  ) {}

  async email(): Promise<string> {
    return (await db()('users').where({ id: this.userId }).first('email')).email;
  }

  /** A browser that is signed in, or undefined. */
  async inside(): Promise<Visitor | undefined> {
    for (const browser of this.browsers.filter((one) => !this.out.has(one))) {
      if (await isIn(browser)) return browser;
      this.out.add(browser);
    }
    return undefined;
  }

  async come(): Promise<void> {
    const browser = createVisitor(running, createAuthenticator());
    for (const password of [...this.passwords].reverse())
      if (await this.signsIn(browser, await this.email(), password)) break;
    this.browsers.push(browser);
  }

  /** With both steps, where both are asked for. */
  async signsIn(browser: Visitor, email: string, password: string): Promise<boolean> {
    const passed = await signsIn(browser, email, password);
    return passed === 'wholly' || (passed === 'half' && (await this.goesOn(browser)));
  }

  /** The second step, with a passkey or else with a code, until one is right. */
  async goesOn(browser: Visitor): Promise<boolean> {
    const { postJson, postForm } = browser;
    for (const passkey of this.passkeys) {
      const { body } = await postJson(paths.secondFactorLogin, { start: true });
      const allowed: { id: string }[] = body.loginOptions?.publicKey.allowCredentials ?? [];
      if (!allowed.some(({ id }) => id === passkey.id)) continue;
      const credential = passkey.browser.authenticator.get(body.loginOptions, running.origin);
      if ((await postJson(paths.secondFactorLogin, { finish: true, credential })).status === 200) return true;
    }
    for (const code of this.codes)
      if ((await postForm(paths.verifySignIn, { code })).headers.location === paths.dashboard) {
        this.codes = this.codes.filter((other) => other !== code);
        return true;
      }
    return false;
  }

  /** Proves in a browser that is signed in, with one of their passkeys, who they are. */
  async confirm({ postJson }: Visitor): Promise<void> {
    const { body } = await postJson(paths.passkeyReauth, { start: true });
    const allowed: { id: string }[] = body.loginOptions?.publicKey.allowCredentials ?? [];
    const own = this.passkeys.find(({ id }) => allowed.some((one) => one.id === id));
    const credential = own?.browser.authenticator.get(body.loginOptions, running.origin);
    if (credential) await postJson(paths.passkeyReauth, { finish: true, credential });
  }

  /** Does something that shows new codes once, and keeps them all. */
  async keepCodes(act: (inside: Visitor) => Promise<{ headers: Record<string, string> }>): Promise<void> {
    const inside = await this.inside();
    if (!inside) return;
    await this.confirm(inside);
    if ((await act(inside)).headers.location !== paths.recoveryCodes) return;
    const { text } = await inside.get(paths.recoveryCodes);
    // Twice or more on a page that can be copied and saved; three are as many as anybody uses here.
    const shown = [...new Set(text.match(/\b(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}\b/g) ?? [])];
    this.codes = [...shown.slice(0, 3), ...this.codes];
  }

  turnOn = (): Promise<void> => this.keepCodes((inside) => inside.postForm(paths.turnOnSecondFactor));
  renewCodes = (): Promise<void> => this.keepCodes((inside) => inside.postForm(paths.recoveryCodes));

  async turnOff(): Promise<void> {
    const inside = await this.inside();
    if (!inside) return;
    await this.confirm(inside);
    const typed = { password: this.passwords.at(-1) ?? '', code: this.codes[0] ?? '' };
    const { status } = await inside.postForm(paths.turnOffSecondFactor, typed);
    if (status === 303) this.codes = [];
  }

  async comeByPasskey(): Promise<void> {
    const passkey = this.passkeys[this.next(this.passkeys.length || 1)];
    if (!passkey) return;
    const browser = createVisitor(running, passkey.browser.authenticator);
    await browser.signInWithPasskey();
    this.browsers.push(browser);
  }

  async addPasskey(): Promise<void> {
    const inside = await this.inside();
    if (!inside) return;
    const browser = createVisitor(running, createAuthenticator());
    browser.agent.jar = inside.agent.jar;
    const { body } = await browser.createPasskey();
    if (body.passkey) this.passkeys.push({ id: body.passkey.id, browser });
  }

  async choosePassword(): Promise<void> {
    const password = `${this.name}-chose-${this.next(1_000_000)}-this`;
    const answer = await (await this.inside())?.postForm(paths.password, { password });
    if (answer?.status !== 303) return;
    if (answer.headers.location === paths.security) await hashCheaply(this.userId, password);
    this.passwords.push(password);
  }

  async changeAddress(): Promise<void> {
    const inside = await this.inside();
    if (!inside) return;
    // Now and then back to one of theirs.
    const former = this.mailboxes[this.next(2 * this.mailboxes.length + 1)];
    const email = former ?? `${this.name}-${this.userId.slice(0, 8)}-${this.next(1_000_000)}@example.com`;
    if (!former) this.mailboxes.push(email);
    await inside.postForm(paths.email, { email });
    const [link] = (await linksTo([email], 'change-email')).reverse();
    if (link && this.next(4) > 0) await inside.postForm(link);
  }

  async endOthers(): Promise<void> {
    await (await this.inside())?.postForm(paths.endOtherSessions);
  }

  async removePassword(): Promise<void> {
    const password = this.passwords.at(-1) ?? 'nothing that anybody told';
    await (await this.inside())?.postForm(paths.removePassword, { password });
  }

  async deleteSomePasskey(): Promise<void> {
    const rows = await db()('passkey_records').where({ user_id: this.userId }).pluck('credential_id');
    const id = rows[this.next(rows.length || 1)];
    if (id) await (await this.inside())?.postForm(paths.deletePasskey(id));
  }

  async forgetPassword(): Promise<void> {
    const browser = createVisitor(running, createAuthenticator());
    await browser.postForm(paths.forgotPassword, { email: await this.email() });
    const [link] = (await linksTo(this.mailboxes, 'reset-password')).reverse();
    if (!link) return;
    const password = `${this.name}-reset-${this.next(1_000_000)}-this`;
    const { status, headers } = await browser.postForm(link, { password });
    const isHalf = headers.location?.startsWith(paths.verifySignIn) ?? false;
    if (status === 303 && (!isHalf || (await this.goesOn(browser)))) {
      await hashCheaply(this.userId, password);
      this.passwords.push(password);
    }
    this.browsers.push(browser);
  }

  async takeBack(): Promise<void> {
    const links = await linksTo(this.mailboxes, 'lockdown');
    const link = links[this.next(links.length || 1)];
    if (link) await createVisitor(running).postForm(link);
  }
}

const ofOwner = ['come', 'comeByPasskey', 'addPasskey', 'addPasskey', 'choosePassword', 'turnOn'] as const;
const ofThief = [
  ...ofOwner,
  'changeAddress',
  'changeAddress',
  'endOthers',
  'removePassword',
  'deleteSomePasskey',
  'forgetPassword',
  'takeBack',
  'turnOff',
  'renewCodes',
] as const;

/** Tries everything that a thief has. @returns what let them in */
async function waysIn(thief: Actor, formerAddress: string): Promise<string[]> {
  const found: string[] = [];
  for (const browser of thief.browsers) if (await isIn(browser)) found.push('a session');
  // An address without an account lets nobody in, whatever is typed.
  const known = [await thief.email(), formerAddress, ...thief.mailboxes];
  const accounts: { email: string; password_hash: string | null }[] = await db()('users')
    .whereIn('email', known)
    .select('email', 'password_hash');
  // Where there is no password any more, one that is typed stands for all: each is compared with nobody's, at full cost.
  for (const { email, password_hash } of accounts)
    for (const password of password_hash ? thief.passwords : thief.passwords.slice(-1)) {
      await db()('rate_limits').delete();
      const browser = createVisitor(running);
      if ((await thief.signsIn(browser, email, password)) && (await isIn(browser))) found.push('a password');
    }
  for (const { browser } of thief.passkeys) {
    const fresh = createVisitor(running, browser.authenticator);
    if ((await fresh.signInWithPasskey()).status === 200 && (await isIn(fresh))) found.push('a passkey');
  }
  for (const email of thief.mailboxes) await createVisitor(running).postForm(paths.forgotPassword, { email });
  for (const purpose of ['lockdown', 'reset-password', 'change-email'] as const)
    found.push(...(await linksTo(thief.mailboxes, purpose)));
  return found;
}

/** Every step of the stories that were told. */
const everTaken = new Set<string>();

async function isSafeAfterAnyLetter(seed: number, has: { password: boolean; session: boolean }) {
  // Which steps are taken is no matter of what comes of them.
  const [choose, next] = [numbers(seed), numbers(seed + 1_000)];
  const email = `owner-${seed}-${Number(has.password)}${Number(has.session)}@example.com`;
  const password = 'shared-with-somebody-else';
  const { id } = await running.createAccount(email, password);
  await db()('users').where({ id }).update({ email_verified_at: new Date().toISOString() });
  const owner = new Actor(id, 'owner', next);
  const thief = new Actor(id, 'thief', next);
  owner.passwords = [password];
  owner.mailboxes = [email];
  await owner.come();
  if (has.password) thief.passwords = [password];
  if (has.session) {
    const copy = createVisitor(running, createAuthenticator());
    copy.agent.jar = (owner.browsers[0] as Visitor).agent.jar;
    thief.browsers = [copy];
  }
  const taken: string[] = [];
  for (let step = 0; step < 8; step++) {
    await db()('rate_limits').delete();
    const [actor, steps] = choose(4) === 0 ? [owner, ofOwner] : [thief, ofThief];
    const name = steps[choose(steps.length)] as (typeof ofThief)[number];
    taken.push(`${actor.name} ${name}`);
    everTaken.add(`${actor.name} ${name}`);
    await actor[name]();
  }
  const letters = await linksTo(owner.mailboxes, 'lockdown');
  const link = letters[next(letters.length || 1)];
  if (!link) return false;
  const story = taken.join(', ');
  expect((await createVisitor(running).postForm(link)).status, story).toBe(200);
  expect(await waysIn(thief, email), story).toEqual([]);
  await expectOwnersAgain(owner, email, story);
  expect(await waysIn(thief, email), `${story}; and the owner is back`).toEqual([]);
  return true;
}

/** The link that was mailed leads in, and what the owner does not know goes. */
async function expectOwnersAgain(owner: Actor, email: string, story: string): Promise<void> {
  expect(await owner.email(), story).toBe(email);
  const browser = createVisitor(running, createAuthenticator());
  const [link] = (await linksTo([email], 'reset-password')).reverse();
  const back = await browser.postForm(link as string, { password: 'known-to-the-owner-alone' });
  expect(back.status, story).toBe(303);
  if (back.headers.location?.startsWith(paths.verifySignIn))
    expect(await owner.goesOn(browser), story).toBe(true);
  await hashCheaply(owner.userId, 'known-to-the-owner-alone');
  const listed = await running.app.passkeys.listFor(owner.userId);
  if (listed.length > 0) {
    const own = owner.passkeys.map(({ id }) => id);
    const unknown = listed.map(({ id }) => id).filter((id) => !own.includes(id));
    const reviewed = await reviewPasskeys(browser, unknown);
    expect(reviewed.headers.location, story).toBe(paths.dashboard);
  }
  expect(await isIn(browser), story).toBe(true);
}

describe.each([
  ['the password', { password: true, session: false }, 117],
  ['a session', { password: false, session: true }, 118],
  ['both', { password: true, session: true }, 119],
])('a thief who has %s', (_, has, seed) => {
  it('is out after any letter, and the owner is in: a random story', { timeout: 120_000 }, async () => {
    expect(await isSafeAfterAnyLetter(seed, has), `story ${seed}`).toBe(true);
  });
});

it('is told of in stories in which a thief takes each step', () => {
  const steps = ofThief.map((name) => `thief ${name}`);
  expect([...everTaken]).toEqual(expect.arrayContaining(steps));
});

describe('a thief who has the password alone, where a second factor is asked for', () => {
  it('never gets in whatever they do, and an owner with one code always does', {
    timeout: 120_000,
  }, async () => {
    const next = numbers(5);
    const email = 'asked-twice@example.com';
    const password = 'shared-with-somebody-else';
    const { id } = await running.createAccount(email, password);
    await db()('users').where({ id }).update({ email_verified_at: new Date().toISOString() });
    const [owner, thief] = [new Actor(id, 'owner', next), new Actor(id, 'thief', next)];
    owner.mailboxes = [email];
    for (const actor of [owner, thief]) actor.passwords = [password];
    await owner.come();
    await owner.addPasskey();
    await owner.turnOn();
    expect(owner.codes.length).toBeGreaterThan(0);
    owner.passkeys = [];
    for (let step = 0; step < 9; step++) {
      await db()('rate_limits').delete();
      const name = ofThief[next(ofThief.length)] as (typeof ofThief)[number];
      await thief[name]();
      expect(await thief.inside(), name).toBeUndefined();
    }
    expect(await waysIn(thief, email)).toEqual([]);
    const [browser, again] = [createVisitor(running), createVisitor(running)];
    owner.codes = owner.codes.slice(0, 1);
    expect(await owner.signsIn(browser, email, password)).toBe(true);
    expect(await isIn(browser)).toBe(true);
    expect(await owner.signsIn(again, email, password)).toBe(false);
  });
});

/** A new account, in which its owner and a thief are signed in. */
async function bothInside(home: string): Promise<{ owner: Actor; thief: Actor }> {
  const password = 'known-to-two-for-a-while';
  const { id } = await running.createAccount(home, password);
  const [owner, thief] = [new Actor(id, 'owner', numbers(1)), new Actor(id, 'thief', numbers(1))];
  for (const actor of [owner, thief]) {
    actor.passwords = [password];
    await actor.come();
  }
  return { owner, thief };
}

async function change(who: Actor, email: string): Promise<void> {
  await who.browsers[0]?.postForm(paths.email, { email });
  await who.browsers[0]?.postForm((await linksTo([email], 'change-email')).at(-1) as string);
  expect(await who.email()).toBe(email);
}

describe('a thief whose change of address its owner has changed back', () => {
  it('has no last word: what was told to their address takes nothing back', async () => {
    const home = 'changed-back@example.com';
    const { owner, thief } = await bothInside(home);
    const away = 'thief-of-changed-back@example.com';
    await change(thief, away);
    await thief.addPasskey();
    const links = await linksTo([away], 'lockdown');
    expect(links.length).toBeGreaterThan(1);
    await change(owner, home);
    await owner.endOthers();
    for (const link of links) expect((await createVisitor(running).postForm(link)).status).toBe(410);
    expect(await owner.email()).toBe(home);
    expect(await linksTo([away], 'reset-password')).toEqual([]);
  });

  it('has none after the first address has none, where its owner has taken a third one', async () => {
    const { owner, thief } = await bothInside('third-address@example.com');
    const away = 'thief-of-third@example.com';
    const start = Date.now();
    await change(thief, away);
    vi.useFakeTimers({ toFake: ['Date'], now: start + 6 * 3_600_000 });
    await db()('rate_limits').delete();
    await owner.come();
    owner.browsers.reverse();
    await change(owner, 'third-of-owner@example.com');
    const link = (await linksTo([away], 'lockdown')).at(-1) as string;
    vi.setSystemTime(start + 7 * 24 * 3_600_000 + 60_000);
    const answer = await createVisitor(running).postForm(link);
    vi.useRealTimers();
    expect(answer.status).toBe(410);
  });
});
