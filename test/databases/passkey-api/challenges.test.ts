/** The life of a challenge: expiry, clean-up, what is kept of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChallenge, insertChallenge } from '../../../src/passkey-api/challenge-store.ts';
import { creationOptions, register, requestOptions } from '../../contract/support/ceremonies.ts';
import { post, refusalOf } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, serve } from '../../contract/support/server.ts';
import { aMoment } from '../../support/a-moment.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let server: EmbeddedServer;
let hasty: EmbeddedServer;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await serve(database.db, keptTenant());
  hasty = await serve(database.db, { tenantId: server.tenantId, timeout: 1 });
});
afterAll(async () => {
  await server.stop();
  await hasty.stop();
  await database.drop();
});

const countRows = async () =>
  Number((await database.db('passkey_api_challenges').count({ rows: '*' }))[0]?.rows);

describe('an expired challenge', () => {
  test('registers nothing', async () => {
    const options = await creationOptions(hasty);
    await aMoment();
    const credential = createAuthenticator().create(options, origin);
    expect(refusalOf(await post(hasty, '/registration/finalize', credential))).toEqual({
      status: 400,
      title: 'failed to validate attestation',
      details: 'Session has Expired',
    });
    expect(await database.db('passkey_api_credentials').where({ id: credential.id })).toEqual([]);
  });

  test('signs nobody in, whether it named a user or not', async () => {
    const { authenticator, userId } = await register(server);
    for (const options of [await requestOptions(hasty), await requestOptions(hasty, userId)]) {
      await aMoment();
      const answer = await post(hasty, '/login/finalize', authenticator.get(options, origin));
      const refusal = { status: 401, title: 'failed to validate assertion', details: 'Session has Expired' };
      expect(refusalOf(answer)).toEqual(refusal);
    }
  });
});

test('the options say how long the challenge lives', async () => {
  expect((await requestOptions(server)).publicKey.timeout).toBe(300_000);
  expect((await requestOptions(hasty)).publicKey.timeout).toBe(1);
});

test('a challenge is not stored in the clear', async () => {
  const { publicKey } = await requestOptions(server);
  const rows = await database.db('passkey_api_challenges');
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain(publicKey.challenge);
});

describe('the sweep', () => {
  const scope = () => ({ db: database.db, tenantId: server.tenantId });
  const challenge = (expiresAt: number) => ({
    operation: 'authentication' as const,
    userId: null,
    allowedCredentials: null,
    expiresAt,
  });

  test('removes every expired challenge, in more than one batch, and no other, with two at work', async () => {
    await database.db('passkey_api_challenges').delete();
    const otherTenant = await serve(database.db);
    await insertChallenge(scope(), 'old', challenge(1_000));
    const [row] = await database.db('passkey_api_challenges');
    const others = Array.from({ length: 1_100 }, (_, count) => ({ ...row, challenge_hash: `old-${count}` }));
    await database.db.batchInsert('passkey_api_challenges', others, 100);
    await insertChallenge(scope(), 'fresh', challenge(Date.now() + 60_000));
    await insertChallenge({ ...scope(), tenantId: otherTenant.tenantId }, 'foreign', challenge(1_000));
    await Promise.all([server.api.sweep(), hasty.api.sweep()]);
    expect(await countRows()).toBe(2);
    expect(await findChallenge(scope(), 'fresh', 'authentication')).not.toBeNull();
    await otherTenant.stop();
  });

  test('has nothing to do in an empty table', async () => {
    await database.db('passkey_api_challenges').delete();
    await server.api.sweep();
    expect(await countRows()).toBe(0);
  });
});
