/**
 * A passkey service that turned against us: it publishes keys of a test's own and answers every finished sign-in with
 * whatever token the test makes. Knows JWTs (RFC 7519) and no ceremony.
 */
import { createHmac, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import type { PasskeyService } from './passkey-service.ts';

export type Claims = Record<string, unknown>;
export type SigningPair = { privateKey: KeyObject; publicKey: KeyObject; publicJwk: JWK };

/** An RSA pair whose published half carries the given `kid`; jose itself would make no short one. */
export async function rsaPair(kid: string, modulusLength = 2048): Promise<SigningPair> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  const publicJwk = { ...(publicKey.export({ format: 'jwk' }) as JWK), kid, alg: 'RS256', use: 'sig' };
  return { privateKey, publicKey, publicJwk };
}

/** A token signed with RS256, in the form that Hanko gives it, or with its bigger brothers. */
export function signed(
  claims: Claims,
  { privateKey, publicJwk }: SigningPair,
  bits: 256 | 512 = 256,
): string {
  const content = unsigned({ alg: `RS${bits}`, kid: publicJwk.kid, typ: 'JWT' }, claims);
  return `${content}.${sign(`sha${bits}`, Buffer.from(content), privateKey).toString('base64url')}`;
}

/** The classic: the public key, which everybody has, taken for a shared secret. */
export function signedWithPublicKey(claims: Claims, { publicKey, publicJwk }: SigningPair): string {
  const content = unsigned({ alg: 'HS256', kid: publicJwk.kid, typ: 'JWT' }, claims);
  const secret = publicKey.export({ format: 'pem', type: 'spki' });
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** Header and claims, as the first two parts of a token. */
export function unsigned(header: object, claims: Claims): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

/** From now on the service publishes these keys and answers finished sign-ins with these tokens. */
export function turnAgainstUs(service: PasskeyService, keys: JWK[], token: () => string): void {
  answerJson(service, '.well-known/jwks.json', () => ({ keys }));
  answerJson(service, 'login/finalize', () => ({ token: token() }));
}

function answerJson(service: PasskeyService, path: string, content: () => object): void {
  service.answerAt(path, (request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(content()));
  });
}
