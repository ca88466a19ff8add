/** Somebody who acts through the operations themselves, without HTTP: an account, a sign-in, a passkey, links. */
import { createLinks } from '../../src/accounts/links.ts';
import type { Purpose } from '../../src/accounts/token-store.ts';
import type { Source } from '../../src/operations/operation.ts';
import type { SignedIn } from '../../src/operations/sign-in.ts';
import type { Person } from '../../src/passkeys/passkeys.ts';
import type { TestApp } from './app.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';

export const place: Source = { address: '192.0.2.7', requestId: 'this-request', device: 'Chrome on macOS' };

/** A browser that remembers nothing. */
export const newBrowser = { deviceFor: () => null, former: null };

export const rightPassword = 'known-to-its-owner-alone';

let people = 0;

export type Actor = Awaited<ReturnType<typeof createActor>>;

/** A new account whose address is confirmed, signed in with its password. */
export async function createActor(running: TestApp) {
  const { operations, passkeys, accounts } = running.app;
  const { db } = running.database;
  const email = `actor-${++people}@example.com`;
  const { id: userId } = await running.createAccount(email, rightPassword);
  await db('users').where({ id: userId }).update({ email_verified_at: new Date().toISOString() });

  async function signIn(password = rightPassword): Promise<SignedIn> {
    const { email: address } = await db('users').where({ id: userId }).first('email');
    const signedIn = await operations.signInWithPassword({ email: address, password }, newBrowser, place);
    if (!signedIn) throw new Error('nobody is signed in');
    return signedIn;
  }

  const { session } = await signIn();
  const asking = { userId, signInId: session.data.signInId };

  async function person(): Promise<Person> {
    const user = await accounts.find(userId);
    if (!user) throw new Error('the account is gone');
    return { ...user, signInId: asking.signInId };
  }

  /** A passkey that the API has stored and that is not taken in yet. */
  async function register(authenticator: Authenticator = createAuthenticator()) {
    const who = await person();
    const { options, ticket } = await passkeys.beginRegistration(who, undefined, place);
    const credential = authenticator.create(options, running.origin);
    const registered = await passkeys.register(who, credential, [ticket], place.device, place);
    return { who, registered };
  }

  return {
    userId,
    email,
    session,
    asking,
    person,
    signIn,
    register,

    /** A passkey of this person. @returns its id */
    createPasskey: async (authenticator?: Authenticator): Promise<string> => {
      const { who, registered } = await register(authenticator);
      await operations.addPasskey(who, registered, place);
      return registered.id;
    },

    /** Whom a passkey says it is, as the API has verified it. */
    identify: async (authenticator: Authenticator) => {
      const { options, ticket } = await passkeys.beginSignIn();
      const credential = authenticator.get(options, running.origin);
      const epochOf = async (id: string) => (await accounts.find(id))?.epoch ?? null;
      return passkeys.identify(credential, [ticket], epochOf, place);
    },

    /** The secret of the newest link of this purpose that was mailed to an address. */
    newestLink: (purpose: Purpose, to = email): Promise<string> => newestLink(running, purpose, to),

    /** The session of this sign-in, as a step-up renames it. */
    held: () => ({ ...asking, id: session.id, data: session.data, unprovenOpener: null }),
  };
}

/** The secret of the newest link of a purpose in a letter that waits to be delivered to an address. */
export async function newestLink(
  { database: { db }, config }: TestApp,
  purpose: Purpose,
  to: string,
): Promise<string> {
  const links = createLinks(config.secretKeys);
  const letters = (await db('outbox').orderBy('created_at', 'desc')).map(({ letter }) => JSON.parse(letter));
  for (const { to: recipient, link } of letters) {
    if (recipient !== to || link?.purpose !== purpose) continue;
    const secret = await links.secretOf(db, link);
    if (secret) return secret;
  }
  throw new Error(`no ${purpose} link for ${to}`);
}
