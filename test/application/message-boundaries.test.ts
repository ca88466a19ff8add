import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { sendRaw } from '../support/raw.ts';
import { send } from '../support/request.ts';

let running: TestApp;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

const spoken = (text: string) => sendRaw(running, text, 'wait');
const request = (headers: string[], body = '') =>
  `POST /login HTTP/1.1\r\n${['Host: x', 'Content-Type: application/x-www-form-urlencoded', ...headers].join('\r\n')}\r\n\r\n${body}`;
const smuggled = 'GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n';
const statuses = (heard: string) => [...heard.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => status);

describe('[ASVS 4.2.1] a message whose end is not clear', () => {
  it.each([
    [
      'a length and chunks',
      request(['Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`),
    ],
    ['two lengths', request(['Content-Length: 3', 'Content-Length: 40'], `a=b${smuggled}`)],
    ['a length in words', request(['Content-Length: three'], `a=b${smuggled}`)],
    ['a negative length', request(['Content-Length: -1'], `a=b${smuggled}`)],
    ['another coding than chunks', request(['Transfer-Encoding: gzip'], smuggled)],
    ['a name with a space', request(['Content-Length : 3'], `a=b${smuggled}`)],
    ['a folded header', request(['X-A: 1', ' Content-Length: 3'], `a=b${smuggled}`)],
  ])('with %s is refused, and what follows is not taken for another', async (_, text) => {
    expect(statuses(await spoken(text))).toEqual(['400']);
  });

  it('or that is too large is refused, and its rest is not taken for another', async () => {
    const heard = await spoken(request(['Content-Length: 20000'], smuggled.repeat(400)));
    expect(statuses(heard)).toEqual(['413']);
    expect(heard).toMatch(/^Connection: close\r$/im);
  });
});

describe('a target', () => {
  const ask = (target: string) => spoken(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

  it.each([
    ['a://b', '400'],
    ['http://[', '400'],
    ['https://', '400'],
    ['*', '400'],
    ['//[', '404'],
    ['/\\[', '404'],
  ])('such as %s gets an ordinary answer, with the headers of every answer', async (target, status) => {
    const heard = await ask(target);
    expect(statuses(heard)).toEqual([status]);
    expect(heard).toMatch(/^Content-Security-Policy: /m);
    expect((await send(running, '/healthz')).status).toBe(200);
  });

  it('that Node itself cannot read is refused', async () => {
    expect(statuses(await ask('login'))).toEqual(['400']);
    expect((await send(running, '/healthz')).status).toBe(200);
  });
});

describe('what is no request', () => {
  it('does not stop the server', async () => {
    await spoken('\u0000\u0001\u0002\r\n\r\n');
    await spoken(`GET /login HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect((await send(running, '/healthz')).status).toBe(200);
  });
});
