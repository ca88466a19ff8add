/**
 * The rows of `pending_sign_ins`: the first step has passed, and the second is still due. None is a session. Keeps SHA-256
 * of an id, never the id. Knows knex and columns; decides nothing.
 */
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import { pendingSignInLifetime } from '../lifetimes.ts';
import { limits } from '../limits.ts';
import { hashOf } from './token-store.ts';

const table = 'pending_sign_ins';

export type PendingSignIn = {
  userId: string;
  /** Of the account when its owner's first proof was looked at. */
  epoch: number;
  /** The hash that the password was verified against; null where no password was. */
  passwordHash: string | null;
  /** It began in a browser that is known, or with a mailed link: whoever has the password alone begins none of these. */
  isKnown: boolean;
  /** What the session is to be opened with. */
  data: unknown;
};

/** As it is found: the hash of the hash is kept, which tells only whether it is the same. */
export type FoundPendingSignIn = Omit<PendingSignIn, 'passwordHash' | 'isKnown'> & {
  idHash: string;
  verifiedHash: string | null;
  /** Tries at the second factor that have been counted. */
  tries: number;
  expiresAt: Date;
};

type Row = {
  id_hash: string;
  user_id: string;
  epoch: number;
  verified_hash: string | null;
  known: boolean;
  tries: number;
  data: string;
  created_at: string;
  expires_at: string;
};

/** @param db a transaction will do as well */
export function createPendingSignInStore(db: Database) {
  const pending = () => db<Row>(table);
  const living = (idHash: string) =>
    pending().where({ id_hash: idHash }).andWhere('expires_at', '>', new Date().toISOString());

  return {
    /** Keeps one; the oldest of this user ends when there are too many, of known browsers and of strangers apart. */
    async insert(id: string, { userId, epoch, passwordHash, isKnown, data }: PendingSignIn): Promise<void> {
      const now = Date.now();
      await pending().insert({
        id_hash: hashOf(id),
        user_id: userId,
        epoch,
        verified_hash: passwordHash === null ? null : hashOf(passwordHash),
        known: isKnown,
        data: JSON.stringify(data),
        created_at: new Date(now).toISOString(),
        expires_at: new Date(now + pendingSignInLifetime).toISOString(),
      });
      await endOldest(userId, isKnown);
    },

    /** @returns null when it is unknown, ended or expired */
    async find(id: string): Promise<FoundPendingSignIn | null> {
      const row = await living(hashOf(id)).first();
      return row ? found(row) : null;
    },

    /** Counts a try, in one statement, so that simultaneous ones cannot slip through together. @returns how many there are by now; null when it has ended */
    async countTry(idHash: string): Promise<number | null> {
      const rows = await living(idHash).increment('tries').returning('tries');
      return rows[0] ? Number(rows[0].tries) : null;
    },

    /** A try that was never judged. */
    takeBackTry: async (idHash: string): Promise<void> => {
      await living(idHash).decrement('tries');
    },

    /** Ends one. @returns whether there was one: of all who try at once exactly one is told true */
    end: async (idHash: string): Promise<boolean> => (await living(idHash).delete()) === 1,

    /** Ends all of an account. */
    endAll: async (userId: string): Promise<void> => {
      await pending().where({ user_id: userId }).delete();
    },

    /** Removes those that have expired. */
    sweep: (): Promise<void> =>
      sweepRows(db, { table, key: 'id_hash', column: 'expires_at', before: new Date().toISOString() }),
  };

  async function endOldest(userId: string, known: boolean): Promise<void> {
    const kept = pending()
      .where({ user_id: userId, known })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id_hash', order: 'desc' },
      ])
      .limit(limits.pendingSignInsOfAccount)
      .select('id_hash');
    await pending().where({ user_id: userId, known }).whereNotIn('id_hash', kept).delete();
  }
}

function found(row: Row): FoundPendingSignIn {
  return {
    idHash: row.id_hash,
    userId: row.user_id,
    epoch: row.epoch,
    verifiedHash: row.verified_hash,
    tries: row.tries,
    data: JSON.parse(row.data),
    expiresAt: new Date(row.expires_at),
  };
}
