import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendRaw } from '../test/support/raw.ts';
import { createHttpServer, httpLimits } from './http-server.ts';
import { createLogger } from './logger.ts';

let server: ReturnType<typeof createHttpServer>;
let log: string[];
const lines = () => log.map((line) => JSON.parse(line));
const logger = () => createLogger('debug', { write: (line) => void log.push(line) });

async function listen(limits?: typeof httpLimits): Promise<void> {
  server = createHttpServer(logger(), limits);
  server.on('request', (request, response) => request.once('end', () => response.end('well')).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function close(): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

beforeEach(() => {
  log = [];
});

it('looks ten times as often as its shortest limit whether a client has taken too long', () => {
  const { connectionsCheckingInterval, headersTimeout, requestTimeout } = httpLimits;
  expect([headersTimeout, requestTimeout]).toEqual([10_000, 30_000]);
  expect(connectionsCheckingInterval * 10).toBeLessThanOrEqual(headersTimeout);
});

describe('a client that is slow', () => {
  afterEach(close);

  it.each([
    ['in its head', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow'],
    ['in its first line', 'GE'],
    ['before its first line', ''],
    ['in its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc'],
  ])('%s is cut off soon after the limit', async (_, text) => {
    const hundredth = Object.entries(httpLimits).map(([name, value]) => [name, Math.ceil(value / 100)]);
    const limits = { ...httpLimits, ...Object.fromEntries(hundredth), maxHeaderSize: 16_384 };
    await listen(limits);
    const startedAt = performance.now();
    const answer = await sendRaw({ server }, text, 'wait');
    // Without the interval of its own the server would take up to half a minute.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('connections that break', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }));
  afterEach(async () => {
    vi.useRealTimers();
    await close();
  });

  const post = 'POST / HTTP/1.1\r\nHost: x\r\n';
  const kinds = [
    ['half a body', `${post}Content-Length: 50\r\n\r\nabc`, 'half-close'],
    ['half a body and a reset', `${post}Content-Length: 50\r\n\r\nabc`, 'reset'],
    ['half of a chunk', `${post}Transfer-Encoding: chunked\r\n\r\n9\r\nabc`, 'half-close'],
    ['a chunk without a size', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 'wait'],
    ['an encoding that there is not', `${post}Transfer-Encoding: banana\r\n\r\nabc`, 'wait'],
    ['two lengths', `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`, 'wait'],
    ['something behind the body', `${post}Content-Length: 3\r\n\r\nabcdefgh\r\n\r\n`, 'wait'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'wait'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'wait'],
    ['a header that is none', 'GET / HTTP/1.1\r\nHost: x\r\nNo header\r\n\r\n', 'wait'],
    ['too many headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'wait'],
    [
      'what is promised and does not come',
      `${post}Expect: 100-continue\r\nContent-Length: 50\r\n\r\n`,
      'half-close',
    ],
  ] as const;

  it.each(kinds)('with %s are a line for who debugs, and counted', async (_, text, end) => {
    await listen();
    await sendRaw({ server }, text, end);
    await vi.waitUntil(() => log.length > 0);
    const event = 'connection_broken';
    expect(lines()).toMatchObject([
      { level: 'debug', event, reason: expect.stringMatching(/^(HPE_|ended)/) },
    ]);
    vi.advanceTimersByTime(60_000);
    expect(lines().slice(1)).toMatchObject([{ level: 'info', event, count: 1 }]);
    vi.advanceTimersByTime(600_000);
    expect(log).toHaveLength(2);
  });

  it('are one line a minute, however many they are', async () => {
    await listen();
    const drop = ([, text, end]: (typeof kinds)[number]) => sendRaw({ server }, text, end);
    for (let round = 0; round < 20; round++)
      await Promise.all(kinds.filter(([, , end]) => end !== 'reset').map(drop));
    const all = 20 * (kinds.length - 1);
    await vi.waitUntil(() => log.length >= all);
    expect(lines().filter(({ level }) => level !== 'debug')).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(lines().filter(({ level }) => level !== 'debug')).toMatchObject([{ level: 'info', count: all }]);
  });

  it('are told when the server closes, if the minute is not over', async () => {
    await listen();
    await sendRaw({ server }, 'no HTTP\r\n\r\n', 'wait');
    await close();
    expect(lines().at(-1)).toMatchObject({ level: 'info', event: 'connection_broken', count: 1 });
    await listen();
  });

  it('are not those that end between two requests', async () => {
    await listen();
    const ended = new Promise((resolve) => {
      server.once('connection', (connection) => connection.once('close', resolve));
    });
    const { port } = server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.resetAndDestroy();
    await ended;
    vi.advanceTimersByTime(60_000);
    expect(log).toEqual([]);
  });
});
