/**
 * Challenges that wait for their answer. Rows hold the hash of a challenge, never the challenge. Knows nothing of
 * what an answer must look like.
 */
import { createHash } from 'node:crypto';
import { sweepRows } from '../db/sweep.ts';
import type { Scope } from './scope.ts';

const table = 'passkey_api_challenges';

/**
 * `conditional` is a registration that may end without the user's presence; those of `mfa` are for a second factor;
 * `finished` is a transaction that was signed.
 */
export type Operation =
  | 'registration'
  | 'conditional'
  | 'authentication'
  | 'mfa_registration'
  | 'mfa_login'
  | 'transaction'
  | 'finished';

export type Challenge = {
  operation: Operation;
  /** Null for a sign-in that leaves the choice of the user to the authenticator. */
  userId: string | null;
  /** The credentials that a user-bound sign-in offered; null otherwise. */
  allowedCredentials: readonly string[] | null;
  /** What a transaction is called by whoever began it; null for everything else. */
  transactionId: string | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
};

/** What is stored of a challenge; it has no name unless it is of a transaction. */
type NewChallenge = Omit<Challenge, 'transactionId'> & { transactionId?: string };

type Row = {
  operation: Operation;
  user_id: string | null;
  allowed_credentials: string | null;
  transaction_id: string | null;
  expires_at: string;
};

/** How long the name of a transaction that was signed stays taken, in milliseconds: a Hanko server never gives it free. */
const nameKept = 90 * 86_400_000;

/**
 * Stores what the answer to `text` will be held against.
 *
 * @throws a unique violation when a transaction has this name already
 */
export async function insertChallenge(scope: Scope, text: string, challenge: NewChallenge): Promise<void> {
  await scope.db(table).insert({
    challenge_hash: hash(text),
    tenant_id: scope.tenantId,
    operation: challenge.operation,
    user_id: challenge.userId,
    allowed_credentials: challenge.allowedCredentials && JSON.stringify(challenge.allowedCredentials),
    transaction_id: challenge.transactionId ?? null,
    expires_at: new Date(challenge.expiresAt).toISOString(),
  });
}

/** The pending challenge with this text, expired or not; null when there is none for any of these operations. */
export async function findChallenge(
  scope: Scope,
  text: string,
  ...operations: [Operation, ...Operation[]]
): Promise<Challenge | null> {
  const row: Row | undefined = await scope
    .db(table)
    .where({ challenge_hash: hash(text), tenant_id: scope.tenantId })
    .whereIn('operation', operations)
    .first('operation', 'user_id', 'allowed_credentials', 'transaction_id', 'expires_at');
  if (!row) return null;
  return {
    operation: row.operation,
    userId: row.user_id,
    allowedCredentials: row.allowed_credentials === null ? null : JSON.parse(row.allowed_credentials),
    transactionId: row.transaction_id,
    expiresAt: Date.parse(row.expires_at),
  };
}

/** Takes the challenge out in one statement. Of all who try at once exactly one is told true. */
export async function consumeChallenge(scope: Scope, text: string): Promise<boolean> {
  const removed = await scope
    .db(table)
    .where({ challenge_hash: hash(text), tenant_id: scope.tenantId })
    .delete();
  return removed === 1;
}

/** Takes the challenge of a transaction, as {@link consumeChallenge} does; its name stays taken. */
export async function finishTransaction(scope: Scope, text: string): Promise<boolean> {
  const changed = await scope
    .db(table)
    .where({ challenge_hash: hash(text), tenant_id: scope.tenantId, operation: 'transaction' })
    .update({ operation: 'finished', expires_at: new Date(Date.now() + nameKept).toISOString() });
  return changed === 1;
}

/** Whether a transaction has this name, signed or not. */
export async function transactionExists(scope: Scope, transactionId: string): Promise<boolean> {
  const named = { tenant_id: scope.tenantId, transaction_id: transactionId };
  return (await scope.db(table).where(named).first('operation')) !== undefined;
}

/** Removes the challenges that have expired. */
export function sweepChallenges({ db, tenantId }: Scope): Promise<void> {
  const among = { tenant_id: tenantId };
  const before = new Date().toISOString();
  return sweepRows(db, { table, key: 'challenge_hash', column: 'expires_at', before, among });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
