/** The rows of `users`. Knows knex and columns; decides nothing. */
import type { Database } from '../db/database.ts';
import { limits } from '../limits.ts';
import { isNoAddress } from './no-address.ts';
import type { AccountFacts, FactorState, User } from './user.ts';

export type StoredUser = User &
  FactorState & {
    /** As in {@link AccountFacts}. */
    address: string | null;
    passwordHash: string | null;
    /** Times are ISO text here; null when it never happened. */
    emailVerifiedAt: string | null;
    passwordChangedAt: string | null;
    /** Passkeys from before then open nothing until their owner has looked at them. */
    passkeysHeldAt: string | null;
    /** Whether passkeys may be created for this person unasked. */
    automaticPasskeys: boolean;
    createdAt: string;
  };

export type UserRow = {
  id: string;
  email: string;
  password_hash: string | null;
  email_verified_at: string | null;
  password_changed_at: string | null;
  automatic_passkeys: boolean | number;
  epoch: number;
  passkeys_held_at: string | null;
  second_factor_at: string | null;
  recovery_set: string | null;
  created_at: string;
  updated_at: string;
};

/** Whatever of a row is read. */
export const userColumns = [
  'id',
  'email',
  'password_hash',
  'email_verified_at',
  'password_changed_at',
  'epoch',
  'passkeys_held_at',
  'second_factor_at',
  'recovery_set',
  'automatic_passkeys',
  'created_at',
] as const;

export type UserStore = ReturnType<typeof createUserStore>;

/** The users in this database. @param db a transaction will do as well */
export function createUserStore(db: Database) {
  const users = () => db<UserRow>('users');
  const now = () => new Date().toISOString();

  return {
    /** @returns null when nobody has this id */
    async findById(id: string): Promise<StoredUser | null> {
      return toStoredUser(
        await users()
          .where({ id })
          .first(...userColumns),
      );
    },

    /**
     * The same, and nobody else changes this account until the caller's transaction is over (SQLite: nobody writes).
     */
    async lock(id: string): Promise<StoredUser | null> {
      return toStoredUser(
        await users()
          .where({ id })
          .forUpdate()
          .first(...userColumns),
      );
    },

    /** @returns null when nobody has this address */
    async findByEmail(email: string): Promise<StoredUser | null> {
      return toStoredUser(
        await users()
          .where({ email })
          .first(...userColumns),
      );
    },

    /** @throws a unique violation when the address or the id is taken */
    async insert(
      user: Omit<User, 'epoch'> & { passwordHash: string | null; emailVerified: boolean },
    ): Promise<void> {
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

    /** Gives somebody another password, or none. */
    async setPasswordHash(id: string, hash: string | null): Promise<void> {
      const at = now();
      await users().where({ id }).update({ password_hash: hash, password_changed_at: at, updated_at: at });
    },

    /** Raises the epoch. @returns the new one. @throws {Error} when there is no such account */
    async raiseEpoch(id: string): Promise<number> {
      const rows = await users()
        .where({ id })
        .update({ epoch: db.raw('epoch + 1') as never, updated_at: now() })
        .returning('epoch');
      if (!rows[0]) throw new Error('there is no such account');
      return Number(rows[0].epoch);
    },

    /** From now on no passkey that exists opens the account, until its owner has looked at them; null ends that. */
    async holdPasskeys(id: string, since: Date | null): Promise<void> {
      await users()
        .where({ id })
        .update({ passkeys_held_at: since?.toISOString() ?? null, updated_at: now() });
    },

    /** Turns the second factor on since a time (ISO text), or off with null, and names the recovery codes that work with it. */
    async setSecondFactor(id: string, { secondFactorAt, recoverySet }: FactorState): Promise<void> {
      await users()
        .where({ id })
        .update({ second_factor_at: secondFactorAt, recovery_set: recoverySet, updated_at: now() });
    },

    /** Notes that the address reaches its owner. */
    async verifyEmail(id: string): Promise<void> {
      const at = now();
      await users().where({ id }).update({ email_verified_at: at, updated_at: at });
    },

    /** Another address. @throws a unique violation when it is taken */
    async changeEmail(id: string, email: string, verified = true): Promise<void> {
      const at = now();
      await users()
        .where({ id })
        .update({ email, email_verified_at: verified ? at : null, updated_at: at });
    },

    /** Removes an account, with everything that refers to it. @returns whether there was one */
    async remove(id: string): Promise<boolean> {
      return (await users().where({ id }).delete()) === 1;
    },

    async setAutomaticPasskeys(id: string, allowed: boolean): Promise<void> {
      await users().where({ id }).update({ automatic_passkeys: allowed, updated_at: now() });
    },

    /** Everybody's id, read piece by piece. */
    async *ids(): AsyncGenerator<string> {
      let last = '';
      for (;;) {
        const read: string[] = await users()
          .where('id', '>', last)
          .orderBy('id')
          .limit(limits.entriesRead)
          .pluck('id');
        yield* read;
        if (read.length < limits.entriesRead) return;
        last = read.at(-1) ?? '';
      }
    },

    async isEmpty(): Promise<boolean> {
      return (await users().first('id')) === undefined;
    },
  };
}

function toStoredUser(row: Omit<UserRow, 'updated_at'> | undefined): StoredUser | null {
  return row ? storedUser(row) : null;
}

/** An account as its row says. */
export function storedUser(row: Omit<UserRow, 'updated_at'>): StoredUser {
  return {
    id: row.id,
    email: row.email,
    address: isNoAddress(row.email) ? null : row.email,
    passwordHash: row.password_hash,
    emailVerifiedAt: row.email_verified_at,
    passwordChangedAt: row.password_changed_at,
    epoch: row.epoch,
    passkeysHeldAt: row.passkeys_held_at,
    secondFactorAt: row.second_factor_at,
    recoverySet: row.recovery_set,
    automaticPasskeys: Boolean(row.automatic_passkeys),
    createdAt: row.created_at,
  };
}

/** What of a stored account may be shown to its owner. */
export function factsOf(user: StoredUser): AccountFacts {
  return {
    id: user.id,
    email: user.email,
    address: user.address,
    epoch: user.epoch,
    emailVerified: user.emailVerifiedAt !== null,
    hasPassword: user.passwordHash !== null,
    passwordChangedAt: user.passwordChangedAt === null ? null : new Date(user.passwordChangedAt),
    createdAt: new Date(user.createdAt),
    automaticPasskeys: user.automaticPasskeys,
    passkeysHeldSince: user.passkeysHeldAt === null ? null : new Date(user.passkeysHeldAt),
    secondFactorSince: user.secondFactorAt === null ? null : new Date(user.secondFactorAt),
  };
}
