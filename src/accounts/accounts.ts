/**
 * Accounts, for reading: who exists and whose password is right. What changes one is an operation. Reads as if there
 * were no web; must not know passkeys.
 */
import type { Database } from '../db/database.ts';
import { hashPassword, needsRehash, nobodysHash, verifyPassword } from './password.ts';
import { createRecoveryCodeStore } from './recovery-code-store.ts';
import { hashOfCode } from './recovery-codes.ts';
import { type AccountFacts, toUser, type User } from './user.ts';
import { createUserStore, factsOf, type StoredUser } from './user-store.ts';

/** A password that was right. */
export type PasswordProof = {
  user: User;
  /** What it was verified against. */
  passwordHash: string;
  /** A stronger hash of it, to be kept instead; null where none is needed, or could be made just then. */
  replacement: string | null;
};

export type Accounts = ReturnType<typeof createAccounts>;

/** The accounts in this database. */
export function createAccounts(db: Database) {
  const users = createUserStore(db);
  const codes = createRecoveryCodeStore(db);

  return {
    /**
     * Whose address this is, as the password is compared with: for {@link verify}, which takes as long without one.
     *
     * @param email already normalised, see {@link emailAddress}
     */
    candidate: users.findByEmail,

    /**
     * Whether a password is that of an account; without an account it takes as long as a wrong one.
     *
     * @returns null when it is not; else what it was verified against, and a hash with today's parameters where that one
     *   is weaker
     * @throws {AppError} `service_unavailable` when too many sign-ins wait
     */
    async verify(candidate: StoredUser | null, password: string): Promise<PasswordProof | null> {
      const stored = candidate?.passwordHash ?? null;
      const matches = await verifyPassword(stored ?? nobodysHash, password);
      if (!candidate || !stored || !matches) return null;
      const replacement = needsRehash(stored) ? await hashPassword(password).catch(() => null) : null;
      return { user: toUser(candidate), passwordHash: stored, replacement };
    },

    /** @returns null when nobody has this id (any more) */
    async find(id: string): Promise<User | null> {
      const user = await users.findById(id);
      return user && toUser(user);
    },

    /** @returns null when nobody has this address; never say so to whoever asked */
    async findByEmail(email: string): Promise<User | null> {
      const user = await users.findByEmail(email);
      return user && toUser(user);
    },

    /** How many recovery codes somebody has left. */
    async recoveryCodesLeft(id: string): Promise<number> {
      const set = (await users.findById(id))?.recoverySet;
      return set ? codes.count(set) : 0;
    },

    /** Which of somebody's codes work: the set that was made after them has replaced them. */
    async workingRecoveryCodes(id: string, made: readonly string[]): Promise<string[]> {
      const set = (await users.findById(id))?.recoverySet;
      const hashed = made.map((code) => ({ code, hash: hashOfCode(code) ?? '' }));
      const left = new Set(
        set
          ? await codes.left(
              set,
              hashed.map(({ hash }) => hash),
            )
          : [],
      );
      return hashed.filter(({ hash }) => left.has(hash)).map(({ code }) => code);
    },

    /** What the account says about itself, or null when nobody has this id (any more). */
    async facts(id: string): Promise<AccountFacts | null> {
      const user = await users.findById(id);
      return user && factsOf(user);
    },

    ids: users.ids,

    /** Whether no account exists at all. */
    isEmpty: users.isEmpty,
  };
}
