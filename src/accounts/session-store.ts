/**
 * The rows of `sessions`: who is signed in. Keeps SHA-256 of a session id, never the id. Knows nothing of
 * cookies or koa.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import { sessionLifetime } from '../lifetimes.ts';
import { limits } from '../limits.ts';
import type { AccountFacts } from './user.ts';
import { factsOf, storedUser, userColumns } from './user-store.ts';

/** Milliseconds within which a session is not noted as seen again. */
const seenAgain = 5 * 60_000;

/** What of a new session's data it can be found by, and where it was opened. */
type Opened = {
  userId: string;
  signInId: string;
  credentialId?: string | undefined;
  device?: string | null | undefined;
};

/** What an account must still be like for a session to begin. */
export type SessionCondition = {
  epoch: number;
  /** The hash that the password was verified against; left out where no password was. */
  passwordHash?: string;
};

/** A session as the request sees it that came with its id. */
export type FoundSession = { data: unknown; createdAt: Date; expiresAt: Date; user: AccountFacts };

/** A session as its owner may see it; nothing here opens it. */
export type SessionFacts = {
  signInId: string;
  method: string;
  credentialId: string | null;
  /** Such as "Chrome on macOS"; null for a session from before that was noted. */
  device: string | null;
  createdAt: Date;
  /** To within five minutes. */
  lastSeenAt: Date;
};

export type SessionStore = ReturnType<typeof createSessionStore>;

/** The sessions in this database; every process on it sees the same. */
export function createSessionStore(db: Database) {
  type Row = {
    id_hash: string;
    user_id: string;
    sign_in_id: string | null;
    credential_id: string | null;
    device: string | null;
    last_seen_at: string | null;
    data: string;
    created_at: string;
    expires_at: string;
  };
  const sessions = () => db<Row>('sessions');
  /** Also sessions without a name of their sign-in, for which SQL's <> is never true. */
  const ofOtherSignIns = (signInId: string) => (query: ReturnType<typeof sessions>) =>
    query.whereNull('sign_in_id').orWhereNot({ sign_in_id: signInId });

  return {
    /**
     * A live session and the account it belongs to, in one read, or null: an unknown, ended or expired id is a stranger's,
     * and so is one whose account is gone.
     */
    async find(id: string): Promise<FoundSession | null> {
      const row = await db('sessions')
        .join('users', 'users.id', 'sessions.user_id')
        .where('sessions.id_hash', hashOf(id))
        .andWhere('sessions.expires_at', '>', new Date().toISOString())
        .first(
          'sessions.data',
          'sessions.last_seen_at',
          'sessions.created_at as began_at',
          'sessions.expires_at',
          ...userColumns.map((column) => `users.${column}`),
        );
      if (!row) return null;
      await noteSeen(id, row.last_seen_at);
      return {
        data: JSON.parse(row.data),
        createdAt: new Date(row.began_at),
        expiresAt: new Date(row.expires_at),
        user: factsOf(storedUser(row)),
      };
    },

    /**
     * A new session, if the account is still what it was when its owner's proof was looked at: in one statement. The
     * oldest of this user ends when there are too many.
     *
     * @returns false, and there is no session, when the account has changed or is gone
     */
    async insert(id: string, data: Opened, { epoch, passwordHash }: SessionCondition): Promise<boolean> {
      const now = Date.now();
      const row = {
        id_hash: hashOf(id),
        sign_in_id: data.signInId,
        credential_id: data.credentialId ?? null,
        device: data.device ?? null,
        last_seen_at: new Date(now).toISOString(),
        data: JSON.stringify(data),
        created_at: new Date(now).toISOString(),
        expires_at: new Date(now + sessionLifetime.idle).toISOString(),
      };
      const unchanged = db('users')
        .where({ id: data.userId, epoch })
        .modify((query) => passwordHash !== undefined && query.where({ password_hash: passwordHash }))
        // PostgreSQL: whoever changes the account at this moment is waited for, and then it is looked at again.
        .forShare()
        .select('id', ...Object.values(row).map((value) => db.raw('CAST(? AS text)', [value])))
        .toSQL();
      // Counted along, so that only a sign-in beyond the limit pays for a second statement.
      const others = `(SELECT count(*) FROM sessions AS other
        WHERE other.user_id = sessions.user_id AND other.id_hash <> sessions.id_hash) AS others`;
      const answer = await db.raw(`INSERT INTO sessions (user_id, ??) ${unchanged.sql} RETURNING ${others}`, [
        Object.keys(row),
        ...unchanged.bindings,
      ] as never);
      const [inserted] = answer.rows ?? answer;
      if (inserted && Number(inserted.others) >= limits.sessionsOfAccount) await endOldest(data.userId);
      return inserted !== undefined;
    },

    /** Whether this sign-in of this user is still there; it stays so until the caller's transaction is over. */
    async isLiving(userId: string, signInId: string): Promise<boolean> {
      const row = await sessions()
        .where({ user_id: userId, sign_in_id: signInId })
        .andWhere('expires_at', '>', new Date().toISOString())
        .forShare()
        .first('user_id');
      return row !== undefined;
    },

    /**
     * Changes a session that exists and renews it: its idle end is later. Zero rows are fine: a slow request must not bring
     * back a session that was signed out meanwhile, which is why this is never an insert.
     *
     * @param createdAt when the session began, as it was found: however often it is renewed, that bounds its end
     * @returns false when there is no such session any more: it was ended, or has another id now
     */
    async update(id: string, data: object, createdAt: Date): Promise<boolean> {
      const end = Math.min(Date.now() + sessionLifetime.idle, createdAt.getTime() + sessionLifetime.absolute);
      const changed = await sessions()
        .where({ id_hash: hashOf(id) })
        .update({ data: JSON.stringify(data), expires_at: new Date(end).toISOString() });
      return changed === 1;
    },

    /** Whether a session has this id still. */
    hasId: async (id: string): Promise<boolean> =>
      (await sessions()
        .where({ id_hash: hashOf(id) })
        .first('user_id')) !== undefined,

    /** Gives a session another id and new data, in one statement; it ends when it would have. @returns as above */
    async rotate(id: string, newId: string, data: object): Promise<boolean> {
      const changed = await sessions()
        .where({ id_hash: hashOf(id) })
        .update({ id_hash: hashOf(newId), data: JSON.stringify(data) });
      return changed === 1;
    },

    /** Ends the session of one sign-in of a user, whatever its id is by now. @returns false when they have no such session */
    endSignIn: async (userId: string, signInId: string): Promise<boolean> =>
      (await sessions().where({ user_id: userId, sign_in_id: signInId }).delete()) > 0,

    /** The live sessions of one user, the one that was seen last first; empty when there is none. */
    async listFor(userId: string): Promise<SessionFacts[]> {
      const rows = await sessions()
        .where({ user_id: userId })
        .whereNotNull('sign_in_id')
        .andWhere('expires_at', '>', new Date().toISOString());
      return rows.map(toFacts).sort((one, other) => other.lastSeenAt.getTime() - one.lastSeenAt.getTime());
    },

    /** Ends all sessions of a user but for that of one sign-in; all when none is named. @returns how many ended */
    endOthers: async (userId: string, exceptSignInId = ''): Promise<number> =>
      sessions().where({ user_id: userId }).where(ofOtherSignIns(exceptSignInId)).delete(),

    /**
     * Ends the sessions of one user that were opened with one passkey, but for that of one sign-in.
     *
     * @returns how many ended
     */
    endOpenedWith: async (userId: string, credentialId: string, exceptSignInId = ''): Promise<number> =>
      sessions()
        .where({ user_id: userId, credential_id: credentialId })
        .where(ofOtherSignIns(exceptSignInId))
        .delete(),

    /** Removes sessions that have ended. */
    sweep: (): Promise<void> =>
      sweepRows(db, {
        table: 'sessions',
        key: 'id_hash',
        column: 'expires_at',
        before: new Date().toISOString(),
      }),
  };

  /** Rarely, so that reading a page stays reading; a fault here is no reason to refuse it. */
  async function noteSeen(id: string, lastSeenAt: string | null): Promise<void> {
    const now = Date.now();
    if (lastSeenAt !== null && Date.parse(lastSeenAt) > now - seenAgain) return;
    const seen = { last_seen_at: new Date(now).toISOString() };
    await sessions()
      .where({ id_hash: hashOf(id) })
      .update(seen)
      .catch(() => {});
  }

  async function endOldest(userId: string): Promise<void> {
    const kept = sessions()
      .where({ user_id: userId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id_hash', order: 'desc' },
      ])
      .limit(limits.sessionsOfAccount)
      .select('id_hash');
    await sessions().where({ user_id: userId }).whereNotIn('id_hash', kept).delete();
  }
}

function toFacts(row: {
  sign_in_id: string | null;
  credential_id: string | null;
  device: string | null;
  data: string;
  created_at: string;
  last_seen_at: string | null;
}): SessionFacts {
  const { method } = JSON.parse(row.data) as { method?: unknown };
  return {
    signInId: row.sign_in_id ?? '',
    method: String(method),
    credentialId: row.credential_id,
    device: row.device,
    createdAt: new Date(row.created_at),
    lastSeenAt: new Date(row.last_seen_at ?? row.created_at),
  };
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
