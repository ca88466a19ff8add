/**
 * Accounts: who exists and whose password is right. Reads as if there were no web; must not know passkeys.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/faults.ts';
import { AppError } from '../errors.ts';
import { type EventSource, type Logger, logEvent, pseudonym } from '../logger.ts';
import {
  hashPassword,
  needsRehash,
  normalisedPassword,
  shortestPassword,
  verifyPassword,
} from './password.ts';
import { emailAddress, type User } from './user.ts';
import { createUserStore, type StoredUser } from './user-store.ts';

/** What an account knows of itself; never the hash. */
export type AccountFacts = User & {
  /** The address is known to reach its owner. */
  emailVerified: boolean;
  hasPassword: boolean;
  /** Since when it has this password, or none; null when that is not known. */
  passwordChangedAt: Date | null;
  createdAt: Date;
};

export type Accounts = ReturnType<typeof createAccounts>;

/** The accounts in this database. Hashes one password of nobody's at once, for the equal work of `authenticate`. */
export function createAccounts({ db, logger }: { db: Database; logger: Logger }) {
  const users = createUserStore(db);
  /** What nobody's password is compared with, so that an unknown address costs the same as a known one. */
  const nobody = hashPassword(randomUUID());
  nobody.catch(() => {});

  /** The password was right already: what goes wrong here is tried again at the next sign-in. */
  async function rehash(user: StoredUser, verified: string, password: string): Promise<void> {
    try {
      await users.replaceHash(user.id, verified, await hashPassword(password));
      logEvent(logger, 'password_rehashed', { outcome: 'changed', user: pseudonym(user.id) });
    } catch (error) {
      logger.warn({ err: error, user: pseudonym(user.id) }, 'a weaker password hash could not be replaced');
    }
  }

  return {
    /**
     * The account that this address and password belong to, or null; an unknown address takes as long as a
     * wrong password. A hash made with weaker parameters is replaced on success, if that is possible just then.
     *
     * @param email already normalised, see {@link emailAddress}
     * @throws {AppError} `service_unavailable` when too many sign-ins wait
     */
    async authenticate(email: string, password: string): Promise<User | null> {
      const user = await users.findByEmail(email);
      const stored = user?.passwordHash ?? null;
      const matches = await verifyPassword(stored ?? (await nobody), password);
      if (!user || !stored || !matches) return null;
      if (needsRehash(stored)) await rehash(user, stored, password);
      return { id: user.id, email: user.email };
    },

    /** @returns null when nobody has this id (any more) */
    async find(id: string): Promise<User | null> {
      const user = await users.findById(id);
      return user && { id: user.id, email: user.email };
    },

    /** @returns null when nobody has this address; never say so to whoever asked */
    async findByEmail(email: string): Promise<User | null> {
      const user = await users.findByEmail(email);
      return user && { id: user.id, email: user.email };
    },

    /** What the account says about itself, or null when nobody has this id (any more). */
    async facts(id: string): Promise<AccountFacts | null> {
      const user = await users.findById(id);
      return user && factsOf(user);
    },

    /**
     * A new account whose address is not confirmed yet.
     *
     * @throws {AppError} `invalid_input` when the address is not one or is taken, or the password is too short
     */
    async create(email: string, password: string): Promise<User> {
      const address = emailAddress.safeParse(email);
      if (!address.success) throw new AppError('invalid_input', 'This is not an email address.');
      if ([...(normalisedPassword(password) ?? password)].length < shortestPassword) {
        throw new AppError('invalid_input', `A password needs at least ${shortestPassword} characters.`);
      }
      const user = { id: randomUUID(), email: address.data };
      await insert({ ...user, passwordHash: await hashPassword(password), emailVerified: false });
      logEvent(logger, 'account_created', { outcome: 'success', user: pseudonym(user.id) });
      return user;
    },

    /**
     * Gives somebody another password.
     *
     * @param hash from {@link hashPassword}
     * @throws {AppError} `signed_out` when the account is gone
     */
    async setPassword(id: string, hash: string): Promise<void> {
      if (!(await users.setPasswordHash(id, hash))) throw new AppError('signed_out', 'This account is gone.');
    },

    /**
     * Takes somebody's password away, and looks afterwards whether that was right: whoever removes the other ways in at
     * the same moment asks in the same order, so that one way in remains.
     *
     * @param mayGo asked once it is gone
     * @returns false when there is none, or it came back because it must not go
     */
    async removePassword(id: string, mayGo: () => Promise<boolean>): Promise<boolean> {
      const before = await users.findById(id);
      if (!before?.passwordHash || !(await users.removePasswordHash(id, before.passwordHash))) return false;
      try {
        if (await mayGo()) return true;
      } catch (error) {
        await users.restorePassword(before);
        throw error;
      }
      await users.restorePassword(before);
      return false;
    },

    /** Removes an account with its sessions, links and activity, in the caller's transaction. */
    remove: (id: string, trx: Database): Promise<boolean> => createUserStore(trx).remove(id),

    /** Whether this person has a password to sign in with. */
    async hasPassword(id: string): Promise<boolean> {
      return ((await users.findById(id))?.passwordHash ?? null) !== null;
    },

    /** Whether passkeys may be created for this person unasked. */
    allowsAutomaticPasskeys: users.automaticPasskeys,

    /** Turns the automatic creation of passkeys on or off for one person. */
    async setAutomaticPasskeys(id: string, allowed: boolean, source: EventSource): Promise<void> {
      await users.setAutomaticPasskeys(id, allowed);
      const facts = { user: pseudonym(id), reason: allowed ? 'on' : 'off', ...source };
      logEvent(logger, 'automatic_passkeys_changed', { outcome: 'changed', ...facts });
    },

    /** Whether no account exists at all. */
    isEmpty: users.isEmpty,
  };

  async function insert(user: Parameters<typeof users.insert>[0]): Promise<void> {
    try {
      await users.insert(user);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError('invalid_input', 'An account with this email address exists already.', {
        cause: error,
      });
    }
  }
}

function factsOf(user: StoredUser): AccountFacts {
  return {
    id: user.id,
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    hasPassword: user.passwordHash !== null,
    passwordChangedAt: user.passwordChangedAt === null ? null : new Date(user.passwordChangedAt),
    createdAt: new Date(user.createdAt),
  };
}
