/** The key that a tenant's own server shows. Knows no route. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type ApiRequest, headerOf } from './exchange.ts';
import { Problem } from './problem.ts';

/** Whether a request carries the key. */
export type KeyTest = (request: ApiRequest) => boolean;

/** Compared in constant time, for which both need one length: their digests have. */
export function apiKeyTest(apiKey: string): KeyTest {
  const expected = digest(apiKey);
  return (request) => timingSafeEqual(digest(givenApiKey(request)), expected);
}

/** The answer to a request that does not carry the key where it must. */
export function invalidKey(): Problem {
  return new Problem(401, 'The api key is invalid', 'api keys needs to be an apiKey Header and 32 byte long');
}

/** The key as sent, trimmed; `''` when there is none. */
export function givenApiKey(request: ApiRequest): string {
  return headerOf(request, 'apikey').trim();
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
