import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { createTokenVerifier, TokenRefusal, type TokenVerifier } from '../../src/passkeys/hanko/token.ts';
import { createRemoteTransport } from '../../src/passkeys/hanko/transport.ts';
import { type HttpServer, json, startHttpServer } from '../support/http-server.ts';
import { rsaPair, type SigningPair, signed } from '../support/token-forger.ts';

const expected = { userId: 'ada', credentialId: 'one' };
let service: HttpServer;
let pair: SigningPair;
let tokens: TokenVerifier;

beforeAll(async () => {
  pair = await rsaPair('kid');
  service = await startHttpServer();
  return () => service.stop();
});
beforeEach(() => {
  service.received.length = 0;
  service.answer = json(200, { keys: [pair.publicJwk] });
  const transport = createRemoteTransport({ baseUrl: service.url, tenantId: 'tenant', apiKey: 'key' });
  tokens = createTokenVerifier(transport, `${service.url}/keys`, 'localhost');
});

const now = () => Math.floor(Date.now() / 1_000);

/** Times are told in seconds from now. */
function claims({
  iat = 0,
  exp = 300,
  ...changes
}: {
  iat?: number;
  exp?: number;
  [claim: string]: unknown;
} = {}) {
  return { sub: 'ada', cred: 'one', aud: ['localhost'], ...changes, iat: now() + iat, exp: now() + exp };
}

const verify = (token: string, startedAt = Date.now()) => tokens.verify(token, { ...expected, startedAt });
const refusal = (token: string) =>
  verify(token).then(
    () => 'accepted',
    (error: unknown) => (error instanceof TokenRefusal ? error.reason : error),
  );

describe('a token', () => {
  it('that says what was done, just now, by us, is accepted, and its claims are the answer', async () => {
    const said = claims({ extra: 'more' });
    expect(await verify(signed(said, pair))).toEqual(said);
  });

  it.each([
    [{ iat: -4 }, 'accepted'],
    [{ iat: -20 }, 'issued before this ceremony finished'],
    [{ cred: 'two' }, 'another credential'],
    [{ cred: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    [{ sub: 'grace' }, 'another user'],
    [{ sub: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    [{ trans: 'x' }, 'a transaction'],
    [{ trans: null }, 'a transaction'],
    [{ aud: ['elsewhere'] }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    [{ aud: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    [{ exp: -60 }, 'ERR_JWT_EXPIRED'],
  ])('[ASVS 9.2.1, 9.2.2, 9.2.3] with %j is judged: %s', async (changes, reason) => {
    expect(await refusal(signed(claims(changes), pair))).toBe(reason);
  });

  it('may have been a while on its way, as long as this ceremony had begun', async () => {
    const token = signed(claims({ iat: -100 }), pair);
    await expect(verify(token, Date.now() - 110_000)).resolves.toMatchObject({ sub: 'ada' });
    await expect(verify(token, Date.now() - 80_000)).rejects.toThrow('issued before this ceremony finished');
  });

  it('of an unknown key makes the keys be fetched again, not more than once in a while', async () => {
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['Date'] });
    await verify(signed(claims(), pair));
    const other = await rsaPair('other');
    const fetchedAfterTries = async () => {
      for (let times = 0; times < 3; times++) {
        expect(await refusal(signed(claims(), other))).toBe('ERR_JWKS_NO_MATCHING_KEY');
      }
      return service.received.length;
    };
    expect(await fetchedAfterTries(), 'just after they were fetched').toBe(1);
    vi.setSystemTime(Date.now() + 31_000);
    expect(await fetchedAfterTries()).toBe(2);
  });

  it('keeps being judged while the keys cannot be fetched, once they are known', async () => {
    await verify(signed(claims(), pair));
    service.answer = (request) => request.socket.destroy();
    expect(await refusal(signed(claims(), pair))).toBe('accepted');
  });

  it('cannot be judged without keys, which is nobody’s refusal', async () => {
    service.answer = (_request, response) => response.writeHead(404).end();
    await expect(verify(signed(claims(), pair))).rejects.toBeInstanceOf(PasskeyServiceFault);
  });

  it.each([
    ['too short', async () => (await rsaPair('kid', 1_024)).publicJwk, 'unusable key'],
    [
      'of another kind',
      async () => ({ kty: 'oct', k: 'c2VjcmV0', kid: 'kid', alg: 'RS256' }),
      'ERR_JWKS_NO_MATCHING_KEY',
    ],
    ['nonsense', async () => ({ ...pair.publicJwk, n: '!', e: '' }), 'unusable key'],
  ])('[ASVS 9.1.3] whose key is %s is refused', async (_name, key, reason) => {
    service.answer = json(200, { keys: [await key()] });
    expect(await refusal(signed(claims(), pair))).toBe(reason);
  });
});
