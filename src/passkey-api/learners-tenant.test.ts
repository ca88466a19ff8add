import { expect, it } from 'vitest';
import type { Config } from '../config.ts';
import { SetupFault } from '../setup-fault.ts';
import {
  developersConfig,
  learnersDatabase,
  learnersTenant,
  linesForEnv,
  servedAlone,
  usage,
} from './learners-tenant.ts';

const config = {
  production: false,
  databaseUrl: 'sqlite:/srv/latchkey.sqlite',
  passkeyApiPort: 8000,
  secretKeys: ['a secret of this test'],
} as const;
const given = config as unknown as Config;

it('is the same tenant at each start, and another one with another secret', () => {
  const { tenantId, apiKey } = learnersTenant(['one', 'another']);
  expect(learnersTenant(['one'])).toEqual({ tenantId, apiKey });
  expect(learnersTenant(['another'])).not.toEqual({ tenantId, apiKey });
  expect(tenantId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(apiKey).toMatch(/^[\w-]{86}$/);
});

it('keeps what it has in a file apart from the database of the application', () => {
  for (const url of ['sqlite:data/latchkey.sqlite', 'postgres://ada@db.example/latchkey'])
    expect(learnersDatabase(url)).toBe('sqlite:data/learning.sqlite');
});

it('is for the app at the origin that was given, without a slash at the end', () => {
  const made = developersConfig(given, 'http://localhost:4000/');
  expect(made).toMatchObject({ origin: 'http://localhost:4000', rpId: 'localhost' });
  expect(made.databaseUrl).toBe('sqlite:/srv/learning.sqlite');
  expect(linesForEnv(made)).toContain('PASSKEYS_BASE_URL=http://localhost:8000\nPASSKEYS_TENANT_ID=');
});

it('is not made when nobody asks, in production, or for what is no origin', () => {
  expect(developersConfig(given, undefined)).toBe(given);
  expect(() => developersConfig({ ...given, production: true }, 'http://localhost:4000')).toThrow(
    'development',
  );
  for (const wrong of ['', 'localhost:4000', 'ftp://localhost'])
    expect(() => developersConfig(given, wrong)).toThrow('takes the address of your app');
});

it('is not made for an IP address, where no passkey works', () => {
  for (const wrong of ['http://127.0.0.1:4567', 'http://[::1]:4567/', 'http://0x7f.1:4567'])
    expect(() => developersConfig(given, wrong)).toThrow(
      'Passkeys do not work at an IP address; open your app at http://localhost:4567.',
    );
  expect(() => developersConfig(given, 'https://192.168.0.7')).toThrow('open your app at https://localhost.');
});

it('says what it takes, when asked and when it understands nothing', () => {
  expect(servedAlone(['--help']).help).toBe(true);
  expect(servedAlone(['-h']).help).toBe(true);
  for (const words of [['--lik-hanko'], ['more'], ['--origin']])
    expect(() => servedAlone(words)).toThrow(usage.trimEnd());
});

it('is served under the name that was given, and like Hanko only when that was asked for', () => {
  const origin = 'http://localhost:4000';
  expect(servedAlone(['--origin', origin])).toEqual({
    origin,
    name: 'Your app',
    likeHanko: false,
    help: false,
  });
  expect(servedAlone(['--origin', origin, '--name', 'Ada & Co', '--like-hanko'])).toEqual({
    origin,
    name: 'Ada & Co',
    likeHanko: true,
    help: false,
  });
});

it('is nothing that a tenant of the settings is served with', () => {
  expect(servedAlone([])).toMatchObject({ origin: undefined, likeHanko: false });
  for (const words of [['--like-hanko'], ['--name', 'Ada & Co']])
    expect(() => servedAlone(words)).toThrow('they go with --origin');
  for (const words of [['--name', '', '--origin', 'http://localhost'], ['--lik-hanko'], ['more']])
    expect(() => servedAlone(words)).toThrow(SetupFault);
});
