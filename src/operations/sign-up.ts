/**
 * Signing up. What was typed waits until the link in a letter is opened, and only then there is an account; so nobody
 * learns which addresses have one, and nobody can open one for an address that is not theirs. What was chosen counts only
 * in the browser where it was chosen: elsewhere whoever opens the link, and so reads the mail, chooses a password anew.
 * Must not know which pages ask.
 */
import { randomUUID } from 'node:crypto';
import { createTokenStore, hashOf, type Token } from '../accounts/token-store.ts';
import { noSecondFactor, type User } from '../accounts/user.ts';
import { createUserStore } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/faults.ts';
import type { LetterQuota } from './letter-quota.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import type { Act, Operate, Requester, Source } from './operation.ts';

/**
 * @property browserHash names the browser in which it began
 * @property passwordHash null for whoever goes on without a password
 */
export type SignUp = { email: string; passwordHash: string | null; browserHash: string };

/**
 * Who opens the link.
 *
 * @property browser the secret by which this browser began a sign-up; null when it began none
 * @property chosenHash of the password that was chosen on the page of the link, null for no password; it counts only in
 *   another browser than the one where the sign-up began
 * @property former the sign-in that this browser had before
 */
export type Opener = { browser: string | null; chosenHash: string | null; former: Requester | null };

type Parts = { operate: Operate; quota: LetterQuota; db: Database };

export function createSignUp({ operate, quota, db }: Parts) {
  /** The same work whether or not the address has an account: a link is issued, and a letter posted. */
  async function postLetter(act: Act, { email, ...signUp }: SignUp): Promise<void> {
    const link = await act.issue('sign-up', null, { email, ...signUp });
    const exists = (await act.users.findByEmail(email)) !== null;
    await act.post(exists ? { kind: 'account-exists', to: email } : { kind: 'sign-up', to: email, link });
  }

  return {
    /**
     * Keeps what was typed and mails the address: a link, or, where it has an account, that somebody wanted another.
     *
     * @param browser a secret that this browser alone knows
     */
    async beginSignUp(
      browser: string,
      { email, passwordHash }: Pick<SignUp, 'email' | 'passwordHash'>,
      source: Source,
    ): Promise<void> {
      await quota.ofGuest('sign-up', email, source, (mayMail) =>
        operate(source, async (act) => {
          const signUp = { email, passwordHash, browserHash: hashOf(browser) };
          await act.tokens.add(signUp.browserHash, {
            purpose: 'pending-sign-up',
            userId: null,
            epoch: null,
            data: signUp,
          });
          if (mayMail) await postLetter(act, signUp);
          act.log('sign_up_requested', { outcome: 'success', method: passwordHash ? 'password' : 'passkey' });
        }),
      );
    },

    /**
     * Mails another link to whoever signs up in this browser, unless they have had several lately; all of them work.
     *
     * @returns false when nobody signs up in this browser (any more)
     */
    async resendSignUp(browser: string, source: Source): Promise<boolean> {
      const pending = await pendingSignUp(db, browser);
      if (!pending) return false;
      await quota.ofGuest('sign-up', pending.email, source, async (mayMail) => {
        if (mayMail) await operate(source, (act) => postLetter(act, pending));
      });
      return true;
    },

    /**
     * Uses a link up, opens the account with its address confirmed, and signs its owner in.
     *
     * @returns null when the link is used or expired, or the address has an account by now
     */
    async completeSignUp(
      secret: string,
      opener: Opener,
      flash: string,
      source: Source,
    ): Promise<{ user: User; session: OpenedSession } | null> {
      try {
        return await operate(source, async (act) => {
          const signUp = toSignUp((await act.consume(secret, 'sign-up'))?.token ?? null);
          return signUp && complete(act, signUp, opener, flash);
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        await operate(source, (act) => act.tokens.forget(hashOf(secret)));
        return null;
      }
    },
  };
}

async function complete(
  act: Act,
  signUp: SignUp,
  { browser, former, chosenHash }: Opener,
  flash: string,
): Promise<{ user: User; session: OpenedSession }> {
  await act.tokens.forget(signUp.browserHash);
  const user = { id: randomUUID(), email: signUp.email, epoch: 0 };
  const passwordHash = beganIn(signUp, browser) ? signUp.passwordHash : chosenHash;
  await act.users.insert({ ...user, passwordHash, emailVerified: true });
  const opening = { method: 'email', proven: true, flash } as const;
  const session = await openSession(act, user, opening, { epoch: user.epoch }, former);
  if (!session) throw new Error('no session was opened for an account that was made just now');
  const created = { ...user, ...noSecondFactor };
  await act.tell('account_created', created);
  await act.tell('sign_in', created, { method: 'email', letter: false });
  return { user, session };
}

/** What this browser signs up with, or null. */
export async function pendingSignUp(db: Database, browser: string): Promise<SignUp | null> {
  return toSignUp(await createTokenStore(db).find(hashOf(browser), 'pending-sign-up'));
}

/** What a link would complete: null when it is used or expired, or the address has an account by now. */
export async function openSignUp(db: Database, secret: string): Promise<SignUp | null> {
  const signUp = toSignUp(await createTokenStore(db).find(hashOf(secret), 'sign-up'));
  const exists = signUp && (await createUserStore(db).findByEmail(signUp.email)) !== null;
  return exists ? null : signUp;
}

/**
 * Whether a sign-up began in this browser. Anybody can sign up with the address of somebody else, who then opens the link:
 * their account must not have a password that a stranger knows.
 */
export function beganIn({ browserHash }: SignUp, browser: string | null): boolean {
  return browser !== null && hashOf(browser) === browserHash;
}

function toSignUp(token: Token | null): SignUp | null {
  const { email, passwordHash = null, browserHash } = token?.data ?? {};
  return email && browserHash ? { email, passwordHash, browserHash } : null;
}
