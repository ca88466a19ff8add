/** The token that ceremonies end with, and the keys that verify it. */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { register, signIn } from './support/ceremonies.ts';
import { get } from './support/client.ts';
import { rpId, type Server, startServer } from './support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe('the token', () => {
  test('verifies with the published keys', async () => {
    const { token, userId, credentialId } = await register(server);
    const { body } = await get(server, '/.well-known/jwks.json', { key: null });
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(body), {
      algorithms: ['RS256'],
      audience: rpId,
      subject: userId,
      maxTokenAge: 300,
      clockTolerance: 5,
    });
    expect(payload.cred).toBe(credentialId);
    expect(body.keys.map(({ kid }: { kid: string }) => kid)).toContain(protectedHeader.kid);
  });

  test('has exactly the header and the claims of the contract', async () => {
    const { token, userId, credentialId } = await register(server);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid: expect.any(String), typ: 'JWT' });
    const claims = decodeJwt(token);
    const times = { iat: expect.any(Number), exp: expect.any(Number) };
    expect(claims).toEqual({ aud: [rpId], cred: credentialId, sub: userId, ...times });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
  });

  test('of a sign-in has the same claims as that of a registration', async () => {
    const { token, authenticator } = await register(server);
    const { body } = await signIn(server, authenticator);
    const { iat: _iat, exp: _exp, ...claims } = decodeJwt(token);
    expect(decodeJwt(body.token)).toMatchObject(claims);
    expect(Object.keys(decodeJwt(body.token)).sort()).toEqual(Object.keys(decodeJwt(token)).sort());
  });
});

describe('the published keys', () => {
  test('[ASVS 11.6.1] are RSA keys for signatures of at least 3072 bits, and nothing private', async () => {
    const { status, body } = await get(server, '/.well-known/jwks.json', { key: null });
    expect(status).toBe(200);
    for (const key of body.keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
      expect(key).toMatchObject({ alg: 'RS256', e: 'AQAB', kty: 'RSA', use: 'sig' });
      expect(key.kid).toMatch(/^[0-9a-f-]{36}$/);
      expect(Buffer.from(key.n, 'base64url').length).toBeGreaterThanOrEqual(384);
    }
  });

  test('may be kept for ten minutes', async () => {
    const { headers } = await get(server, '/.well-known/jwks.json', { key: null });
    expect(headers.get('Cache-Control')).toBe('max-age=600');
  });
});
