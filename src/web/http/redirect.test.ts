import { describe, expect, it } from 'vitest';
import { safeReturnTo } from './redirect.ts';

const origin = 'https://app.example.com';

describe('safeReturnTo', () => {
  it.each([
    ['/dashboard', '/dashboard'],
    ['/dashboard?tab=passkeys&x=1', '/dashboard?tab=passkeys&x=1'],
    ['/passkeys/a/rename#name', '/passkeys/a/rename'],
    ['/', '/'],
    ['dashboard', '/dashboard'],
    ['?tab=1', '/?tab=1'],
    [`${origin}/settings`, '/settings'],
    ['HTTPS://APP.EXAMPLE.COM/settings', '/settings'],
    ['https://app.example.com:443/settings', '/settings'],
    ['/a/../b', '/b'],
    ['/a b"<', '/a%20b%22%3C'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
    ['/\t/evil.example/../x', '/dashboard'],
    ['/ünïcode', '/%C3%BCn%C3%AFcode'],
    // With our own scheme and no slashes this is a path, for browsers and for us.
    ['https:evil.example', '/evil.example'],
    ['https:/evil.example', '/evil.example'],
  ])('[ASVS 3.7.2] sends what it has validated: %j becomes %j', (asked, path) => {
    expect(safeReturnTo(asked, origin)).toBe(path);
  });

  it.each([
    'https://evil.example/',
    'http://app.example.com/dashboard',
    'https://app.example.com:444/dashboard',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://evil.example\\@app.example.com/',
    '//evil.example',
    '///evil.example',
    '////evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '\u0000//evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/x/..//evil.example',
    'http:/evil.example',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    `blob:${origin}/x`,
    `filesystem:${origin}/x`,
    `view-source:${origin}/x`,
    'about:blank',
    'mailto:eve@evil.example',
    'http://[',
    'https://%',
    'https://app.example.com:99999/',
    '',
    `/${'a'.repeat(2_048)}`,
  ])('sends to the dashboard instead of to %j', (asked) => {
    expect(safeReturnTo(asked, origin)).toBe('/dashboard');
  });

  it.each([undefined, null, 1, true, ['/a'], { toString: () => '/a' }, ['/a', '/b']])(
    'takes only text: %j',
    (asked) => {
      expect(safeReturnTo(asked, origin)).toBe('/dashboard');
    },
  );

  it('compares the port, too', () => {
    expect(safeReturnTo('http://localhost:3001/x', 'http://localhost:3000')).toBe('/dashboard');
    expect(safeReturnTo('http://localhost:3000/x', 'http://localhost:3000')).toBe('/x');
  });
});
