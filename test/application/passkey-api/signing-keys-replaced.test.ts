/** Signing keys that are replaced: when their time has come, and when no secret opens them. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Scope } from '../../../src/passkey-api/scope.ts';
import { createSigningKeys } from '../../../src/passkey-api/signing-keys.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
/** Of a tenant that has one key, under these secrets. */
let scope: Scope;
let secrets: string[];
let kept: { kid: string };

beforeAll(async () => {
  database = await createTestDatabase();
  const { tenantId, secretKeys } = keptTenant();
  [scope, secrets] = [{ db: database.db, tenantId }, secretKeys];
  kept = await rowsOf().first();
});
beforeEach(async () => {
  await rowsOf().delete();
  await rowsOf().insert(kept);
});
afterAll(() => database.drop());

const rowsOf = () => database.db('passkey_api_signing_keys').where('tenant_id', scope.tenantId);
const currentOf = (held: string[]) => createSigningKeys(scope, held).current();
const kidsOf = async (held: string[]) =>
  (await createSigningKeys(scope, held).published()).map(({ kid }) => kid);

test('a key that no secret opens is replaced; each process signs with one and publishes those that it can open', async () => {
  const other = await currentOf(['other']);
  expect(other.kid).not.toBe(kept.kid);
  expect(await kidsOf(['other'])).toEqual([other.kid]);
  expect((await currentOf(secrets)).kid).toBe(kept.kid);
  expect(await kidsOf(secrets)).toEqual([kept.kid]);
  expect(await kidsOf([...secrets, 'other'])).toEqual([other.kid, kept.kid]);
});

const minute = 60_000;
const days90 = 90 * 24 * 60 * minute;

async function age(kid: string, milliseconds: number): Promise<void> {
  const createdAt = new Date(Date.now() - milliseconds).toISOString();
  await database.db('passkey_api_signing_keys').where({ kid }).update({ created_at: createdAt });
}

test('a key older than 90 days is replaced, and stays published for an hour', async () => {
  const keys = createSigningKeys(scope, secrets);
  expect((await keys.current()).kid).toBe(kept.kid);
  await age(kept.kid, days90 + 59 * minute);
  const after = await currentOf(secrets);
  expect(after.kid).not.toBe(kept.kid);
  expect(await kidsOf(secrets)).toEqual([after.kid, kept.kid]);
  await keys.sweep();
  expect(await rowsOf()).toHaveLength(2);

  await age(kept.kid, days90 + 61 * minute);
  expect(await kidsOf(secrets)).toEqual([after.kid]);
  await keys.sweep();
  expect((await rowsOf()).map(({ kid }) => kid)).toEqual([after.kid]);
});
