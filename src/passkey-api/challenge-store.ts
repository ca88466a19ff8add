/**
 * Challenges that wait for their answer. Rows hold the hash of a challenge, never the challenge. Knows nothing of
 * what an answer must look like.
 */
import { createHash } from 'node:crypto';
import { sweepRows } from '../db/sweep.ts';
import type { Scope } from './scope.ts';

const table = 'passkey_api_challenges';

/** `conditional` is a registration that may end without the user's presence; the last two are for a second factor. */
export type Operation = 'registration' | 'conditional' | 'authentication' | 'mfa_registration' | 'mfa_login';

export type Challenge = {
  operation: Operation;
  /** Null for a sign-in that leaves the choice of the user to the authenticator. */
  userId: string | null;
  /** The credentials that a user-bound sign-in offered; null otherwise. */
  allowedCredentials: readonly string[] | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
};

type Row = {
  operation: Operation;
  user_id: string | null;
  allowed_credentials: string | null;
  expires_at: string;
};

/** Stores what the answer to `text` will be held against. */
export async function insertChallenge(scope: Scope, text: string, challenge: Challenge): Promise<void> {
  await scope.db(table).insert({
    challenge_hash: hash(text),
    tenant_id: scope.tenantId,
    operation: challenge.operation,
    user_id: challenge.userId,
    allowed_credentials: challenge.allowedCredentials && JSON.stringify(challenge.allowedCredentials),
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
    .first('operation', 'user_id', 'allowed_credentials', 'expires_at');
  if (!row) return null;
  return {
    operation: row.operation,
    userId: row.user_id,
    allowedCredentials: row.allowed_credentials === null ? null : JSON.parse(row.allowed_credentials),
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

/** Removes the challenges that have expired. */
export function sweepChallenges({ db, tenantId }: Scope): Promise<void> {
  const among = { tenant_id: tenantId };
  const before = new Date().toISOString();
  return sweepRows(db, { table, key: 'challenge_hash', column: 'expires_at', before, among });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
