/**
 * Signing keys that are replaced: when their time has come, and when no secret opens them. To make one takes a second, so it
 * happens once, and the key of another process is the kept one, sealed again.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seal, unseal } from '../../../src/passkey-api/key-encryption.ts';
import type { Scope } from '../../../src/passkey-api/scope.ts';
import { insertSigningKey, listSigningKeys } from '../../../src/passkey-api/signing-key-store.ts';
import { createSigningKeys } from '../../../src/passkey-api/signing-keys.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
/** Of a tenant that has one key, under these secrets. */
let scope: Scope;
let secrets: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  const { tenantId, secretKeys } = keptTenant();
  [scope, secrets] = [{ db: database.db, tenantId }, secretKeys];
});
afterAll(() => database.drop());

const kidsStored = async () => (await listSigningKeys(scope)).map(({ kid }) => kid);
const currentOf = (held: string[]) => createSigningKeys(scope, held).current();
const kidsOf = async (held: string[]) =>
  (await createSigningKeys(scope, held).published()).map(({ kid }) => kid);

const minute = 60_000;
const days90 = 90 * 24 * 60 * minute;

async function age(kid: string, milliseconds: number): Promise<void> {
  const createdAt = new Date(Date.now() - milliseconds).toISOString();
  await database.db('passkey_api_signing_keys').where({ kid }).update({ created_at: createdAt });
}

test('a key is replaced when it is older than 90 days and no secret opens a newer one; it stays published for an hour', async () => {
  const [kept] = await listSigningKeys(scope);
  if (!kept) throw new Error('the tenant has no key');
  const other = { ...kept, kid: randomUUID(), generation: kept.generation + 1 };
  const context = ({ kid }: { kid: string }) => `${scope.tenantId}/${kid}`;
  other.publicJwk = { ...kept.publicJwk, kid: other.kid };
  const privateKey = unseal(kept.encryptedPrivateKey, secrets, context(kept)) ?? '';
  other.encryptedPrivateKey = seal(privateKey, ['other'], context(other));
  await insertSigningKey(scope, other);

  // Each process signs with one key, and publishes those that it can open.
  const keys = createSigningKeys(scope, secrets);
  expect([(await keys.current()).kid, (await currentOf(['other'])).kid]).toEqual([kept.kid, other.kid]);
  expect([await kidsOf(secrets), await kidsOf(['other'])]).toEqual([[kept.kid], [other.kid]]);
  expect(await kidsOf([...secrets, 'other'])).toEqual([other.kid, kept.kid]);

  await age(kept.kid, days90 + 59 * minute);
  const after = await currentOf(secrets);
  expect([kept.kid, other.kid]).not.toContain(after.kid);
  expect(await kidsOf(secrets)).toEqual([after.kid, kept.kid]);
  await keys.sweep();
  expect(await kidsStored()).toEqual([after.kid, other.kid, kept.kid]);

  await age(kept.kid, days90 + 61 * minute);
  expect(await kidsOf(secrets)).toEqual([after.kid]);
  await keys.sweep();
  expect(await kidsStored()).toEqual([after.kid, other.kid]);
});
