/** Where the embedded API knowingly answers otherwise than a Hanko server before the database matters; the rest runs on both. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { register } from '../../contract/support/ceremonies.ts';
import { call, get, post, refusalOf } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, startEmbedded } from '../../contract/support/server.ts';

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());

test('a credential id in the body renames and deletes nothing but the one in the path, however it is spelt', async () => {
  const inBody = await register(server);
  for (const member of ['CredentialId', 'credentialid', 'credential_id', 'id']) {
    const path = `/credentials/${(await register(server)).credentialId}`;
    const body = { [member]: inBody.credentialId, name: 'renamed' };
    expect((await call(server, 'PATCH', path, { body })).status, member).toBe(204);
    expect((await get(server, path)).body.name, member).toBe('renamed');
    expect((await call(server, 'DELETE', path, { body })).status, member).toBe(204);
    expect((await get(server, path)).status, member).toBe(404);
    const untouched = (await get(server, `/credentials/${inBody.credentialId}`)).body;
    expect(untouched.name, member).toBe(`cred-${inBody.credentialId}`);
  }
});

test('data that is nested without end is refused', async () => {
  const { userId } = await register(server);
  const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const body = `{"user_id":"${userId}","transaction_id":"deep","transaction_data":${nested}}`;
  expect((await post(server, '/transaction/initialize', body)).status).toBe(400);
});

describe('there is', () => {
  test.each([
    ['no list of transactions', 'GET', `/transaction/${randomUUID()}`],
    ['no audit log', 'GET', '/audit_logs'],
  ])('%s', async (_name, method, path) => {
    const answer = await call(server, method, path, method === 'POST' ? { body: { user_id: 'u' } } : {});
    expect(refusalOf(answer)).toEqual({ status: 404, title: 'Not Found', details: '' });
  });

  test('no admin API', async () => {
    for (const path of ['/tenants', `/tenants/${server.tenantId}`, '/health/alive']) {
      const { status } = await fetch(`${server.baseUrl}${path}`, { headers: { apiKey: server.apiKey } });
      expect(status).toBe(400);
    }
  });

  test('no header that lets a page of any origin read an answer', async () => {
    const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
    const preflight = await call(server, 'OPTIONS', '/login/initialize', { headers });
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBeNull();
    const answer = await post(server, '/login/initialize', undefined, { headers });
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});
