/** What holds for every route: tenant, key, unknown addresses, the shape of errors. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, get, post, refusalOf } from './support/client.ts';
import { type Server, startServer } from './support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const keyed = [
  ['POST', '/registration/initialize'],
  ['POST', '/mfa/registration/initialize'],
  ['POST', '/mfa/registration/finalize'],
  ['POST', '/mfa/login/initialize'],
  ['POST', '/mfa/login/finalize'],
  ['GET', '/credentials'],
  ['GET', '/credentials/abc'],
  ['PATCH', '/credentials/abc'],
  ['DELETE', '/credentials/abc'],
] as const;

const open = [
  ['POST', '/registration/finalize', 400],
  ['POST', '/login/initialize', 200],
  ['POST', '/login/finalize', 400],
  ['GET', '/.well-known/jwks.json', 200],
] as const;

describe('the key', () => {
  const refusal = {
    status: 401,
    title: 'The api key is invalid',
    details: 'api keys needs to be an apiKey Header and 32 byte long',
  };

  test.each(keyed)('[ASVS 13.2.1] is demanded by %s %s', async (method, path) => {
    expect(refusalOf(await call(server, method, path, { key: null }))).toEqual(refusal);
    expect(refusalOf(await call(server, method, path, { key: `${server.apiKey}x` }))).toEqual(refusal);
  });

  test.each(open)('is not demanded by %s %s', async (method, path, status) => {
    expect((await call(server, method, path, { key: null })).status).toBe(status);
  });

  test('is looked at before the body', async () => {
    const answer = await post(server, '/registration/initialize', '{"user_id":', { key: 'wrong' });
    expect(refusalOf(answer)).toEqual(refusal);
  });

  test('may stand between blanks and under any spelling of its header', async () => {
    const options = { key: null, headers: { APIKEY: `  ${server.apiKey} ` } };
    expect((await get(server, '/credentials', options)).status).toBe(200);
  });

  test('counts in no other header', async () => {
    const headers = { 'X-API-KEY': server.apiKey, Authorization: `Bearer ${server.apiKey}` };
    expect(refusalOf(await get(server, '/credentials', { key: null, headers }))).toEqual(refusal);
  });

  test('is demanded for a sign-in as soon as it names a user', async () => {
    const wrong = await post(server, '/login/initialize', { user_id: randomUUID() }, { key: 'wrong' });
    expect(refusalOf(wrong)).toEqual(refusal);
  });
});

describe('the tenant', () => {
  test('must be a UUID', async () => {
    for (const tenantId of ['health', 'not-a-uuid']) {
      const answer = await get({ ...server, tenantId }, '/credentials');
      expect(refusalOf(answer)).toEqual({
        status: 400,
        title: 'tenant_id must be a valid uuid4',
        details: '',
      });
    }
  });

  test('must exist, whatever the key', async () => {
    const answer = await get({ ...server, tenantId: randomUUID() }, '/credentials', { key: null });
    expect(refusalOf(answer)).toEqual({ status: 404, title: 'tenant not found', details: '' });
  });

  test.each([
    ['in capitals', (id: string) => id.toUpperCase()],
    ['without hyphens', (id: string) => id.replaceAll('-', '')],
  ])('may be written %s', async (_name, spell) => {
    expect((await get({ ...server, tenantId: spell(server.tenantId) }, '/credentials')).status).toBe(200);
  });
});

describe('an address that is not there', () => {
  test.each([
    ['GET', '/nothing'],
    ['GET', '/login/initialize'],
    ['PUT', '/credentials/abc'],
    ['POST', '/credentials'],
    ['GET', '/credentials/'],
    ['POST', '/login/initialize/'],
  ])('%s %s is not found', async (method, path) => {
    expect(refusalOf(await call(server, method, path))).toEqual({
      status: 404,
      title: 'Not Found',
      details: '',
    });
  });
});

describe('every answer', () => {
  test('repeats its status in an error, as JSON with a newline', async () => {
    const { status, body, text, headers } = await get(server, '/credentials/nope');
    expect(body.status).toBe(status);
    expect(Object.keys(body).sort()).toEqual(['details', 'status', 'title']);
    expect(text.endsWith('}\n')).toBe(true);
    expect(headers.get('Content-Type')).toBe('application/json; charset=UTF-8');
  });

  test('carries a request id: 32 characters, or the one that was sent', async () => {
    expect((await get(server, '/credentials')).headers.get('X-Request-Id')).toMatch(/^[0-9A-Za-z]{32}$/);
    const answer = await get(server, '/nothing', { headers: { 'X-Request-Id': 'mine-1' } });
    expect(answer.headers.get('X-Request-Id')).toBe('mine-1');
  });
});

test('the status page is HTML, needs no key, and takes nothing but GET', async () => {
  const page = await fetch(`${server.baseUrl}/`);
  expect(page.status).toBe(200);
  expect(page.headers.get('Content-Type')).toMatch(/^text\/html/);
  expect((await fetch(`${server.baseUrl}/`, { method: 'POST' })).status).toBe(405);
});
