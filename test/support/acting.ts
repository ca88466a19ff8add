/**
 * Somebody who acts through the operations themselves, without HTTP: an account, a sign-in, a passkey, links. Acts in the
 * whole application, or on the operations alone (operations.ts).
 */
import { createLinks, type Link } from '../../src/accounts/links.ts';
import type { Purpose } from '../../src/accounts/token-store.ts';
import type { User } from '../../src/accounts/user.ts';
import type { Database } from '../../src/db/database.ts';
import { createLogger, type Logger } from '../../src/logger.ts';
import type { Confirmation } from '../../src/operations/confirm-act.ts';
import { openSession } from '../../src/operations/open-session.ts';
import { createOperate, type Requester, type Source } from '../../src/operations/operation.ts';
import type { Operations } from '../../src/operations/operations.ts';
import type { Browser, SignedIn, SignInOutcome } from '../../src/operations/sign-in.ts';
import type { Passkeys, Person } from '../../src/passkeys/passkeys.ts';
import type { TestApp } from './app.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { cheapHash } from './cheap-hash.ts';
import { person } from './person.ts';
import { storePasskey } from './stored-passkey.ts';

/** Where everything is done. */
export const place: Source = { address: '192.0.2.7', requestId: 'this-request', device: 'Chrome on macOS' };

/** A browser that remembers nothing. */
export const newBrowser: Browser = { deviceFor: () => null, former: null };

/** Everybody's, unless a test says otherwise. */
export const password: string = person.password;

/** Somebody confirms an act with the password of everybody. */
export const typing = (user: Pick<User, 'id' | 'email'>): Confirmation => ({
  typed: { user: { epoch: 0, ...user }, password, code: '', device: null },
});

/** The same with a recovery code. */
export function withCode(confirmation: Confirmation, code: string): Confirmation {
  if (!confirmation || !('typed' in confirmation)) throw new Error('nothing was typed');
  return { typed: { ...confirmation.typed, code } };
}

/** What somebody acts on. */
type Stage = {
  db: Database;
  logger: Logger;
  operations: Operations;
  passkeys: Passkeys;
  secretKeys: readonly string[];
  mail: boolean;
  /** Where their browser believes to be. */
  origin: string;
  /** Whether the passkey API is elsewhere, so that nothing can be put there but through it. */
  remote?: boolean;
};

/** What is done for somebody so that a test can begin. */
export function createActing({ db, logger, operations, passkeys, secretKeys, mail, origin, remote }: Stage) {
  const links = createLinks(secretKeys);
  const operate = createOperate({ db, logger, links, mail });

  /** A passkey that the API has stored and that is not taken in yet. */
  async function register(who: Person, authenticator: Authenticator = createAuthenticator()) {
    const { options, ticket } = await passkeys.beginRegistration(who, undefined, place);
    return passkeys.register(who, authenticator.create(options, origin), [ticket], place.device, place);
  }

  async function secretOf(letter: object | undefined): Promise<string> {
    if (!letter || !('link' in letter) || !letter.link) throw new Error('there is no such link');
    return (await links.secretOf(db, letter.link as Link)) ?? 'the secret of a link that is gone';
  }

  return {
    operate,
    register,

    /** An account, as an operator creates it. */
    createAccount: async (email: string, typed = password): Promise<User> =>
      operations.createAccount({ email, passwordHash: await cheapHash(typed) }, place),

    /** Opens a session as signing in with a password does, but for the password, and without its limits. */
    letIn: ({ id }: Pick<User, 'id'>): Promise<SignedIn> =>
      operate(place, async (act) => {
        const user = (await act.users.lock(id)) ?? nobody(id);
        const opening = { method: 'password', proven: true } as const;
        const { email, epoch } = user;
        const session = (await openSession(act, user, opening, { epoch }, null)) ?? nobody(id);
        await act.tell('sign_in', user, { method: 'password', letter: false });
        return { user: { id, email, epoch }, session };
      }),

    /** Somebody has created a passkey: what the ceremony leaves is put there, and taken in. @returns its id */
    addPasskey: async (
      user: User,
      { signInId }: Requester,
      authenticator = createAuthenticator(),
    ): Promise<string> => {
      const who = { ...user, signInId };
      const registered = remote
        ? await register(who, authenticator)
        : await storePasskey(db, who, authenticator, { origin, device: place.device });
      await operations.addPasskey(who, registered, place);
      return registered.id;
    },

    /** The secret that a letter mails; when its link was used or revoked meanwhile, one that opens nothing. */
    secretOf,

    /** The secret of the newest link of a purpose that was mailed to anybody, or to one address, and works. */
    newestSecret: async (purpose: Purpose, to?: string): Promise<string> => {
      const letters = await lettersWith(db, purpose, to ? [to] : null);
      for (const { link } of letters.toReversed()) {
        const secret = await links.secretOf(db, link);
        if (secret) return secret;
      }
      return secretOf(letters.at(-1));
    },

    /** The secrets of all links of a purpose that were mailed to these addresses and work, oldest first. */
    secretsMailed: async (purpose: Purpose, to: readonly string[]): Promise<string[]> => {
      const letters = await lettersWith(db, purpose, to);
      const secrets = await Promise.all(letters.map(({ link }) => links.secretOf(db, link)));
      return secrets.filter((secret) => secret !== null);
    },
  };
}

/** Letters with a link, oldest first. The database finds them: many others may wait. */
async function lettersWith(
  db: Database,
  purpose: Purpose,
  to: readonly string[] | null,
): Promise<{ link: Link }[]> {
  const has = (member: string, value: string) => `%"${member}":${JSON.stringify(value)}%`;
  const query = db('outbox').where('letter', 'like', has('purpose', purpose));
  if (to)
    query.where((either) => {
      for (const address of to) either.orWhere('letter', 'like', has('to', address));
    });
  const letters: string[] = to?.length === 0 ? [] : await query.orderBy('created_at').pluck('letter');
  return letters.map((letter) => JSON.parse(letter));
}

function nobody(id: string): never {
  throw new Error(`nobody is let in: ${id}`);
}

export type Actor = Awaited<ReturnType<typeof createActor>>;

let people = 0;

/** A new account whose address is confirmed, signed in, in the whole application. */
export async function createActor(running: TestApp) {
  const { accounts, passkeys } = running.app;
  const { db } = running.database;
  const acting = actingIn(running);
  const user = await acting.createAccount(`actor-${++people}@example.com`);
  const { id: userId, email } = user;
  await db('users').where({ id: userId }).update({ email_verified_at: new Date().toISOString() });
  const { session } = await acting.letIn(user);
  const requester = { userId, signInId: session.data.signInId };

  async function person(): Promise<Person> {
    const found = (await accounts.find(userId)) ?? nobody(userId);
    return { ...found, signInId: requester.signInId };
  }

  return {
    userId,
    email,
    session,
    requester,
    /** Confirms an act with the password. */
    typing: typing(user),
    person,

    /** Another session of theirs. */
    comeElsewhere: async (): Promise<Requester> => requesterOf(await acting.letIn(user)),

    /** A passkey that the API has stored and that is not taken in yet. */
    register: async (authenticator?: Authenticator) => {
      const who = await person();
      return { who, registered: await acting.register(who, authenticator) };
    },

    /** A passkey of this person. @returns its id */
    createPasskey: async (authenticator?: Authenticator): Promise<string> =>
      acting.addPasskey(await person(), requester, authenticator),

    /** Whom a passkey says it is, as the API has verified it. */
    identify: async (authenticator: Authenticator) => {
      const { options, ticket } = await passkeys.beginSignIn();
      const credential = authenticator.get(options, running.origin);
      const epochOf = async (id: string) => (await accounts.find(id))?.epoch ?? null;
      return passkeys.identify(credential, [ticket], epochOf, place);
    },

    /** The secret of the newest link of this purpose that was mailed to an address of theirs. */
    newestLink: (purpose: Purpose, to = email): Promise<string> => acting.newestSecret(purpose, to),

    /** The session of this sign-in, as a step-up renames it. */
    held: () => ({ ...requester, id: session.id, data: session.data, unprovenOpener: null }),
  };
}

/** Acting in the whole application. */
export function actingIn({ app, database, config, origin }: TestApp) {
  const { operations, passkeys } = app;
  const { secretKeys, mail, passkeyTenant } = config;
  const site = { secretKeys, mail: mail !== null, origin, remote: passkeyTenant !== null };
  return createActing({ db: database.db, logger: createLogger('silent'), operations, passkeys, ...site });
}

/** A sign-in that is complete: it has come about, and no second factor is due. */
export function signedInBy(outcome: SignInOutcome | null): SignedIn {
  if (outcome && 'session' in outcome) return outcome;
  throw new Error(outcome ? 'the second factor is due' : 'nobody was let in');
}

/** The secret of a sign-in that waits for its second factor. */
export function pendingIn(outcome: SignInOutcome | null): string {
  if (outcome && 'pending' in outcome) return outcome.pending.id;
  throw new Error(outcome ? 'no second factor was asked for' : 'nobody was let in');
}

/** Who asks in a session that has been opened. */
export function requesterOf({ session: { data } }: Pick<SignedIn, 'session'>): Requester {
  return { userId: data.userId, signInId: data.signInId };
}
