/** The signing keys of a tenant, oldest to newest by generation. Knows rows; private keys arrive encrypted. */
import type { JWK } from 'jose';
import type { Scope } from './scope.ts';

const table = 'passkey_api_signing_keys';

export type StoredSigningKey = {
  kid: string;
  /** Counts from 1; no two keys of a tenant share one. */
  generation: number;
  publicJwk: JWK;
  encryptedPrivateKey: string;
  /** ISO 8601 in UTC. */
  createdAt: string;
};

type Row = { kid: string; generation: number; public_jwk: string; private_key: string; created_at: string };

/** Stores a key, unless its generation exists already: then the other key stands and nothing is stored. */
export async function insertSigningKey(scope: Scope, key: StoredSigningKey): Promise<void> {
  const row: Row = {
    kid: key.kid,
    generation: key.generation,
    public_jwk: JSON.stringify(key.publicJwk),
    private_key: key.encryptedPrivateKey,
    created_at: key.createdAt,
  };
  await scope
    .db(table)
    .insert({ ...row, tenant_id: scope.tenantId })
    .onConflict(['tenant_id', 'generation'])
    .ignore();
}

/** Removes the keys that were made before `time`, ISO 8601 in UTC. */
export async function removeSigningKeysBefore(scope: Scope, time: string): Promise<void> {
  await scope.db(table).where('tenant_id', scope.tenantId).where('created_at', '<', time).delete();
}

/** All keys that were kept, newest first. */
export async function listSigningKeys(scope: Scope): Promise<StoredSigningKey[]> {
  const rows: Row[] = await scope.db(table).where('tenant_id', scope.tenantId).orderBy('generation', 'desc');
  return rows.map((row) => ({
    kid: row.kid,
    generation: row.generation,
    publicJwk: JSON.parse(row.public_jwk),
    encryptedPrivateKey: row.private_key,
    createdAt: row.created_at,
  }));
}
