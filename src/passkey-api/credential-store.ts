/** The credentials of a tenant. Knows rows and nothing of ceremonies or the wire. */
import type { Scope } from './scope.ts';

const table = 'passkey_api_credentials';

export type Credential = {
  /** Unpadded base64url of the raw id. */
  id: string;
  userId: string;
  name: string;
  /** Unpadded base64url of the COSE_Key. */
  publicKey: string;
  attestationType: string;
  aaguid: string;
  signCount: number;
  transports: readonly string[];
  backupEligible: boolean;
  backupState: boolean;
  /** It was made for a second factor alone, and signs nobody in. */
  isMfa: boolean;
  /** ISO 8601 in UTC. */
  createdAt: string;
  lastUsedAt: string;
};

type Row = {
  id: string;
  user_id: string;
  name: string;
  public_key: string;
  attestation_type: string;
  aaguid: string;
  sign_count: number | string;
  transports: string;
  backup_eligible: boolean | number;
  backup_state: boolean | number;
  is_mfa: boolean | number;
  created_at: string;
  last_used_at: string;
};

/** Stores a new credential; false, and nothing stored, when any tenant holds one with this id. */
export async function insertCredential(scope: Scope, credential: Credential): Promise<boolean> {
  const stored = await scope
    .db(table)
    .insert({ ...toRow(credential), tenant_id: scope.tenantId })
    .onConflict('id')
    .ignore()
    .returning('id');
  return stored.length === 1;
}

/** The tenant's credential with this id, or null. */
export async function findCredential(scope: Scope, id: string): Promise<Credential | null> {
  const row: Row | undefined = await scope.db(table).where({ id, tenant_id: scope.tenantId }).first();
  return row ? toCredential(row) : null;
}

/** The ids of the credentials of one user that sign in alone, or of all, newest first. */
export async function listCredentialIds(
  scope: Scope,
  userId: string,
  which: 'passkeys' | 'all',
): Promise<string[]> {
  return scope
    .db(table)
    .where({ tenant_id: scope.tenantId, user_id: userId })
    .modify((query) => which === 'passkeys' && query.where('is_mfa', false))
    .orderBy('created_at', 'desc')
    .pluck('id');
}

export type Page = {
  /** Every user of the tenant when left out. */
  userId?: string | undefined;
  order: 'asc' | 'desc';
  offset: number;
  limit: number;
};

/** One page of credentials, sorted by creation, and how many there are on all pages. */
export async function listCredentials(
  scope: Scope,
  page: Page,
): Promise<{ credentials: Credential[]; total: number }> {
  const matching = scope.db(table).where('tenant_id', scope.tenantId);
  if (page.userId !== undefined) matching.where('user_id', page.userId);
  const rows: Row[] = await matching
    .clone()
    .orderBy([
      { column: 'created_at', order: page.order },
      { column: 'id', order: page.order },
    ])
    .offset(page.offset)
    .limit(page.limit);
  const complete = page.offset === 0 && rows.length < page.limit;
  const total = complete ? rows.length : Number((await matching.count({ total: '*' }))[0]?.total);
  return { credentials: rows.map(toCredential), total };
}

/** False when the tenant has no such credential. */
export async function renameCredential(scope: Scope, id: string, name: string): Promise<boolean> {
  return (await scope.db(table).where({ id, tenant_id: scope.tenantId }).update({ name })) === 1;
}

/** False when the tenant has no such credential. */
export async function deleteCredential(scope: Scope, id: string): Promise<boolean> {
  return (await scope.db(table).where({ id, tenant_id: scope.tenantId }).delete()) === 1;
}

export type Use = Pick<Credential, 'signCount' | 'backupEligible' | 'backupState'>;

/**
 * Records a verified assertion. For a device-bound key the counter must still grow when the row is written, so that
 * of two assertions with one counter only the first counts.
 *
 * @returns false when the credential is gone or its counter has moved on
 */
export async function recordUse(scope: Scope, id: string, use: Use): Promise<boolean> {
  const credential = scope.db(table).where({ id, tenant_id: scope.tenantId });
  if (!use.backupEligible && use.signCount > 0) credential.where('sign_count', '<', use.signCount);
  if (!use.backupEligible && use.signCount === 0) credential.where('sign_count', 0);
  const changed = await credential.update({
    sign_count: use.signCount,
    backup_eligible: use.backupEligible,
    backup_state: use.backupState,
    last_used_at: new Date().toISOString(),
  });
  return changed === 1;
}

/** As if the credential had never been used: a Hanko server keeps no counter. For development alone. */
export async function forgetCounter(scope: Scope, id: string): Promise<void> {
  await scope.db(table).where({ id, tenant_id: scope.tenantId }).update({ sign_count: 0 });
}

function toRow(credential: Credential): Row {
  return {
    id: credential.id,
    user_id: credential.userId,
    name: credential.name,
    public_key: credential.publicKey,
    attestation_type: credential.attestationType,
    aaguid: credential.aaguid,
    sign_count: credential.signCount,
    transports: JSON.stringify(credential.transports),
    backup_eligible: credential.backupEligible,
    backup_state: credential.backupState,
    is_mfa: credential.isMfa,
    created_at: credential.createdAt,
    last_used_at: credential.lastUsedAt,
  };
}

function toCredential(row: Row): Credential {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    publicKey: row.public_key,
    attestationType: row.attestation_type,
    aaguid: row.aaguid,
    // SQLite answers a number, PostgreSQL a string, because its bigint is wider than a number.
    signCount: Number(row.sign_count),
    transports: JSON.parse(row.transports),
    backupEligible: Boolean(row.backup_eligible),
    backupState: Boolean(row.backup_state),
    isMfa: Boolean(row.is_mfa),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
