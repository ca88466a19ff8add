/**
 * The rows of `account_tokens`: what the secret of a mailed link stands for. Keeps SHA-256 of a secret, never the
 * secret. Knows knex and columns; decides nothing about what a link may do.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import { tokenLifetime } from '../lifetimes.ts';

const table = 'account_tokens';
/** SQLite takes 32,766 values in one statement, PostgreSQL twice as many. */
const valuesAtOnce = 10_000;

/** What the secret of a link is good for. */
export type Purpose = keyof typeof tokenLifetime;

export type Token = {
  purpose: Purpose;
  /** Null while there is no account, and for an address that has none. */
  userId: string | null;
  /** The epoch of the account at issue, with which the token ends; null for one that outlives it. */
  epoch: number | null;
  data: Record<string, string | null>;
};

/** A token that still works, and when it ends. */
export type FoundToken = Token & { expiresAt: Date };

/** A token that is kept, without its secret. */
export type KeptToken = { secretHash: string; token: Token };

type Row = {
  secret_hash: string;
  purpose: Purpose;
  user_id: string | null;
  epoch: number | null;
  data: string;
  created_at: string;
  expires_at: string;
};

export type TokenStore = ReturnType<typeof createTokenStore>;

/** @param db a transaction will do as well */
export function createTokenStore(db: Database) {
  const tokens = () => db<Row>(table);
  const living = (hash: string, purpose: Purpose) =>
    tokens().where({ secret_hash: hash, purpose }).andWhere('expires_at', '>', new Date().toISOString());

  return {
    /** Keeps a token, for the lifetime of its purpose unless another one is given in milliseconds. */
    async add(
      secretHash: string,
      { purpose, userId, epoch, data }: Token,
      lifetime: number = tokenLifetime[purpose],
    ): Promise<void> {
      const now = Date.now();
      await tokens().insert({
        secret_hash: secretHash,
        purpose,
        user_id: userId,
        epoch,
        data: JSON.stringify(data),
        created_at: new Date(now).toISOString(),
        expires_at: new Date(now + lifetime).toISOString(),
      });
    },

    /** Looks without using; null when there is no such secret for this purpose, or no longer. */
    async find(secretHash: string, purpose: Purpose): Promise<FoundToken | null> {
      const row = await living(secretHash, purpose).first();
      return row ? { ...toToken(row), expiresAt: new Date(row.expires_at) } : null;
    },

    /** Uses it up in one statement: of many who do at once, one hears true. */
    consume: async (secretHash: string, purpose: Purpose): Promise<boolean> =>
      (await living(secretHash, purpose).delete()) === 1,

    /** The living tokens of one purpose that this person has, by the hashes of their secrets; empty when there is none. */
    async listFor(userId: string, purpose: Purpose): Promise<KeptToken[]> {
      const rows = await tokens()
        .where({ user_id: userId, purpose })
        .andWhere('expires_at', '>', new Date().toISOString());
      return rows.map((row) => ({
        secretHash: row.secret_hash,
        token: toToken(row),
      }));
    },

    /**
     * When the first of a person's living tokens of one purpose ends, of those whose data has another value of one member, or
     * none. There may be thousands, so the database looks, and only the answer is read.
     *
     * @param member one name and its value
     * @returns ISO text; null when there is no such token
     */
    async firstEndOfOthers(
      userId: string,
      purpose: Purpose,
      member: Record<string, string>,
    ): Promise<string | null> {
      // As it stands in the data: within a value JSON escapes a quote, so nothing else reads like it. Not LIKE: addresses have
      // its wildcards in them.
      const written = JSON.stringify(member).slice(1, -1);
      const row = await tokens()
        .where({ user_id: userId, purpose })
        .andWhere('expires_at', '>', new Date().toISOString())
        .where('data', db.raw('replace(data, ?, ?)', [written, '']))
        .min({ first: 'expires_at' })
        .first();
      return row?.first ?? null;
    },

    /** Forgets tokens by the hashes of their secrets; an unknown one is no fault. */
    async forget(...secretHashes: string[]): Promise<void> {
      // In pieces, since a statement takes so many values; of an empty list there is none.
      for (let from = 0; from < secretHashes.length; from += valuesAtOnce)
        await tokens()
          .whereIn('secret_hash', secretHashes.slice(from, from + valuesAtOnce))
          .delete();
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

function toToken(row: Row): Token {
  return { purpose: row.purpose, userId: row.user_id, epoch: row.epoch, data: JSON.parse(row.data) };
}
