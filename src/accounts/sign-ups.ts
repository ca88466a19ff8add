/**
 * Signing up: what somebody typed waits until a link in a mail is opened, and only then there is an account. So nobody
 * learns which addresses have one, and nobody can open one for an address that is not theirs. Knows no mail.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/faults.ts';
import { createTokenStore, hashOf, type Token } from './token-store.ts';
import type { User } from './user.ts';
import { createUserStore } from './user-store.ts';

/** Milliseconds for which a sign-up, and each of its links, can be completed. */
export const signUpLifetime = 24 * 3_600_000;

/**
 * @property browserHash names the browser in which it began
 * @property passwordHash null for whoever goes on without a password
 */
export type SignUp = { email: string; passwordHash: string | null; browserHash: string };

export type SignUps = ReturnType<typeof createSignUps>;

/** The sign-ups that are under way in this database. */
export function createSignUps(db: Database) {
  const tokens = createTokenStore(db);

  return {
    /**
     * Keeps what was typed, whether or not the address has an account.
     *
     * @param browser a secret that this browser alone knows
     */
    begin: (browser: string, email: string, passwordHash: string | null): Promise<void> => {
      const data = { email, passwordHash, browserHash: hashOf(browser) };
      return tokens.add(browser, { purpose: 'pending-sign-up', userId: null, data }, signUpLifetime);
    },

    /** What this browser signs up with, or null. */
    pending: async (browser: string): Promise<SignUp | null> =>
      toSignUp(await tokens.find(browser, 'pending-sign-up')),

    /** The same for whoever knows only the hash of the browser's secret. */
    pendingOf: async (browserHash: string): Promise<SignUp | null> =>
      toSignUp(await tokens.findByHash(browserHash, 'pending-sign-up')),

    /** Issues the link that completes it. */
    issueLink: (secret: string, signUp: SignUp): Promise<void> =>
      tokens.add(secret, { purpose: 'sign-up', userId: null, data: signUp }, signUpLifetime),

    /** What a link would complete: null when it is used or expired. */
    open: async (secret: string): Promise<SignUp | null> => toSignUp(await tokens.find(secret, 'sign-up')),

    /**
     * Uses a link up and opens the account, its address confirmed.
     *
     * @returns null when the link is used or expired, or the address has an account by now
     */
    async complete(secret: string): Promise<User | null> {
      const signUp = toSignUp(await tokens.find(secret, 'sign-up'));
      if (!signUp) return null;
      const { email, passwordHash, browserHash } = signUp;
      try {
        return await db.transaction(async (trx) => {
          if (!(await createTokenStore(trx).spend(secret, 'sign-up'))) return null;
          await createTokenStore(trx).forget(browserHash);
          const user = { id: randomUUID(), email };
          await createUserStore(trx).insert({ ...user, passwordHash, emailVerified: true });
          return user;
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        await tokens.forget(hashOf(secret));
        return null;
      }
    },
  };
}

function toSignUp(token: Token | null): SignUp | null {
  const { email, passwordHash = null, browserHash } = token?.data ?? {};
  return email && browserHash ? { email, passwordHash, browserHash } : null;
}
