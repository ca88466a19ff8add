/**
 * What a server has confirmed to people, and how they find out whether it still knows: for tests that take the server
 * away in the middle of things. What was asked and never answered is in no list; either outcome is right.
 */
import { expect } from 'vitest';
import { paths } from '../../src/paths.ts';
import { createAuthenticator } from './authenticator.ts';
import { cookiesOf } from './request.ts';
import { createVisitor, type Visitor } from './visitor.ts';

type Account = { email: string; password: string };
/** Somebody, and the Cookie header that signs them in. */
type SignedIn = { visitor: Visitor; cookie: string };
export type Ledger = ReturnType<typeof createLedger>;

export function createLedger(running: { server: string; origin: string }, account: Account) {
  const signedIn: Visitor[] = [];
  const signedOut: string[] = [];
  const passkeys = new Set<string>();
  const deleted = new Set<string>();
  const spent: { visitor: Visitor; credential: object }[] = [];
  const keyring = createAuthenticator();
  /** What was asked about often enough, and is asked about no more. */
  let settled = 0;

  async function signIn(): Promise<SignedIn> {
    const visitor = createVisitor(running, keyring);
    const answer = await visitor.signIn(account);
    expect(answer.headers.location).toBe(paths.dashboard);
    return { visitor, cookie: cookiesOf(answer) };
  }

  async function signOut({ visitor, cookie }: SignedIn): Promise<void> {
    expect((await visitor.signOut()).headers.location).toBe(paths.login);
    signedOut.push(cookie);
  }

  async function createPasskey(visitor: Visitor, authenticator = createAuthenticator()): Promise<string> {
    const { body: start } = await visitor.postJson(paths.passkeyRegistration, { start: true });
    const credential = authenticator.create(start.createOptions, running.origin);
    const { status, body } = await visitor.postJson(paths.passkeyRegistration, { finish: true, credential });
    expect(status).toBe(200);
    passkeys.add(body.passkey.id);
    return body.passkey.id;
  }

  async function deletePasskey(visitor: Visitor, id: string): Promise<void> {
    passkeys.delete(id);
    expect((await visitor.postForm(paths.deletePasskey(id))).headers.location).toBe(paths.dashboard);
    deleted.add(id);
  }

  return {
    /** Somebody gets the passkey that {@link signInWithPasskey} uses. */
    open: async () => void (await createPasskey((await signIn()).visitor, keyring)),

    /** Signs in with the password, and out again unless they stay. */
    visit: async (stays: boolean) => {
      const person = await signIn();
      if (!stays) return signOut(person);
      // The newest few: an account has fifty sessions at most, and every accident may leave some that nobody has.
      signedIn.push(person.visitor);
      signedIn.splice(0, signedIn.length - 5);
    },

    /** Creates a passkey, and deletes it again unless it stays. */
    changePasskeys: async (stays: boolean) => {
      const person = await signIn();
      const id = await createPasskey(person.visitor);
      // A hundred are the most that one account can have.
      if (!stays || passkeys.size > 20) await deletePasskey(person.visitor, id);
      await signOut(person);
    },

    signInWithPasskey: async () => {
      const visitor = createVisitor(running, keyring);
      const { credential } = await visitor.signInAnswer();
      const answer = await visitor.postJson(paths.passkeyLogin, { finish: true, credential });
      expect(answer.status).toBe(200);
      spent.push({ visitor, credential });
      await signOut({ visitor, cookie: cookiesOf(answer) });
    },

    /** How much has been confirmed. */
    size: () => settled + signedIn.length + signedOut.length + passkeys.size + deleted.size + spent.length,

    /** Everything that was confirmed is still so. */
    expectKept: async () => {
      for (const visitor of signedIn) expect((await visitor.get(paths.dashboard)).status).toBe(200);
      for (const cookie of signedOut) {
        const stale = await fetch(running.server + paths.dashboard, {
          headers: { cookie },
          redirect: 'manual',
        });
        expect(stale.status).toBe(303);
      }
      for (const { visitor, credential } of spent) {
        const again = await visitor.postJson(paths.passkeyLogin, { finish: true, credential });
        expect([again.status, again.body.code]).toEqual([409, 'challenge_expired']);
      }
      const person = await signIn();
      const { text } = await person.visitor.get(paths.dashboard);
      for (const id of passkeys) expect(text).toContain(paths.deletePasskey(id));
      for (const id of deleted) expect(text).not.toContain(paths.deletePasskey(id));
      await signOut(person);
      // What has been asked about often enough makes room.
      for (const list of [signedOut, spent]) settled += list.splice(0, list.length - 50).length;
    },
  };
}
