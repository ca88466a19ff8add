/**
 * Everything that somebody can do, without the web: the real operations on a real database, with the real passkey API in
 * the same process, and what is read of it. Letters stay in the outbox. How somebody acts is acting.ts.
 */
import { createAccounts } from '../../src/accounts/accounts.ts';
import { createActivityStore } from '../../src/accounts/activity-store.ts';
import { createLinks } from '../../src/accounts/links.ts';
import { createSessionStore } from '../../src/accounts/session-store.ts';
import { createSignInThrottle } from '../../src/accounts/sign-in-throttle.ts';
import { createTokenStore } from '../../src/accounts/token-store.ts';
import type { User } from '../../src/accounts/user.ts';
import { createUserStore, type StoredUser } from '../../src/accounts/user-store.ts';
import type { AccountEvent } from '../../src/event-words.ts';
import type { Letter } from '../../src/letters/letter.ts';
import { createLetterWriter } from '../../src/letters/writer.ts';
import type { Requester } from '../../src/operations/operation.ts';
import { createOperations } from '../../src/operations/operations.ts';
import { createSecondFactorPolicy } from '../../src/operations/second-factor-policy.ts';
import type { SignedIn } from '../../src/operations/sign-in.ts';
import { createActing, newBrowser, password, place, requesterOf, signedInBy } from './acting.ts';
import type { TestDatabase } from './database.ts';
import { relyingParty, startPasskeys } from './passkeys.ts';
import { forgetEverybody, tablesKept } from './tables.ts';

/** Where the application is, as letters say it. */
export const origin = 'https://app.example.com';

export type TestOperations = Awaited<ReturnType<typeof startOperations>>;

type Options = {
  /** False for a site that sends none. */
  mail?: boolean;
  /** Whether everybody who has a passkey is asked for it after the password. */
  requiresSecondFactor?: boolean;
  /** One that is migrated already; else one of its own. */
  database?: TestDatabase;
};

export async function startOperations({
  mail = true,
  requiresSecondFactor = false,
  database: given,
}: Options = {}) {
  const { database, passkeys, wire, log, logger, events } = await startPasskeys(given);
  const { db } = database;
  const secretKeys = ['a secret key of these tests'];
  const links = createLinks(secretKeys);
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
    policy: createSecondFactorPolicy(db, passkeys, requiresSecondFactor),
  });

  const site = { secretKeys, mail, origin: relyingParty.origin };
  const acting = createActing({ db, logger, operations, passkeys, ...site });

  /** What waits in the outbox, oldest first. */
  async function letters(): Promise<Letter[]> {
    const rows = await db('outbox').orderBy('created_at').select('letter');
    return rows.map(({ letter }) => JSON.parse(letter));
  }

  return {
    ...acting,
    database,
    operations,
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
    /** Somebody signs in with what they type. */
    signIn: async (email: string, typed = password): Promise<SignedIn> => {
      const form = { email, password: typed };
      return signedInBy(await operations.signInWithPassword(form, newBrowser, place));
    },
    /** The secret of "This wasn't me" in the newest letter about something. */
    notMe: async (event: AccountEvent): Promise<string> =>
      acting.secretOf(
        (await letters()).findLast((letter) => letter.kind === 'news' && letter.event === event),
      ),
    /** Somebody comes in with their password. @returns who asks from then on */
    enter: async (user: User): Promise<Requester> => requesterOf(await acting.letIn(user)),
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
    isIn: ({ userId, signInId }: Requester): Promise<boolean> => sessions.isLiving(userId, signInId),
    /** Everything that can be written, to see that nothing was. */
    everything: async () => {
      const tables = await tablesKept(db);
      const rows = await Promise.all(tables.map((table) => db(table).select()));
      return Object.fromEntries(tables.map((table, index) => [table, rows[index]]));
    },
    /** Forgets everybody, for the next test. */
    empty: async (): Promise<void> => {
      await forgetEverybody(db);
      log.length = 0;
    },
  };
}
