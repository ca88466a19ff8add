import { request } from 'undici';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HttpServer, json, startHttpServer } from '../../../test/support/http-server.ts';
import { PasskeyApiRefusal, PasskeyServiceFault } from './service-errors.ts';
import { createEmbeddedTransport, createRemoteTransport, type PasskeyTransport } from './transport.ts';

const tenant = { tenantId: 'tenant', apiKey: 'key' };
let server: HttpServer;
/** Where the embedded function asks, so that both transports meet the same answers. */
let behind: HttpServer;
let remote: PasskeyTransport;
let embedded: PasskeyTransport;

beforeAll(async () => {
  server = await startHttpServer();
  behind = await startHttpServer((request, response) => server.answer(request, response));
  return () => Promise.all([server.stop(), behind.stop()]);
});
beforeEach(() => {
  server.received.length = 0;
  remote = createRemoteTransport({ baseUrl: server.url, ...tenant });
  embedded = createEmbeddedTransport(async ({ method, path, query, headers, text }) => {
    const body = (await text()) || null;
    const answer = await request(`${behind.url}${path}?${query}`, { method: method as 'GET', headers, body });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
  }, tenant);
});

afterEach(() => void vi.useRealTimers());

const failure = (call: Promise<Response>) =>
  call.then(
    () => expect.unreachable('it was taken for an answer'),
    (error: unknown) => error as PasskeyServiceFault & PasskeyApiRefusal,
  );

describe.each([
  ['remote', () => remote],
  ['embedded', () => embedded],
])('a %s service', (_name, transport) => {
  const call = (init?: Parameters<PasskeyTransport['fetch']>[1]) =>
    transport().fetch(`${transport().baseUrl}/tenant/thing?page=2`, init);

  it('is asked as it was said', async () => {
    let asked = '';
    server.answer = async (request, response) => {
      asked = `${request.method} ${request.url} ${request.headers.apikey}`;
      response.writeHead(204).end();
    };
    await call({ method: 'PATCH', headers: { apiKey: 'key' }, body: '{"name":"x"}' });
    expect(asked).toBe('PATCH /tenant/thing?page=2 key');
  });

  it('answers with JSON, and with the headers that pages are found by, and no others', async () => {
    server.answer = json(200, { a: 1 }, { Link: '<x>; rel="next"', 'X-Total-Count': '7', 'X-Other': 'y' });
    const answer = await call();
    expect(await answer.json()).toEqual({ a: 1 });
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'application/json',
      link: '<x>; rel="next"',
      'x-total-count': '7',
    });
  });

  it.each(['PATCH', 'DELETE'])(
    'does not say that it is done when it answers 200 with JSON to %s',
    async (method) => {
      server.answer = json(200, {});
      await expect(call({ method })).rejects.toMatchObject({ kind: 'shape', status: 200 });
    },
  );

  it.each(['PATCH', 'DELETE'])('may answer 204 with nothing to %s', async (method) => {
    server.answer = (_request, response) => response.writeHead(204).end();
    expect((await call({ method })).status).toBe(204);
  });

  it.each([
    [400, undefined, undefined],
    [429, '7', 7],
    [429, '99999', 3_600],
    [429, 'soon', undefined],
    [429, '-1', undefined],
  ])('that refuses with %i and Retry-After %s is told so', async (status, header, retryAfter) => {
    const problem = { title: 'No', details: 'Never' };
    server.answer = json(status, problem, header ? { 'Retry-After': header } : {});
    const refusal = await failure(call());
    expect(refusal).toBeInstanceOf(PasskeyApiRefusal);
    expect(refusal).toMatchObject({ status, ...problem, retryAfter });
  });

  it.each([401, 404])('that refuses with %i and a web page says nothing that counts', async (status) => {
    server.answer = (_request, response) => response.writeHead(status).end('<p>Who are you?</p>');
    expect(await failure(call())).toMatchObject({ status, title: '', details: '', isOfCeremony: false });
  });

  it.each([
    ['status', 500, ''],
    ['status', 502, '<p>Bad gateway</p>'],
    ['status', 500, 'null'],
    ['status', 201, '{}'],
    ['status', 302, ''],
    ['status', 304, ''],
    ['shape', 204, ''],
    ['shape', 200, ''],
    ['shape', 200, '<p>Hello</p>'],
    ['shape', 200, '{"token":'],
  ])('has a fault of kind %s when it answers %i %s', async (kind, status, body) => {
    server.answer = (_request, response) => response.writeHead(status).end(body);
    const fault = await failure(call());
    expect(fault).toBeInstanceOf(PasskeyServiceFault);
    expect(fault.kind).toBe(kind);
  });

  it('that takes longer than the deadline is given up', async () => {
    server.answer = () => {};
    const fault = await failure(call({ deadline: 50 }));
    expect(fault.kind).toBe('deadline');
  });

  it('is given five seconds when nothing else is said', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.answer = () => {};
    const ended = failure(call());
    const early = await Promise.race([vi.advanceTimersByTimeAsync(4_999), ended]);
    expect(early).not.toBeInstanceOf(PasskeyServiceFault);
    await vi.advanceTimersByTimeAsync(1);
    expect((await ended).kind).toBe('deadline');
  });

  it('is late at once when no time is left', async () => {
    server.answer = () => {};
    expect(await failure(call({ deadline: -5 }))).toMatchObject({ kind: 'deadline' });
  });
});

describe('a remote service', () => {
  const call = () => remote.fetch(`${server.url}/tenant/thing`, { deadline: 3_000 });

  it('that nobody listens for is a network fault', async () => {
    const gone = await startHttpServer();
    await gone.stop();
    const fault = await failure(remote.fetch(gone.url));
    expect(fault.kind).toBe('network');
  });

  it('that hangs up is a network fault, and is asked once', async () => {
    server.answer = (request) => request.socket.destroy();
    const fault = await failure(call());
    expect(fault.kind).toBe('network');
    expect(server.received).toHaveLength(1);
  });

  it.each([
    [256, true],
    [257, false],
  ])('may send %i kB: %s', async (size, allowed) => {
    server.answer = json(200, 'x'.repeat(size * 1_024 - 2));
    if (allowed) expect((await call()).status).toBe(200);
    else expect(await failure(call())).toMatchObject({ kind: 'network' });
  });

  it('[ASVS 13.2.6] that never stops sending is cut off', async () => {
    let sent = 0;
    server.answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    };
    expect(await failure(call())).toMatchObject({ kind: 'network' });
    expect(sent).toBeLessThan(16 * 1_024 * 1_024);
  });

  it.each([
    [0, 0],
    [1, 0],
    [30, 30_000],
    [-30, -30_000],
    [120, Number.POSITIVE_INFINITY],
    [-120, Number.NEGATIVE_INFINITY],
  ])('whose clock is %i seconds ahead is told so by its Date', async (ahead, offset) => {
    server.answer = json(200, {}, { Date: new Date(Date.now() + ahead * 1_000).toUTCString() });
    await call();
    if (Number.isFinite(offset)) expect(Math.abs(remote.clockOffset() - offset)).toBeLessThan(2_000);
    else expect(remote.clockOffset()).toBe(offset);
  });
});
