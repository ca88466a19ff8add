/**
 * What a link in a mail can do to an account, once: confirm its address, reset its password, change its address, lock it
 * down. Each is bound to one purpose and to the state of the account it was mailed for. Knows no addresses of pages and
 * no mail.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/faults.ts';
import { createTokenStore, type KeptToken, type Purpose, type Token } from './token-store.ts';
import type { User } from './user.ts';
import { createUserStore, type StoredUser } from './user-store.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Milliseconds for which each link is good. */
const linkLifetime = {
  'confirm-email': day,
  'reset-password': 30 * minute,
  'change-email': 60 * minute,
  lockdown: 7 * day,
} as const satisfies Partial<Record<Purpose, number>>;

type LinkPurpose = keyof typeof linkLifetime;

/** What "This wasn't me" takes back: a passkey that was added, or an address that was changed. */
export type Undo = { passkey: string } | { email: string } | null;

export type MailedLinks = ReturnType<typeof createMailedLinks>;

/** The links of this database. What acts does it in one transaction with the using up. */
export function createMailedLinks(db: Database) {
  const tokens = createTokenStore(db);
  const users = createUserStore(db);

  /** A link and whose it is; null when it is used, expired, for something else, or the account has changed since. */
  async function open(
    secret: string,
    purpose: LinkPurpose,
  ): Promise<{ token: Token; user: StoredUser } | null> {
    const token = await tokens.find(secret, purpose);
    const user = token?.userId ? await users.findById(token.userId) : null;
    return token && user && stands(token, user) ? { token, user } : null;
  }

  /** Uses a link up and acts, both or neither; null as above. */
  async function use<T>(
    secret: string,
    purpose: LinkPurpose,
    act: (trx: Database, user: StoredUser, token: KeptToken) => Promise<T>,
  ): Promise<T | null> {
    const token = await tokens.find(secret, purpose);
    if (!token?.userId) return null;
    const { userId } = token;
    return db.transaction(async (trx) => {
      // Written first, so that SQLite need not turn a reader into a writer.
      if (!(await createTokenStore(trx).spend(secret, purpose))) return null;
      const user = await createUserStore(trx).findById(userId);
      return user && stands(token, user) ? act(trx, user, token) : null;
    });
  }

  async function issue(
    secret: string,
    purpose: LinkPurpose,
    userId: string,
    data: Record<string, string | null> = {},
  ): Promise<void> {
    const user = await users.findById(userId);
    if (!user) return;
    const token: Token = { purpose, userId, data: { ...data, state: stateOf(purpose, user) } };
    await tokens.add(secret, token, linkLifetime[purpose]);
  }

  return {
    issueConfirmation: (secret: string, userId: string): Promise<void> =>
      issue(secret, 'confirm-email', userId),

    /** Whose address a link would confirm, or null. */
    openConfirmation: async (secret: string): Promise<User | null> =>
      toUser((await open(secret, 'confirm-email'))?.user),

    confirm: (secret: string): Promise<User | null> =>
      use(secret, 'confirm-email', async (trx, user) => {
        await createUserStore(trx).verifyEmail(user.id, user.email);
        return toUser(user);
      }),

    issueReset: (secret: string, userId: string): Promise<void> => issue(secret, 'reset-password', userId),

    /** Whose account a link would open again, or null. */
    openReset: async (secret: string): Promise<User | null> =>
      toUser((await open(secret, 'reset-password'))?.user),

    /**
     * Uses a reset link up. Whoever has it reads the mail of this address, so the address counts as confirmed.
     *
     * @param passwordHash the new password; null keeps the one there is, for whoever wants a passkey instead
     */
    reset: (secret: string, passwordHash: string | null): Promise<User | null> =>
      use(secret, 'reset-password', async (trx, user) => {
        const changing = createUserStore(trx);
        if (passwordHash) await changing.setPasswordHash(user.id, passwordHash);
        await changing.verifyEmail(user.id, user.email);
        // The newest link stands for all that were asked for.
        await createTokenStore(trx).revoke(user.id, 'reset-password');
        return toUser(user);
      }),

    issueEmailChange: (secret: string, userId: string, email: string): Promise<void> =>
      issue(secret, 'change-email', userId, { email }),

    /** From which address to which a link would change, or null. */
    async openEmailChange(secret: string): Promise<{ from: string; to: string } | null> {
      const found = await open(secret, 'change-email');
      return found?.token.data.email ? { from: found.user.email, to: found.token.data.email } : null;
    },

    /** @returns null when the link is not good (any more), or the new address has an account by now */
    async changeEmail(secret: string): Promise<{ user: User; from: string } | null> {
      try {
        return await use(secret, 'change-email', async (trx, user, { data: { email } }) => {
          if (!email) return null;
          await createUserStore(trx).changeEmail(user.id, email);
          return { user: { id: user.id, email }, from: user.email };
        });
      } catch (error) {
        if (isUniqueViolation(error)) return null;
        throw error;
      }
    },

    /** @param at ISO text: when it happened, which may be long before the link is issued */
    issueLockdown: (secret: string, userId: string, undo: Undo, at: string): Promise<void> =>
      issue(secret, 'lockdown', userId, { ...undo, at }),

    /** Whose account a link would lock down, and what it would take back; null when it is used or expired. */
    async openLockdown(secret: string): Promise<{ user: User; undo: Undo } | null> {
      const found = await open(secret, 'lockdown');
      return (
        found && { user: { id: found.user.id, email: found.user.email }, undo: undoOf(found.token.data) }
      );
    },

    /**
     * Locks an account down: the password is gone, and an address that was changed is back, unless somebody else has it
     * by now. Sessions and passkeys are for whoever asked to see to.
     *
     * @returns also since when nothing is to be trusted
     */
    lockDown: (secret: string): Promise<{ user: User; undo: Undo; since: Date } | null> =>
      use(secret, 'lockdown', async (trx, user, { data, createdAt }) => {
        const changing = createUserStore(trx);
        const undo = undoOf(data);
        const email = undo && 'email' in undo ? undo.email : user.email;
        const isFree = email !== user.email && (await changing.findByEmail(email)) === null;
        if (isFree) await changing.changeEmail(user.id, email);
        await changing.setPasswordHash(user.id, null);
        for (const purpose of ['reset-password', 'change-email'] as const)
          await createTokenStore(trx).revoke(user.id, purpose);
        // What was changed later was changed by somebody else, and so were the addresses that those links would bring back.
        await createTokenStore(trx).revoke(user.id, 'lockdown', createdAt);
        return {
          user: { id: user.id, email: isFree ? email : user.email },
          undo,
          since: new Date(data.at ?? createdAt),
        };
      }),

    sweep: tokens.sweep,
  };
}

/** What an account must still be like for a link to work; empty where it does not matter. */
function stateOf(purpose: Purpose, user: StoredUser): string {
  const parts: Partial<Record<Purpose, (string | null)[]>> = {
    'confirm-email': [user.email],
    'change-email': [user.email],
    'reset-password': [user.email, user.passwordHash, user.passwordChangedAt],
  };
  return createHash('sha256')
    .update(JSON.stringify(parts[purpose] ?? []))
    .digest('base64url');
}

function stands({ purpose, data }: Token, user: StoredUser): boolean {
  return data.state === stateOf(purpose, user);
}

function toUser(user: StoredUser | undefined): User | null {
  return user ? { id: user.id, email: user.email } : null;
}

function undoOf({ passkey, email }: Token['data']): Undo {
  if (passkey) return { passkey };
  return email ? { email } : null;
}
