/** Lists in pages, where databases sort text each in its own way: whatever the order is, nothing is on two pages or on none. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Credential,
  insertCredential,
  listCredentials,
} from '../../../src/passkey-api/credential-store.ts';
import { ensureUser } from '../../../src/passkey-api/user-store.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';

/** In an order that is neither that of bytes nor that of a dictionary. */
const ids = ['b', 'A', '_', 'a', 'B', '-', '1'];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const userId of ['ada', 'grace']) await ensureUser(scope(), userId);
  for (const id of ids) await insertCredential(scope(), { ...credential, id });
  await insertCredential(scope(), { ...credential, id: 'hers', userId: 'grace' });
});
afterAll(() => database.drop());

const scope = () => ({ db: database.db, tenantId: keptTenant().tenantId });
/** All were made in one moment, so that the id decides. */
const credential: Omit<Credential, 'id'> = {
  userId: 'ada',
  name: 'Laptop',
  publicKey: 'key',
  attestationType: 'none',
  aaguid: '00000000-0000-0000-0000-000000000000',
  signCount: 4_294_967_295,
  transports: ['internal'],
  backupEligible: true,
  backupState: false,
  isMfa: false,
  createdAt: '2026-01-01T00:00:00.000Z',
  lastUsedAt: '2026-01-01T00:00:00.000Z',
};

it.each(['asc', 'desc'] as const)('each is listed once, as it was stored, and counted: %s', async (order) => {
  const listed: Credential[] = [];
  for (let offset = 0; offset < ids.length; offset += 3) {
    const page = await listCredentials(scope(), { userId: 'ada', order, offset, limit: 3 });
    expect(page.total).toBe(ids.length);
    listed.push(...page.credentials);
  }
  expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  for (const { id, ...rest } of listed) expect(rest, id).toEqual(credential);
});
