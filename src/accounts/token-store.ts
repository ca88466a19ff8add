/**
 * The rows of `account_tokens`: what the secret of a mailed link stands for. Keeps SHA-256 of a secret, never the
 * secret. Knows knex and columns; decides nothing about what a link may do.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';

const table = 'account_tokens';

/** A secret is good for one of these and for nothing else. */
export type Purpose =
  | 'pending-sign-up'
  | 'sign-up'
  | 'confirm-email'
  | 'reset-password'
  | 'change-email'
  | 'lockdown';

export type Token = {
  purpose: Purpose;
  /** Null while there is no account yet. */
  userId: string | null;
  data: Record<string, string | null>;
};

/** @property createdAt ISO text */
export type KeptToken = Token & { createdAt: string };

type Row = {
  secret_hash: string;
  purpose: Purpose;
  user_id: string | null;
  data: string;
  created_at: string;
  expires_at: string;
};

/** @param db a transaction will do as well */
export function createTokenStore(db: Database) {
  const tokens = () => db<Row>(table);
  const living = (hash: string, purpose: Purpose) =>
    tokens().where({ secret_hash: hash, purpose }).andWhere('expires_at', '>', new Date().toISOString());

  return {
    /** Keeps a token for so many milliseconds. A secret that is kept already stays as it is. */
    async add(secret: string, token: Token, lifetime: number): Promise<void> {
      const now = Date.now();
      await tokens()
        .insert({
          secret_hash: hashOf(secret),
          purpose: token.purpose,
          user_id: token.userId,
          data: JSON.stringify(token.data),
          created_at: new Date(now).toISOString(),
          expires_at: new Date(now + lifetime).toISOString(),
        })
        .onConflict('secret_hash')
        .ignore();
    },

    /** Looks without using; null when there is no such secret for this purpose, or no longer. */
    async find(secret: string, purpose: Purpose): Promise<KeptToken | null> {
      return toToken(await living(hashOf(secret), purpose).first());
    },

    /** The same by what {@link hashOf} answers, for whoever was only handed that. */
    async findByHash(hash: string, purpose: Purpose): Promise<KeptToken | null> {
      return toToken(await living(hash, purpose).first());
    },

    /** Uses it up in one statement: of many who do at once, one hears true. */
    spend: async (secret: string, purpose: Purpose): Promise<boolean> =>
      (await living(hashOf(secret), purpose).delete()) === 1,

    /**
     * Makes the links of one purpose that were mailed to this person worthless.
     *
     * @param since ISO text: those that are older stay; without it none does
     */
    async revoke(userId: string, purpose: Purpose, since = ''): Promise<void> {
      await tokens().where({ user_id: userId, purpose }).where('created_at', '>=', since).delete();
    },

    /** Forgets a token by its hash; an unknown one is no fault. */
    async forget(hash: string): Promise<void> {
      await tokens().where({ secret_hash: hash }).delete();
    },

    /** Removes what has expired. */
    sweep: (): Promise<void> =>
      sweepRows(db, { table, key: 'secret_hash', column: 'expires_at', before: new Date().toISOString() }),
  };
}

/** SHA-256 as base64url: what of a secret may be kept. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

function toToken(row: Row | undefined): KeptToken | null {
  if (!row) return null;
  return {
    purpose: row.purpose,
    userId: row.user_id,
    data: JSON.parse(row.data),
    createdAt: row.created_at,
  };
}
