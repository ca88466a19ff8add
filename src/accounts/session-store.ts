/**
 * The rows of `sessions`: who is signed in. Keeps SHA-256 of a session id, never the id. Knows nothing of
 * cookies or koa.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import type { User } from './user.ts';

export const sessionLifetime = {
  /** Milliseconds without a visit after which a session ends. */
  idle: 7 * 24 * 3_600_000,
  /** Milliseconds after sign-in at which a session ends whatever happens. */
  absolute: 30 * 24 * 3_600_000,
} as const;

/** Milliseconds for which a proof of identity counts as recent. */
export const recentProof = 10 * 60_000;

const sessionsPerUser = 50;

/** What of a new session's data it can be found by. */
type SignIn = { signInId?: string | undefined; credentialId?: string | undefined };

export type SessionStore = ReturnType<typeof createSessionStore>;

/** The sessions in this database; every process on it sees the same. */
export function createSessionStore(db: Database) {
  type Row = {
    id_hash: string;
    user_id: string;
    sign_in_id: string | null;
    credential_id: string | null;
    data: string;
    created_at: string;
    expires_at: string;
  };
  const sessions = () => db<Row>('sessions');

  return {
    /**
     * A live session and whose it is, in one read, or null: an unknown, ended or expired id is a stranger's, and so is
     * one whose account is gone.
     */
    async find(id: string): Promise<{ data: unknown; user: User } | null> {
      const row = await db('sessions')
        .join('users', 'users.id', 'sessions.user_id')
        .where('sessions.id_hash', hashOf(id))
        .andWhere('sessions.expires_at', '>', new Date().toISOString())
        .first('sessions.data', 'users.id', 'users.email');
      return row ? { data: JSON.parse(row.data), user: { id: row.id, email: row.email } } : null;
    },

    /** A new session; the oldest of this user ends when there are too many. */
    async insert(id: string, userId: string, data: SignIn): Promise<void> {
      const now = Date.now();
      await sessions().insert({
        id_hash: hashOf(id),
        user_id: userId,
        sign_in_id: data.signInId ?? null,
        credential_id: data.credentialId ?? null,
        data: JSON.stringify(data),
        created_at: new Date(now).toISOString(),
        expires_at: new Date(now + sessionLifetime.idle).toISOString(),
      });
      await endOldest(userId);
    },

    /**
     * Changes a session that exists and puts its idle end off. Zero rows are fine: a slow request must not bring
     * back a session that was signed out meanwhile, which is why this is never an insert.
     *
     * @returns false when there is no such session any more: it was ended, or has another id now
     */
    async update(id: string, data: object): Promise<boolean> {
      const row = await sessions()
        .where({ id_hash: hashOf(id) })
        .first('created_at');
      if (!row) return false;
      const end = Math.min(
        Date.now() + sessionLifetime.idle,
        Date.parse(row.created_at) + sessionLifetime.absolute,
      );
      const changed = await sessions()
        .where({ id_hash: hashOf(id) })
        .update({ data: JSON.stringify(data), expires_at: new Date(end).toISOString() });
      return changed === 1;
    },

    /** Gives a session another id and new data, in one statement; it ends when it would have. @returns as above */
    async rotate(id: string, newId: string, data: object): Promise<boolean> {
      const changed = await sessions()
        .where({ id_hash: hashOf(id) })
        .update({ id_hash: hashOf(newId), data: JSON.stringify(data) });
      return changed === 1;
    },

    /** Ends the session of one sign-in, whatever its id is by now; an unknown one is no fault. */
    async endSignIn(userId: string, signInId: string): Promise<void> {
      await sessions().where({ user_id: userId, sign_in_id: signInId }).delete();
    },

    /**
     * Ends the sessions of one user that were opened with one passkey, but for that of one sign-in.
     *
     * @returns how many ended
     */
    endOpenedWith: async (userId: string, credentialId: string, exceptSignInId: string): Promise<number> =>
      sessions()
        .where({ user_id: userId, credential_id: credentialId })
        .whereNot({ sign_in_id: exceptSignInId })
        .delete(),

    /** Ends a session; an unknown id is no fault. */
    async remove(id: string): Promise<void> {
      await sessions()
        .where({ id_hash: hashOf(id) })
        .delete();
    },

    /** Removes sessions that have ended. */
    sweep: (): Promise<void> =>
      sweepRows(db, {
        table: 'sessions',
        key: 'id_hash',
        column: 'expires_at',
        before: new Date().toISOString(),
      }),
  };

  async function endOldest(userId: string): Promise<void> {
    const kept = sessions()
      .where({ user_id: userId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id_hash', order: 'desc' },
      ])
      .limit(sessionsPerUser)
      .select('id_hash');
    await sessions().where({ user_id: userId }).whereNotIn('id_hash', kept).delete();
  }
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
