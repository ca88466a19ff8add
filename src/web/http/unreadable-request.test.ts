import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../../../test/support/raw.ts';
import { headersFor } from '../middleware/security-headers.ts';
import { answerUnreadable } from './unreadable-request.ts';

/** Ends connections early enough for a test; otherwise as the process does. */
const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 200, connectionsCheckingInterval: 50 };
let server: Server;
beforeAll(async () => {
  server = createServer(limits, (request, response) => {
    if (request.url === '/half') response.writeHead(200, { 'Content-Length': 9 }).write('half');
    else request.resume().once('end', () => response.end('whole'));
  });
  answerUnreadable(server, headersFor({ secure: true, hsts: 'this-host' }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const spoken = (text: string, next?: string) => sendRaw({ server }, text, 'wait', next);
const request = (...headers: string[]) => `GET / HTTP/1.1\r\n${['Host: x', ...headers].join('\r\n')}\r\n\r\n`;
const cookies = (bytes: number) => `Cookie: ${'a=0123456789abcdef; '.repeat(bytes / 20)}`;

describe('what is no request', () => {
  it.each([
    ['16 kB of cookies', request(cookies(17_000)), 431, 'Delete the cookies of this site'],
    ['32 kB of cookies', request(cookies(32_000)), 431, 'Delete the cookies of this site'],
    ['300 kB of cookies', request(cookies(300_000)), 431, 'Delete the cookies of this site'],
    [
      'too long an address',
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'too long an address',
    ],
    [
      'many headers',
      request(...Array.from({ length: 500 }, (_, n) => `X-${n}: ${'a'.repeat(50)}`)),
      431,
      'cookies',
    ],
    ['a length in words', request('Content-Length: three'), 400, 'could not be read'],
    ['a name with a space', request('X Y: 1'), 400, 'could not be read'],
    ['another protocol', '\u0016\u0003\u0001\r\n\r\n', 400, 'could not be read'],
    ['no end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408, 'took too long to arrive'],
    [
      'chunks with much beside them',
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;${'a'.repeat(20_000)}\r\nab\r\n0\r\n\r\n`,
      413,
      'too large',
    ],
  ])(
    'with %s is answered with what to do, with the headers of every answer, and the connection ends',
    async (_, text, status, words) => {
      const heard = await spoken(text);
      expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z][a-zA-Z ]+\r\n`));
      expect(heard.match(/^HTTP/gm)).toHaveLength(1);
      const [head = '', page = ''] = heard.split('\r\n\r\n');
      expect(page).toContain(words);
      expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(page)}`);
      for (const line of [
        'Connection: close',
        'Content-Type: text/html; charset=utf-8',
        'Cache-Control: no-store',
        'Strict-Transport-Security: max-age=63072000',
        'X-Content-Type-Options: nosniff',
      ])
        expect(head).toContain(`\r\n${line}`);
      expect(head).toMatch(/\r\nContent-Security-Policy: default-src 'none'/);
      // Whoever makes somebody send too much must not be able to sign them out.
      expect(head).not.toMatch(/clear-site-data|set-cookie/i);
    },
  );

  it('comes after a request that was answered, and is answered as well', async () => {
    const heard = await spoken(request(), request(cookies(32_000)));
    expect([...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '431']);
  });

  it('never ends up in the middle of another answer', async () => {
    const heard = await spoken('GET /half HTTP/1.1\r\nHost: x\r\n\r\n', 'nonsense\r\n\r\n');
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(heard).toMatch(/\r\n\r\nhalf$/);
  });
});
