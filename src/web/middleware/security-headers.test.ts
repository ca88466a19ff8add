import { describe, expect, it } from 'vitest';
import { startMiddleware } from '../../../test/support/middleware.ts';
import { send } from '../../../test/support/request.ts';
import { loadConfig } from '../../config.ts';
import { securityHeaders } from './security-headers.ts';

/** What an answer says of HSTS with these settings. */
async function told(env: Record<string, string>): Promise<string | undefined> {
  const settings = { NODE_ENV: 'test', SECRET_KEYS: 'a key of these tests', ...env };
  const running = await startMiddleware(securityHeaders(loadConfig(settings)));
  const { headers } = await send(running, '/api/anywhere');
  await running.close();
  return headers['strict-transport-security'];
}

const ORIGIN = 'https://app.example.com';

describe('[ASVS 3.4.1] HSTS', () => {
  it.each<[Record<string, string>, string]>([
    [{ ORIGIN }, 'max-age=63072000'],
    [{ ORIGIN, HSTS: '' }, 'max-age=63072000'],
    [{ ORIGIN, HSTS: 'this-host' }, 'max-age=63072000'],
    [{ ORIGIN, HSTS: 'subdomains' }, 'max-age=63072000; includeSubDomains'],
    [{ ORIGIN, HSTS: 'preload' }, 'max-age=63072000; includeSubDomains; preload'],
  ])('binds this host alone, and more only where the settings say so: %j', async (env, value) => {
    expect(await told(env)).toBe(value);
  });

  it.each(['', 'subdomains', 'preload'])('is never said with an http origin: HSTS=%s', async (HSTS) => {
    expect(await told({ HSTS })).toBeUndefined();
  });

  it.each(['on', 'includeSubDomains', 'true'])('is not guessed from another word: HSTS=%s', async (HSTS) => {
    await expect(told({ ORIGIN, HSTS })).rejects.toThrow(
      'HSTS must be one of this-host, subdomains, preload',
    );
  });
});
