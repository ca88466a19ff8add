/** What an attack is, and what it has to work with. */
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { type Browser, openBrowser } from './browser.ts';
import type { Account, Contract } from './contract.ts';
import type { RehearsalApi } from './rehearsal-api.ts';

/** `not there`: the app does not have what would be attacked. `not tried`: it may have it, and nobody could look. */
export type Outcome = 'stopped' | 'got through' | 'not there' | 'not tried';

export type Attack = {
  name: string;
  /** One sentence: what is tried. */
  tells: string;
  /** Why it cannot be tried here, in a few words; undefined when it can. */
  untried?(stage: Stage): string | undefined;
  /** Tries it. @throws {Error} when the app does not do what must work before anything can be tried */
  outcome(stage: Stage): Promise<Outcome>;
};

export type Stage = {
  origin: string;
  contract: Contract;
  api: RehearsalApi;
  /** Lets milliseconds pass for the app, at once; undefined where nobody can. */
  pass: ((milliseconds: number) => Promise<void>) | undefined;
  /** What the browsers have sent since the last attack, and what was answered, a line each. */
  exchanges: string[];
  /** A browser that nobody has used. */
  open(): Browser;
  /** Signed in with the password just now. @throws {Error} when that fails */
  signIn(account: Account): Promise<Browser>;
  /** The same, perhaps in a session of an attack before: for those that leave it as it is. @throws as above */
  signedIn(account: Account): Promise<Browser>;
  /** A new device with a passkey of whoever is signed in there, which is forgotten after the attack. */
  owning(browser: Browser): Promise<{ device: Authenticator; id: string; userId: string }>;
  /** Removes what devices have made, also those that an attack has told of. */
  clean(): Promise<void>;
  /** A passkey that came into being in another way. */
  made(id: string): void;
};

export function createStage(parts: Pick<Stage, 'origin' | 'contract' | 'api' | 'pass'>): Stage {
  const made = new Set<string>();
  const sessions = new Map<Account, Browser>();
  const exchanges: string[] = [];
  const open = () => openBrowser(parts.origin, parts.contract, exchanges);

  async function signIn(account: Account): Promise<Browser> {
    const browser = open();
    const { status, text } = await browser.signIn(account);
    if (await browser.isSignedInAs(account)) return browser;
    throw new Error(`${account.email} cannot sign in with the password (${status} ${text.slice(0, 200)})`);
  }

  return {
    ...parts,
    exchanges,
    open,
    signIn,
    async signedIn(account) {
      const browser = sessions.get(account) ?? (await signIn(account));
      sessions.set(account, browser);
      return browser.twin();
    },
    async owning(browser) {
      const device = createAuthenticator();
      const created = await browser.create(device);
      made.add(created.id);
      return { device, ...created };
    },
    made: (id) => void made.add(id),
    async clean() {
      for (const id of made) await parts.api.forget(id);
      made.clear();
    },
  };
}

export const gotThrough = (through: boolean): Outcome => (through ? 'got through' : 'stopped');
