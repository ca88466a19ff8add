/** What an attack is, and what it has to work with. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { type Browser, type Exchange, openBrowser, type Reply, type Who } from './browser.ts';
import type { Account, Contract } from './contract.ts';
import type { RehearsalApi } from './rehearsal-api.ts';

/**
 * `not there`: the app does not have what would be attacked. `not tried`: it may have it, and nobody could look.
 * `could not be tried`: something did not work that has to, so nobody knows.
 */
export type Outcome = 'stopped' | 'got through' | 'not there' | 'not tried' | 'could not be tried';

export type Attack = {
  name: string;
  /** One sentence: what is tried. */
  tells: string;
  /** Why it cannot be tried here, in a few words; undefined when it can. */
  untried?(stage: Stage): string | undefined;
  /** Tries it. @throws {Error} when the app does not do what must work before anything can be tried */
  outcome(stage: Stage): Promise<Outcome>;
};

/** A device, and the passkey of somebody that it has made. */
type Owned = { device: Authenticator; id: string; userId: string; reply: Reply };

export type Stage = {
  origin: string;
  contract: Contract;
  api: RehearsalApi;
  /** Lets milliseconds pass for the app, at once; undefined where nobody can. */
  pass: ((milliseconds: number) => Promise<void>) | undefined;
  /** What the browsers have sent since the last attack, and what was answered. */
  exchanges: Exchange[];
  /** A browser that nobody has used. */
  open(who: Who): Browser;
  /** Signed in with the password just now. @throws {Error} when that fails */
  signIn(account: Account): Promise<Browser>;
  /** The same, perhaps in a session of an attack before: for those that leave it as it is. @throws as above */
  signedIn(account: Account): Promise<Browser>;
  /** A new device with a passkey of whoever is signed in there, which is forgotten after the attack. */
  owning(browser: Browser): Promise<Owned>;
  /** Of somebody with a password, for those that leave the passkey as it is: new, or that of an attack before. */
  owned(account: Account): Promise<Owned>;
  /** Whether all attacks have the same one. Where it is, the control is repeated after them. */
  keepsPasskeys: boolean;
  /** Removes what devices have made, also those that an attack has told of, and not what is kept. */
  clean(): Promise<void>;
  /** Removes what is kept. */
  end(): Promise<void>;
  /** A passkey that came into being in another way. */
  made(id: string): void;
};

export function createStage({
  keepsPasskeys = false,
  ...parts
}: Pick<Stage, 'origin' | 'contract' | 'api' | 'pass'> & { keepsPasskeys?: boolean }): Stage {
  const made = new Set<string>();
  const kept = new Map<Account, Owned>();
  const sessions = new Map<Account, Browser>();
  const exchanges: Exchange[] = [];
  const open = (who: Who) => openBrowser(parts.origin, parts.contract, who, exchanges);

  async function signIn(account: Account): Promise<Browser> {
    const browser = open(account === parts.contract.eve ? 'eve' : 'ada');
    const reply = await browser.signIn(account);
    if (await browser.isSignedInAs(account)) return browser;
    throw new Error(await notSignedIn(browser, account, reply));
  }

  async function signedIn(account: Account): Promise<Browser> {
    const browser = sessions.get(account) ?? (await signIn(account));
    sessions.set(account, browser);
    return browser.twin();
  }

  async function owning(browser: Browser): Promise<Owned> {
    const device = createAuthenticator();
    const created = await browser.create(device);
    made.add(created.id);
    return { device, ...created };
  }

  async function owned(account: Account): Promise<Owned> {
    const known = kept.get(account);
    if (known) return known;
    const own = await owning(await signedIn(account));
    if (keepsPasskeys && made.delete(own.id)) kept.set(account, own);
    return own;
  }

  return {
    ...parts,
    keepsPasskeys,
    exchanges,
    open,
    signIn,
    signedIn,
    owning,
    owned,
    made: (id) => void made.add(id),
    async clean() {
      for (const id of made) await parts.api.forget(id);
      made.clear();
    },
    async end() {
      for (const { id } of kept.values()) await parts.api.forget(id);
      kept.clear();
    },
  };
}

/** What is wrong: the password was not taken, or the page that should show who is signed in is another one. */
async function notSignedIn(
  browser: Browser,
  { email }: Account,
  { status, text, location }: Reply,
): Promise<string> {
  const { login, account } = browser.contract;
  const page = await browser.get(account);
  const shown = `GET ${account} answered ${page.status}${page.location && ` to ${page.location}`} instead of a page with ${email}: is \`account\` right? (now: ${account})`;
  const back = location !== '' && new URL(location, browser.origin).pathname === login;
  if (location !== '' && !back) return `after the sign-in, ${shown}`;
  const refused = `${email} cannot sign in with the password (POST ${login} answered ${status} ${text.slice(0, 200)})`;
  // An app may show its form again with 200, and may show the account at once.
  return status === 200 ? `${refused}, or it can, and ${shown}` : refused;
}

export const gotThrough = (through: boolean): Outcome => (through ? 'got through' : 'stopped');

/** Milliseconds in which requests that are sent together have all reached the app, on a busy machine too. */
const arrival = 300;

/** Sends requests together, and keeps the API from answering any before the app has had the time to begin with all. */
export function atOnce<Answer>({ api }: Stage, requests: (() => Promise<Answer>)[]): Promise<Answer[]> {
  const arrived = pause(arrival, false);
  return api.during(
    () => arrived,
    () => Promise.all(requests.map((request) => request())),
  );
}
