/** The rows of `users`. Knows knex and columns; decides nothing. */
import type { Database } from '../db/database.ts';
import type { User } from './user.ts';

export type StoredUser = User & { passwordHash: string | null };

type Row = { id: string; email: string; password_hash: string | null };

/** The users in this database. */
export function createUserStore(db: Database) {
  type Columns = Row & { automatic_passkeys: boolean | number; created_at: string; updated_at: string };
  const users = () => db<Columns>('users');
  const columns = ['id', 'email', 'password_hash'] as const;

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
    async insert(user: StoredUser): Promise<void> {
      const now = new Date().toISOString();
      await users().insert({
        id: user.id,
        email: user.email,
        password_hash: user.passwordHash,
        created_at: now,
        updated_at: now,
      });
    },

    /** Replaces a hash only if it is still the one that was verified, so that a newer password is never undone. */
    async replaceHash(id: string, verified: string, replacement: string): Promise<void> {
      await users()
        .where({ id, password_hash: verified })
        .update({ password_hash: replacement, updated_at: new Date().toISOString() });
    },

    /** @returns whether passkeys may be created for this person unasked; false when nobody has this id */
    async automaticPasskeys(id: string): Promise<boolean> {
      return Boolean((await users().where({ id }).first('automatic_passkeys'))?.automatic_passkeys);
    },

    async setAutomaticPasskeys(id: string, allowed: boolean): Promise<void> {
      await users()
        .where({ id })
        .update({ automatic_passkeys: allowed, updated_at: new Date().toISOString() });
    },

    async isEmpty(): Promise<boolean> {
      return (await users().first('id')) === undefined;
    },
  };
}

function toUser(row: Row | undefined): StoredUser | null {
  return row ? { id: row.id, email: row.email, passwordHash: row.password_hash } : null;
}
