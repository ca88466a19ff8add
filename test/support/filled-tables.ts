/**
 * Tables as they are when many people have been here for long, so that what is slow then is seen. What stands in them
 * belongs to nobody whom a test knows; nothing waits for mail or the API, and a fifth has run out, so that sweeping is
 * judged as well.
 */
import { inject } from 'vitest';
import type { Database } from '../../src/db/database.ts';

/** SQLite, without ANALYZE, plans alike for any number. PostgreSQL is told of many more (test/support/plans.ts). */
export const rowsOfEach = 100;

const id = "'filler-' || i";
const past = "(1900 + i % 100) || '-01-01T00:00:00.000Z'";
const future = "(2100 + i % 100) || '-01-01T00:00:00.000Z'";
/** Some have run out, so that sweeping is judged as well. */
const mostly = (time: string, over: string) => `CASE WHEN i % 5 = 0 THEN ${over} ELSE ${time} END`;
const tenant = () => `'${inject('tenantId')}'`;

/** For each column an expression of SQL that both databases understand, of the number `i` of the row. */
const fillings = (): Record<string, Record<string, string>> => ({
  users: { id, email: `${id} || '@example.com'`, created_at: past, updated_at: past },
  sessions: {
    id_hash: id,
    user_id: id,
    sign_in_id: "'sign-in-' || i",
    data: "'{}'",
    created_at: past,
    expires_at: mostly(future, past),
  },
  activity: { id, user_id: id, event: "'sign_in'", at: mostly(future, past) },
  signed_acts: {
    transaction_id: id,
    user_id: id,
    at: mostly(future, past),
    data: "'{}'",
    public_key: "''",
    client_data: "''",
    authenticator_data: "''",
    signature: "''",
  },
  account_tokens: {
    secret_hash: id,
    purpose: "'lockdown'",
    user_id: id,
    data: "'{}'",
    created_at: past,
    expires_at: mostly(future, past),
  },
  recovery_codes: {
    code_hash: id,
    set_id: id,
    user_id: id,
    created_at: past,
    expires_at: mostly('NULL', past),
  },
  pending_sign_ins: {
    id_hash: id,
    user_id: id,
    epoch: '0',
    data: "'{}'",
    created_at: past,
    expires_at: mostly(future, past),
  },
  outbox: { id, letter: "'{}'", next_try_at: future, created_at: past, about: id },
  rate_limits: { key: id, points: '1', expire: mostly('4000000000000 + i', 'i') },
  used_challenges: { challenge_hash: id, expires_at: mostly(future, past) },
  passkey_records: {
    user_id: id,
    credential_id: id,
    automatic: 'FALSE',
    vouched: 'TRUE',
    created_at: past,
  },
  pending_deletions: {
    id,
    user_id: id,
    credential_id: id,
    next_try_at: future,
    done_at: mostly('NULL', past),
    created_at: past,
  },
  passkey_api_users: { tenant_id: tenant(), user_id: id, created_at: past },
  passkey_api_credentials: {
    id,
    tenant_id: tenant(),
    user_id: id,
    name: "'Passkey'",
    public_key: "''",
    attestation_type: "'none'",
    aaguid: "''",
    sign_count: '0',
    transports: "'[]'",
    backup_eligible: 'TRUE',
    backup_state: 'TRUE',
    created_at: past,
    last_used_at: past,
  },
  passkey_api_challenges: {
    challenge_hash: id,
    tenant_id: tenant(),
    operation: "'authentication'",
    expires_at: mostly(future, past),
  },
});

/** Fills every table that grows, and has PostgreSQL look at all rows of them, once: what a test adds changes nothing. */
export async function fillTables(db: Database): Promise<void> {
  for (const [table, columns] of Object.entries(fillings()))
    await db.raw(
      `INSERT INTO ${table} (${Object.keys(columns).join(', ')})
       WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${rowsOfEach})
       SELECT ${Object.values(columns).join(', ')} FROM numbers`,
    );
  if (process.env.TEST_DATABASE !== 'postgres') return;
  for (const table of Object.keys(fillings())) {
    await db.raw('ALTER TABLE ?? SET (autovacuum_enabled = off)', [table]);
    await db.raw('ANALYZE ??', [table]);
  }
}
