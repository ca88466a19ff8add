import { describe, expect, it } from 'vitest';
import { type CookieName, cookieName, cookiePrefix } from './cookies.ts';

const names: CookieName[] = [
  'session',
  'device',
  'draft',
  'ceremony',
  'signUp',
  'goodbye',
  'lastMethod',
  'localPasskey',
];
const named = (origin: string) =>
  names.map((name) => cookieName(cookiePrefix(origin), name, origin.startsWith('https:')));

describe('the name of a cookie', () => {
  it.each([
    ['http://localhost:3000', 'latchkey-3000-session'],
    ['http://localhost', 'latchkey-session'],
    ['http://[::1]:8080', 'latchkey-8080-session'],
    ['https://app.example.com', '__Host-latchkey-session'],
    ['https://app.example.com:443', '__Host-latchkey-session'],
    ['https://app.example.com:8443', '__Host-latchkey-8443-session'],
  ])('at %s says whose it is, and at which port: %s', (origin, name) => {
    expect(named(origin)[0]).toBe(name);
  });

  it('is the same in no two copies of one host', () => {
    const hosts = ['http://localhost', 'http://localhost:3000', 'http://localhost:3001'];
    const secured = ['https://localhost', 'https://localhost:3000', 'https://localhost:8443'];
    const all = [...hosts, ...secured].flatMap(named);
    expect(new Set(all).size).toBe(all.length);
    // RFC 6265, section 4.1.1: a token.
    for (const name of all) expect(name).toMatch(/^[\w-]+$/);
  });
});
