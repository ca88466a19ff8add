/** The signing keys: made once, kept encrypted, replaced in time. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import type { Scope } from '../../../src/passkey-api/scope.ts';
import { createSigningKeys } from '../../../src/passkey-api/signing-keys.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let secondPool: Database;
let scope: Scope;

beforeAll(async () => {
  database = await createTestDatabase();
  secondPool = openDatabase(database.url, '/');
});
beforeEach(() => {
  scope = { db: database.db, tenantId: randomUUID() };
});
afterAll(async () => {
  await secondPool.destroy();
  await database.drop();
});

const rowsOf = () => database.db('passkey_api_signing_keys').where('tenant_id', scope.tenantId);
const kidsOf = async (secrets: string[]) =>
  (await createSigningKeys(scope, secrets).published()).map(({ kid }) => kid);

test('no key is made before one is needed', async () => {
  createSigningKeys(scope, ['secret']);
  expect(await rowsOf()).toEqual([]);
});

test('processes that need the first key at once agree on one', async () => {
  const processes = [scope, { ...scope, db: secondPool }].map((own) => createSigningKeys(own, ['secret']));
  const keys = await Promise.all(processes.flatMap((process) => [process.current(), process.current()]));
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
  expect(await rowsOf()).toHaveLength(1);
});

test('the private key is neither readable in the database nor exportable in memory', async () => {
  const { privateKey } = await createSigningKeys(scope, ['secret']).current();
  const [row] = await rowsOf();
  const stored = Buffer.from(row.private_key, 'base64url').toString('latin1');
  expect(`${row.private_key}${stored}${row.public_jwk}`).not.toMatch(/PRIVATE KEY|"d"/);
  expect(privateKey.extractable).toBe(false);
});

test('a new first secret leaves the key usable while the old one is listed', async () => {
  const before = await createSigningKeys(scope, ['old']).current();
  const after = await createSigningKeys(scope, ['new', 'old']).current();
  expect(after.kid).toBe(before.kid);
});

test('a key that no secret opens any more is replaced, and published no longer', async () => {
  const before = await createSigningKeys(scope, ['lost']).current();
  const after = await createSigningKeys(scope, ['new']).current();
  expect(after.kid).not.toBe(before.kid);
  expect(await kidsOf(['new'])).toEqual([after.kid]);
});

test('processes with different secrets each sign with a key of theirs and publish what they can open', async () => {
  const one = await createSigningKeys(scope, ['one']).current();
  const other = await createSigningKeys(scope, ['other']).current();
  expect((await createSigningKeys(scope, ['one']).current()).kid).toBe(one.kid);
  expect(await kidsOf(['one'])).toEqual([one.kid]);
  expect(await kidsOf(['one', 'other'])).toEqual([other.kid, one.kid]);
});

const minute = 60_000;
const days90 = 90 * 24 * 60 * minute;

async function age(kid: string, milliseconds: number): Promise<void> {
  const createdAt = new Date(Date.now() - milliseconds).toISOString();
  await database.db('passkey_api_signing_keys').where({ kid }).update({ created_at: createdAt });
}

test('a key older than 90 days is replaced, and stays published for an hour', async () => {
  const keys = createSigningKeys(scope, ['secret']);
  const before = await keys.current();
  await age(before.kid, days90 + 59 * minute);
  const after = await createSigningKeys(scope, ['secret']).current();
  expect(after.kid).not.toBe(before.kid);
  expect(await kidsOf(['secret'])).toEqual([after.kid, before.kid]);
  await keys.sweep();
  expect(await rowsOf()).toHaveLength(2);

  await age(before.kid, days90 + 61 * minute);
  expect(await kidsOf(['secret'])).toEqual([after.kid]);
  await keys.sweep();
  expect((await rowsOf()).map(({ kid }) => kid)).toEqual([after.kid]);
});

test('sweeping removes no key of another tenant', async () => {
  const { kid } = await createSigningKeys(scope, ['secret']).current();
  await age(kid, days90 + 61 * minute);
  await createSigningKeys({ ...scope, tenantId: randomUUID() }, ['secret']).sweep();
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
  const keys = createSigningKeys({ ...scope, db }, ['secret']);
  await expect(keys.current()).rejects.toThrow('the database is gone');
  broken.fails = false;
  expect((await keys.current()).kid).toBe((await rowsOf())[0].kid);
});
