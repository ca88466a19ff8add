/** The rows of `users`. Knows knex and columns; decides nothing. */
import type { Database } from '../db/database.ts';
import type { User } from './user.ts';

export type StoredUser = User & {
  passwordHash: string | null;
  /** Times are ISO text here; null when it never happened. */
  emailVerifiedAt: string | null;
  passwordChangedAt: string | null;
  createdAt: string;
};

type Row = {
  id: string;
  email: string;
  password_hash: string | null;
  email_verified_at: string | null;
  password_changed_at: string | null;
  automatic_passkeys: boolean | number;
  created_at: string;
  updated_at: string;
};

/** The users in this database. @param db a transaction will do as well */
export function createUserStore(db: Database) {
  const users = () => db<Row>('users');
  const columns = [
    'id',
    'email',
    'password_hash',
    'email_verified_at',
    'password_changed_at',
    'created_at',
  ] as const;
  const now = () => new Date().toISOString();

  return {
    /** @returns null when nobody has this id */
    async findById(id: string): Promise<StoredUser | null> {
      return toUser(
        await users()
          .where({ id })
          .first(...columns),
      );
    },

    /** @returns null when nobody has this address */
    async findByEmail(email: string): Promise<StoredUser | null> {
      return toUser(
        await users()
          .where({ email })
          .first(...columns),
      );
    },

    /** @throws a unique violation when the address or the id is taken */
    async insert(user: User & { passwordHash: string | null; emailVerified: boolean }): Promise<void> {
      const at = now();
      await users().insert({
        id: user.id,
        email: user.email,
        password_hash: user.passwordHash,
        email_verified_at: user.emailVerified ? at : null,
        password_changed_at: user.passwordHash ? at : null,
        created_at: at,
        updated_at: at,
      });
    },

    /** Replaces a hash only if it is still the one that was verified, so that a newer password is never undone. */
    async replaceHash(id: string, verified: string, replacement: string): Promise<void> {
      await users()
        .where({ id, password_hash: verified })
        .update({ password_hash: replacement, updated_at: now() });
    },

    /** Gives somebody another password, or none. @returns false when nobody has this id (any more) */
    async setPasswordHash(id: string, hash: string | null): Promise<boolean> {
      const at = now();
      const changed = await users()
        .where({ id })
        .update({ password_hash: hash, password_changed_at: at, updated_at: at });
      return changed === 1;
    },

    /** Takes a password away if it is still this one. @returns false when it is not */
    async removePasswordHash(id: string, hash: string): Promise<boolean> {
      const at = now();
      const changed = await users()
        .where({ id, password_hash: hash })
        .update({ password_hash: null, password_changed_at: at, updated_at: at });
      return changed === 1;
    },

    /** Puts back what was taken away, unless there is another one by now. */
    async restorePassword({ id, passwordHash, passwordChangedAt }: StoredUser): Promise<void> {
      await users()
        .where({ id, password_hash: null })
        .update({ password_hash: passwordHash, password_changed_at: passwordChangedAt });
    },

    /** Notes that an address reaches its owner, if it is still theirs. @returns whether it is */
    async verifyEmail(id: string, email: string): Promise<boolean> {
      const at = now();
      return (await users().where({ id, email }).update({ email_verified_at: at, updated_at: at })) === 1;
    },

    /** Another address, which is known to reach its owner. @throws a unique violation when it is taken */
    async changeEmail(id: string, email: string): Promise<void> {
      const at = now();
      await users().where({ id }).update({ email, email_verified_at: at, updated_at: at });
    },

    /** Removes an account, with everything that refers to it. @returns whether there was one */
    async remove(id: string): Promise<boolean> {
      return (await users().where({ id }).delete()) === 1;
    },

    /** @returns whether passkeys may be created for this person unasked; false when nobody has this id */
    async automaticPasskeys(id: string): Promise<boolean> {
      return Boolean((await users().where({ id }).first('automatic_passkeys'))?.automatic_passkeys);
    },

    async setAutomaticPasskeys(id: string, allowed: boolean): Promise<void> {
      await users().where({ id }).update({ automatic_passkeys: allowed, updated_at: now() });
    },

    async isEmpty(): Promise<boolean> {
      return (await users().first('id')) === undefined;
    },
  };
}

function toUser(row: Omit<Row, 'automatic_passkeys' | 'updated_at'> | undefined): StoredUser | null {
  if (!row) return null;
  return {
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash,
    emailVerifiedAt: row.email_verified_at,
    passwordChangedAt: row.password_changed_at,
    createdAt: row.created_at,
  };
}
