/**
 * The signing keys: made once, kept encrypted, swept for their tenant alone. That they are replaced, which takes new ones, is in
 * test/application/passkey-api/signing-keys-replaced.test.ts.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import type { Scope } from '../../../src/passkey-api/scope.ts';
import { createSigningKeys } from '../../../src/passkey-api/signing-keys.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let secondPool: Database;
/** Of a tenant that has one key, under these secrets. */
let scope: Scope;
let secrets: string[];
let kept: { kid: string };

beforeAll(async () => {
  database = await createTestDatabase();
  secondPool = openDatabase(database.url, '/');
  const { tenantId, secretKeys } = keptTenant();
  [scope, secrets] = [{ db: database.db, tenantId }, secretKeys];
  kept = await rowsOf().first();
});
beforeEach(async () => {
  await rowsOf().delete();
  await rowsOf().insert(kept);
});
afterAll(async () => {
  await secondPool.destroy();
  await database.drop();
});

const rowsOf = () => database.db('passkey_api_signing_keys').where('tenant_id', scope.tenantId);
const currentOf = (held: string[]) => createSigningKeys(scope, held).current();

test('no key is made before one is needed', async () => {
  await rowsOf().delete();
  createSigningKeys(scope, secrets);
  expect(await rowsOf()).toEqual([]);
});

test('processes that need the first key at once agree on one', async () => {
  await rowsOf().delete();
  const processes = [scope, { ...scope, db: secondPool }].map((own) => createSigningKeys(own, secrets));
  const keys = await Promise.all(processes.flatMap((process) => [process.current(), process.current()]));
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
  expect(await rowsOf()).toHaveLength(1);
});

test('the private key is neither readable in the database nor exportable in memory', async () => {
  const { privateKey } = await currentOf(secrets);
  const [row] = await rowsOf();
  const stored = Buffer.from(row.private_key, 'base64url').toString('latin1');
  expect(`${row.private_key}${stored}${row.public_jwk}`).not.toMatch(/PRIVATE KEY|"d"/);
  expect(privateKey.extractable).toBe(false);
});

test('[ASVS 11.2.2] a new first secret leaves the key usable while the old one is listed', async () => {
  expect((await currentOf(['new', ...secrets])).kid).toBe(kept.kid);
});

const minute = 60_000;
const days90 = 90 * 24 * 60 * minute;

async function age(kid: string, milliseconds: number): Promise<void> {
  const createdAt = new Date(Date.now() - milliseconds).toISOString();
  await database.db('passkey_api_signing_keys').where({ kid }).update({ created_at: createdAt });
}

test('sweeping removes no key of another tenant', async () => {
  await age(kept.kid, days90 + 61 * minute);
  await createSigningKeys({ ...scope, tenantId: randomUUID() }, secrets).sweep();
  expect(await rowsOf()).toHaveLength(1);
});

test('a failure to reach the database is not remembered', async () => {
  const broken = { fails: true };
  const db = new Proxy(database.db, {
    apply(target, self, parameters) {
      if (broken.fails) throw new Error('the database is gone');
      return Reflect.apply(target, self, parameters);
    },
  });
  const keys = createSigningKeys({ ...scope, db }, secrets);
  await expect(keys.current()).rejects.toThrow('the database is gone');
  broken.fails = false;
  expect((await keys.current()).kid).toBe((await rowsOf())[0].kid);
});
