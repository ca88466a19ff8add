/** Both steps of a sign-in on the operations themselves: a second factor that is on, and what waits for it. */

import type { User } from '../../src/accounts/user.ts';
import type { Database } from '../../src/db/database.ts';
import { tokenLifetime } from '../../src/lifetimes.ts';
import type { Requester } from '../../src/operations/operation.ts';
import { openPending } from '../../src/operations/pending-sign-in.ts';
import type { Browser, SignedIn } from '../../src/operations/sign-in.ts';
import { newBrowser, password, pendingIn, place } from './acting.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import type { TestOperations } from './operations.ts';
import { relyingParty } from './passkeys.ts';
import { rememberEverybody } from './tables.ts';

type Beginning = { ada: User; own: Requester; laptop: Authenticator; codes: string[] };

export function secondStepsIn(running: TestOperations) {
  const { operations, passkeys, database } = running;

  /** What a passkey answers at the second step of a sign-in. */
  async function answer(pending: string, authenticator: Authenticator) {
    const page = await openPending(database.db, pending);
    if (!page) throw new Error('no sign-in is pending');
    const { options, ticket } = await passkeys.beginSecondFactor(page.person);
    const credential = authenticator.get(options, relyingParty.origin);
    return (person: typeof page.person) => passkeys.secondFactor(person, credential, [ticket], place);
  }

  /** Gives somebody a passkey, and asks for it from now on. @returns their recovery codes */
  async function turnOn(user: User, requester: Requester, authenticator?: Authenticator): Promise<string[]> {
    await running.addPasskey(user, requester, authenticator);
    const made = await operations.turnOnSecondFactor(requester, place);
    if (!made) throw new Error('the second factor was not turned on');
    return made.codes;
  }

  /** What is there to begin with, made once, and put back for each test. */
  let begun: { state: Beginning; again: () => Promise<void> } | undefined;

  return {
    answer,
    turnOn,

    /** Leaves Ada alone in the database and signed in, with a passkey on a laptop that is asked for after her password. */
    beginAnew: async (): Promise<Beginning> => {
      running.log.length = 0;
      if (begun) {
        await begun.again();
        return begun.state;
      }
      await running.empty();
      const ada = await running.createAccount('ada@example.com');
      const own = await running.enter(ada);
      const laptop = createAuthenticator();
      const codes = await turnOn(ada, own, laptop);
      running.log.length = 0;
      const state = { ada, own, laptop, codes };
      begun = { state, again: await rememberEverybody(database.db) };
      return state;
    },

    /** The first step. @returns the secret of what waits for the second */
    leave: async (email: string, typed = password, browser: Browser = newBrowser): Promise<string> =>
      pendingIn(await operations.signInWithPassword({ email, password: typed }, browser, place)),

    /** The second step with a passkey. */
    completeWithPasskey: async (pending: string, authenticator: Authenticator): Promise<SignedIn> =>
      operations.completeWithPasskey(pending, await answer(pending, authenticator), newBrowser, place),

    completeWithCode: (pending: string, code: string) =>
      operations.completeWithCode(pending, code, newBrowser, place),
  };
}

/** Everybody's passkeys and codes are older than any letter with "This wasn't me" that still works. */
export async function haveHadThemForLong(db: Database): Promise<void> {
  const created_at = new Date(Date.now() - tokenLifetime.lockdown - 86_400_000).toISOString();
  for (const table of ['passkey_records', 'recovery_codes']) await db(table).update({ created_at });
}

/** No code of anybody. */
export const wrongCode = '0000-0000-0000-0000-0000-0000-00';
