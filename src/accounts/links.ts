/**
 * The secrets of mailed links. A letter carries the name of its link, the database the hash of its secret; only who has
 * the secret keys can make one from the other. Knows no addresses of pages and no mail.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { createTokenStore, hashOf, type Purpose, type Token, type TokenStore } from './token-store.ts';
import { createUserStore, type StoredUser } from './user-store.ts';

/** As long as cannot be guessed and as short as still fits into a line of a mail, address and all (RFC 2045, 6.7). */
const secretBytes = 16;

/** A link without its secret, as a letter keeps it. */
export type Link = { purpose: Purpose; id: string };

export type Links = ReturnType<typeof createLinks>;

/** @param secretKeys the newest first; the others are for links that were issued before it */
export function createLinks(secretKeys: readonly string[]) {
  const secretFrom = (key: string, { purpose, id }: Link) =>
    createHmac('sha256', key)
      .update(`latchkey link\n${purpose}\n${id}`)
      .digest()
      .subarray(0, secretBytes)
      .toString('base64url');

  return {
    /** Issues a link, in the transaction of the store; `lifetime` in milliseconds, where it is not that of its purpose. @returns what a letter about it must keep */
    async issue(tokens: TokenStore, token: Token, lifetime?: number): Promise<Link> {
      const link = { purpose: token.purpose, id: randomBytes(16).toString('base64url') };
      await tokens.add(hashOf(secretFrom(newestKey(secretKeys), link)), token, lifetime);
      return link;
    },

    /** The secret of a link that still works; null when it was used, has expired, or the account has changed since. */
    async secretOf(db: Database, link: Link): Promise<string | null> {
      for (const key of secretKeys) {
        const secret = secretFrom(key, link);
        if (await works(db, secret, link.purpose)) return secret;
      }
      return null;
    },
  };
}

/** The secret key with which something is made now. @throws when there is none: an empty one would be known to everybody */
export function newestKey([newest]: readonly string[]): string {
  if (!newest) throw new Error('no secret key');
  return newest;
}

/** A link of an account that still works. */
export type OpenLink = { token: Token; user: StoredUser };

/** Looks where a link leads without using it; null when it is used, expired, for something else, or revoked. */
export async function openLink(db: Database, secret: string, purpose: Purpose): Promise<OpenLink | null> {
  const token = await createTokenStore(db).find(hashOf(secret), purpose);
  return token && withAccount(db, token);
}

async function withAccount(db: Database, token: Token): Promise<OpenLink | null> {
  const user = token.userId === null ? null : await createUserStore(db).findById(token.userId);
  return user && stands(token, user) ? { token, user } : null;
}

/** The same of any link: that of a sign-up belongs to no account yet. */
async function works(db: Database, secret: string, purpose: Purpose): Promise<boolean> {
  const token = await createTokenStore(db).find(hashOf(secret), purpose);
  return token !== null && (token.userId === null || (await withAccount(db, token)) !== null);
}

/** Whether a link was issued in the epoch in which its account still is, or outlives it. */
export function stands({ epoch }: Token, user: StoredUser): boolean {
  return epoch === null || epoch === user.epoch;
}
