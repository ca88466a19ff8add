/**
 * Everything that somebody can do, without the web: the real operations on a real database, with the real passkey API in
 * the same process. Letters stay in the outbox, where a test reads them.
 */
import { createAccounts } from '../../src/accounts/accounts.ts';
import { createActivityStore } from '../../src/accounts/activity-store.ts';
import { createLinks } from '../../src/accounts/links.ts';
import { createSessionStore } from '../../src/accounts/session-store.ts';
import { createSignInThrottle } from '../../src/accounts/sign-in-throttle.ts';
import { createTokenStore, type Purpose } from '../../src/accounts/token-store.ts';
import type { User } from '../../src/accounts/user.ts';
import { createUserStore, type StoredUser } from '../../src/accounts/user-store.ts';
import type { AccountEvent } from '../../src/events.ts';
import type { Letter } from '../../src/letters/letter.ts';
import { createLetterWriter } from '../../src/letters/writer.ts';
import { type Asking, createOperate } from '../../src/operations/operation.ts';
import { createOperations } from '../../src/operations/operations.ts';
import type { Browser, SignedIn } from '../../src/operations/sign-in.ts';
import type { TestDatabase } from './database.ts';
import { startPasskeys } from './passkeys.ts';

/** Where everything is done in these tests. */
export const source = { address: '192.0.2.7', requestId: 'this-request', device: 'Chrome on macOS' };

/** A browser that has not been here before. */
export const newBrowser: Browser = { deviceFor: () => null, former: null };

/** Where the application is, as letters say it. */
export const origin = 'https://app.example.com';

export const password = 'analytical-engine-1843';

export type TestOperations = Awaited<ReturnType<typeof startOperations>>;

type Options = {
  /** False for a site that sends none. */
  mail?: boolean;
  /** One that is migrated already; else one of its own. */
  database?: TestDatabase;
};

export async function startOperations({ mail = true, database: given }: Options = {}) {
  const { database, passkeys, create, wire, log, logger, events } = await startPasskeys(given);
  const { db } = database;
  const links = createLinks(['a secret key of these tests']);
  const tokens = createTokenStore(db);
  const sessions = createSessionStore(db);
  const accounts = createAccounts(db);
  const operations = createOperations({
    db,
    logger,
    accounts,
    passkeys,
    throttle: createSignInThrottle(db, { mail }),
    links,
    mail,
  });

  /** What waits in the outbox, oldest first. */
  async function letters(): Promise<Letter[]> {
    const rows = await db('outbox').orderBy('created_at').select('letter');
    return rows.map(({ letter }) => JSON.parse(letter));
  }

  async function secretOf(letter: Letter | undefined): Promise<string> {
    const link = letter && 'link' in letter ? letter.link : null;
    if (!link) throw new Error(`there is no link in the letter ${letter?.kind}`);
    // A link that was revoked meanwhile is nobody's, and so is this secret.
    return (await links.secretOf(db, link)) ?? 'the secret of a link that is gone';
  }

  async function signIn(email: string, typed = password): Promise<SignedIn> {
    const signedIn = await operations.signInWithPassword({ email, password: typed }, newBrowser, source);
    if (!signedIn) throw new Error(`${email} was not let in`);
    return signedIn;
  }

  return {
    database,
    operations,
    operate: createOperate({ db, logger, links, mail }),
    passkeys,
    accounts,
    tokens,
    sessions,
    wire,
    log,
    events,
    letters,
    /** What a mail says when it is delivered now; null when it is not sent. */
    write: createLetterWriter({ db, links, origin }),
    secretOf,
    signIn,
    /** The secret of the newest link that was mailed for this, to anybody or to one address. */
    newestSecret: async (purpose: Purpose, to?: string): Promise<string> => {
      const mailed = (await letters()).filter(
        (letter) => 'link' in letter && letter.link?.purpose === purpose && (to ?? letter.to) === letter.to,
      );
      return secretOf(mailed.at(-1));
    },
    /** The secret of "This wasn't me" in the newest letter about something. */
    notMe: async (event: AccountEvent): Promise<string> =>
      secretOf((await letters()).findLast((letter) => letter.kind === 'news' && letter.event === event)),
    /** An account, as an operator creates it. */
    createAccount: (email: string, typed = password): Promise<User> =>
      operations.createAccount(email, typed, source),
    /** Somebody signs in with their password. @returns who asks from then on */
    enter: async (email: string, typed?: string): Promise<Asking> => askingOf(await signIn(email, typed)),
    /** Somebody who is signed in creates a passkey. @returns its id */
    addPasskey: async (user: User, { signInId }: Asking): Promise<string> => {
      const person = { ...user, signInId };
      const id = await create(person);
      await operations.addPasskey(person, { id, name: 'A passkey', automatic: false }, source);
      return id;
    },
    /** The account as it is now. */
    account: async (id: string): Promise<StoredUser> => {
      const user = await createUserStore(db).findById(id);
      if (!user) throw new Error('there is no such account');
      return user;
    },
    /** What an account's owner reads, oldest first. */
    activity: async (id: string): Promise<string[]> =>
      (await createActivityStore(db).page(id)).entries.map(({ event }) => event).toReversed(),
    /** Whether a sign-in is still there. */
    isIn: ({ userId, signInId }: Asking): Promise<boolean> => sessions.isLiving(userId, signInId),
    /** Everything that can be written, to see that nothing was. */
    everything: async () => {
      const tables = ['users', 'sessions', 'account_tokens', 'activity', 'outbox', 'pending_deletions'];
      const rows = await Promise.all(tables.map((table) => db(table).select()));
      return Object.fromEntries(tables.map((table, index) => [table, rows[index]]));
    },
    /** Forgets everybody, for the next test. */
    empty: async (): Promise<void> => {
      const tables = [
        'outbox',
        'rate_limits',
        'account_tokens',
        'pending_deletions',
        'passkey_records',
        'users',
      ];
      for (const table of tables) await db(table).delete();
      log.length = 0;
    },
  };
}

/** Who asks in a session that has been opened. */
export function askingOf({ session: { data } }: Pick<SignedIn, 'session'>): Asking {
  return { userId: data.userId, signInId: data.signInId };
}
