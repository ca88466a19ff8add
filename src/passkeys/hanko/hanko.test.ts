import type { ServerResponse } from 'node:http';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpServer, json, startHttpServer } from '../../../test/support/http-server.ts';
import { createLogger } from '../../logger.ts';
import { createHanko, type Hanko } from './hanko.ts';
import { createRemoteTransport, type PasskeyTransport } from './transport.ts';

const unavailable = { code: 'passkey_service_unavailable' };
let service: HttpServer;
let hanko: Hanko;
let transport: PasskeyTransport;

beforeAll(async () => {
  service = await startHttpServer();
  return () => service.stop();
});
beforeEach(() => {
  service.received.length = 0;
  transport = createRemoteTransport({ baseUrl: service.url, tenantId: 'tenant', apiKey: 'the-key' });
  hanko = createHanko(transport, createLogger('silent'));
});

function credential(id: string, more: object = {}) {
  const created_at = '2026-01-01T00:00:00Z';
  const flags = { backup_eligible: true, backup_state: true, is_mfa: false };
  return { id, aaguid: '', created_at, user_id: 'ada', ...flags, ...more };
}

const lastBody = () => JSON.parse(service.received.at(-1)?.body ?? '');
const asked = () => service.received.map(({ method, url }) => `${method} ${url}`);

describe('a list', () => {
  it('has every page', async () => {
    const all = Array.from({ length: 250 }, (_, index) => credential(`id-${index}`));
    service.answer = (request, response) => {
      const page = Number(new URL(request.url ?? '', service.url).searchParams.get('page'));
      json(200, all.slice((page - 1) * 100, page * 100), { 'X-Total-Count': '250' })(request, response);
    };
    expect((await hanko.list('ada')).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(asked()).toEqual(
      [1, 2, 3].map((page) => `GET /tenant/credentials?user_id=ada&page=${page}&per_page=100`),
    );
    expect(service.received[0]?.headers.apikey).toBe('the-key');
  });

  it('ends with a short page when the service does not say how many there are', async () => {
    service.answer = json(200, [credential('one')]);
    expect(await hanko.list('ada')).toHaveLength(1);
    expect(asked()).toHaveLength(1);
  });

  it('has nothing of anybody else, whatever the service sends', async () => {
    service.answer = json(200, [credential('one'), credential('two', { user_id: 'grace' })]);
    expect((await hanko.list('ada')).map(({ id }) => id)).toEqual(['one']);
  });

  it('of nobody is never asked for: it would be the whole tenant', async () => {
    await expect(hanko.list('')).rejects.toThrow('a user id is required');
    for (const id of ['', ' ', '\n\t']) {
      await expect(hanko.beginRegistration(id)).rejects.toThrow('a user id is required');
      await expect(hanko.beginUpgrade(id)).rejects.toThrow('a user id is required');
      await expect(hanko.beginSignInOf(id)).rejects.toThrow('a user id is required');
      await expect(hanko.beginSecondFactor(id)).rejects.toThrow('a user id is required');
      await expect(hanko.beginSecondFactorRegistration(id)).rejects.toThrow('a user id is required');
      await expect(hanko.finishSecondFactor(id, { id: 'one' })).rejects.toThrow('a user id is required');
      await expect(hanko.forgetNames(id)).rejects.toThrow('a user id is required');
      await expect(hanko.list(id)).rejects.toThrow('a user id is required');
    }
    expect(service.received).toEqual([]);
  });

  it('that breaks off before it is whole is none: what is missing would be taken for deleted', async () => {
    const page = Array.from({ length: 100 }, (_, index) => credential(`id-${index}`));
    service.answer = (request, response) =>
      json(200, request.url?.includes('page=1&') ? page : [], { 'X-Total-Count': '150' })(request, response);
    await expect(hanko.list('ada')).rejects.toMatchObject(unavailable);
    expect(asked()).toHaveLength(2);
  });

  it('without end is given up, and costs nobody else anything', async () => {
    const page = Array.from({ length: 100 }, (_, index) => credential(`id-${index}`));
    service.answer = json(200, page, { 'X-Total-Count': '1000000' });
    for (let times = 0; times < 6; times++) {
      await expect(hanko.list('ada')).rejects.toMatchObject(unavailable);
    }
    expect(service.received).toHaveLength(30);
    service.answer = json(200, [credential('one', { user_id: 'grace' })]);
    expect(await hanko.list('grace')).toHaveLength(1);
  });

  it('that fails late is not tried again beyond the time that a page has for it', async () => {
    const deadlines: number[] = [];
    const listening = createHanko(
      {
        ...transport,
        fetch: (url, init) => {
          deadlines.push(init?.deadline ?? Number.NaN);
          return transport.fetch(url, init);
        },
      },
      createLogger('silent'),
    );
    service.answer = (_request, response) => setTimeout(() => response.writeHead(500).end(), 100);
    await expect(listening.list('ada')).rejects.toMatchObject(unavailable);
    const [first = 0, second = 0, ...others] = deadlines;
    expect([first <= 2_000, others]).toEqual([true, []]);
    // What the first has taken is not there for the second.
    expect(first - second).toBeGreaterThan(90);
  });

  it.each([
    ['an object', {}],
    ['an id that is no text', [credential('one', { id: 7 })]],
    ['no owner', [{ ...credential('one'), user_id: undefined }]],
    ['a time that is none', [credential('one', { created_at: 'yesterday' })]],
  ])('that is %s is a fault', async (_name, content) => {
    service.answer = json(200, content);
    await expect(hanko.list('ada')).rejects.toMatchObject(unavailable);
  });
});

describe('a finished ceremony', () => {
  const finishes = [
    ['registration', () => hanko.finishRegistration({ id: 'one' })],
    ['sign-in', () => hanko.finishSignIn({ id: 'one' })],
    ['second factor', () => hanko.finishSecondFactor('ada', { id: 'one' })],
    ['registration of a second factor', () => hanko.finishSecondFactorRegistration('ada', { id: 'one' })],
  ] as const;

  it.each(finishes)('%s gives the token, and is asked for once', async (_name, finish) => {
    service.answer = json(200, { token: 'a.b.c' });
    expect(await finish()).toBe('a.b.c');
    expect(asked()).toHaveLength(1);
  });

  describe.each(finishes)('%s', (_name, finish) => {
    it.each([{}, null, { token: '' }, { token: 7 }, { token: 'x'.repeat(8_001) }, []])(
      'that answers %j is a fault, and is not repeated',
      async (content) => {
        service.answer = json(200, content);
        await expect(finish()).rejects.toMatchObject(unavailable);
        expect(asked()).toHaveLength(1);
      },
    );
  });
});

describe('a credential that the service does not have', () => {
  it('is nothing to find, to rename or to remove', async () => {
    service.answer = json(404, { title: "credential with id 'one' not found", details: '', status: 404 });
    expect(await hanko.find('one')).toBeNull();
    expect(await hanko.rename('one', 'Laptop')).toBe(false);
    expect(await hanko.remove('one')).toBe(false);
  });

  it('is told apart from one that it has', async () => {
    service.answer = (_request, response) => response.writeHead(204).end();
    expect(await hanko.rename('one', 'Laptop')).toBe(true);
    expect(await hanko.remove('one')).toBe(true);
  });

  it.each([
    ['another title', json(404, { title: 'Not Found', details: '', status: 404 })],
    ['no title', json(404, {})],
    [
      'a web page',
      (_request: unknown, response: ServerResponse) => response.writeHead(404).end('<p>Lost</p>'),
    ],
    ['another status', json(400, { title: "credential with id 'one' not found" })],
  ])('is not what %s means', async (_name, answer) => {
    service.answer = answer;
    for (const ask of [hanko.find('one'), hanko.rename('one', 'Laptop'), hanko.remove('one')]) {
      await expect(ask).rejects.toMatchObject(unavailable);
    }
  });
});

describe('what is sent', () => {
  it('to start a registration is the id and nothing else that would say who it is', async () => {
    const publicKey = {
      rp: { id: 'localhost', name: 'x' },
      user: { id: 'YWRh', name: 'a', displayName: 'a' },
      challenge: 'A'.repeat(43),
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      timeout: 60_000,
    };
    service.answer = json(200, { publicKey });
    expect(await hanko.beginRegistration('ada')).toEqual(publicKey);
    expect(lastBody()).toEqual({ user_id: 'ada', username: 'ada' });
    expect(await hanko.beginUpgrade('ada')).toEqual(publicKey);
    expect(lastBody()).toEqual({ user_id: 'ada', username: 'ada', mediation: 'conditional' });
    expect(await hanko.beginSecondFactorRegistration('ada')).toEqual(publicKey);
    expect(asked().at(-1)).toBe('POST /tenant/mfa/registration/initialize');
    expect(lastBody()).toEqual({ user_id: 'ada', username: 'ada' });
    for (const member of Object.keys(publicKey)) {
      service.answer = json(200, { publicKey: { ...publicKey, [member]: undefined } });
      await expect(hanko.beginRegistration('ada')).rejects.toMatchObject(unavailable);
      service.answer = json(200, { publicKey });
      await hanko.beginRegistration('ada');
    }
  });

  it('for a second factor is whose it is at the start, and the answer of the device alone at the end', async () => {
    const publicKey = { challenge: 'A'.repeat(43), timeout: 60_000, rpId: 'localhost' };
    const allowCredentials = [{ type: 'public-key', id: 'one' }];
    service.answer = json(200, { publicKey: { ...publicKey, allowCredentials } });
    expect(await hanko.beginSecondFactor('ada')).toEqual({ ...publicKey, allowCredentials });
    expect([asked().at(-1), lastBody()]).toEqual(['POST /tenant/mfa/login/initialize', { user_id: 'ada' }]);
    for (const list of [undefined, []]) {
      service.answer = json(200, { publicKey: { ...publicKey, allowCredentials: list } });
      await expect(hanko.beginSecondFactor('ada')).rejects.toMatchObject(unavailable);
    }
    service.answer = json(200, { token: 'a.b.c' });
    await hanko.finishSecondFactor('ada', { id: 'one' });
    expect([asked().at(-1), lastBody()]).toEqual(['POST /tenant/mfa/login/finalize', { id: 'one' }]);
    await hanko.finishSecondFactorRegistration('ada', { id: 'one' });
    expect([asked().at(-1), lastBody()]).toEqual(['POST /tenant/mfa/registration/finalize', { id: 'one' }]);
    for (const { headers } of service.received) expect(headers.apikey).toBe('the-key');
  });

  it('to rename is the name and nothing else', async () => {
    service.answer = (_request, response) => response.writeHead(204).end();
    await hanko.rename('a/b?c', 'Laptop');
    expect([asked().at(-1), lastBody()]).toEqual(['PATCH /tenant/credentials/a%2Fb%3Fc', { name: 'Laptop' }]);
  });
});

describe('the question whether the service is there', () => {
  const keys = { keys: [{ kid: 'one' }] };
  const answersFor = (list: ReturnType<typeof json>) => {
    service.answer = (request, response) =>
      (request.url?.includes('jwks') ? json(200, keys) : list)(request, response);
  };

  it('is asked with the key, of nobody, and once for all who ask within a second', async () => {
    answersFor(json(200, []));
    expect(await Promise.all([hanko.isAvailable(), hanko.isAvailable()])).toEqual([true, true]);
    expect(asked().sort()).toEqual([
      'GET /tenant/.well-known/jwks.json',
      'GET /tenant/credentials?user_id=00000000-0000-4000-8000-000000000000&per_page=1',
    ]);
    expect(service.received.find(({ url }) => url?.includes('credentials'))?.headers.apikey).toBe('the-key');
  });

  it.each([
    ['refuses the key', json(401, { title: 'The api key is invalid' }), '401 The api key is invalid'],
    ['does not know the tenant', json(404, { title: 'tenant not found' }), '404 tenant not found'],
    ['is behind something that refuses', json(403, {}), '403'],
    ['is asked too often', json(429, {}), null],
    ['has no database', json(500, { title: 'Internal Server Error' }), null],
    ['lists something else', json(200, { hello: 'there' }), null],
  ])('is answered with no by a service that %s', async (_name, list, reason) => {
    answersFor(list);
    const lines: string[] = [];
    const transport = createRemoteTransport({ baseUrl: service.url, tenantId: 'tenant', apiKey: 'the-key' });
    const logged = createHanko(transport, createLogger('info', { write: (line) => void lines.push(line) }));
    expect(await logged.isAvailable()).toBe(false);
    expect(lines.map((line) => JSON.parse(line).reason)).toEqual(reason === null ? [] : [reason]);
  });
});

describe('the names of a user who is gone', () => {
  const publicKey = {
    rp: { id: 'localhost', name: 'x' },
    user: { id: 'YWRh', name: 'a', displayName: 'a' },
    challenge: 'A'.repeat(43),
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    timeout: 60_000,
  };
  const knownBy = (answer: ReturnType<typeof json>) => {
    service.answer = (request, response) =>
      (request.url?.includes('login') ? answer : json(200, { publicKey }))(request, response);
  };

  it.each([
    ['who has no passkey (Hanko answers 500)', 500, { title: 'failed: Found no credentials for user' }],
    ['who has one', 200, { publicKey: {} }],
  ])('are the id, of one %s', async (_name, status, content) => {
    knownBy(json(status, content));
    await hanko.forgetNames('ada');
    expect([asked().at(-1), lastBody()]).toEqual([
      'POST /tenant/registration/initialize',
      { user_id: 'ada', username: 'ada' },
    ]);
  });

  it('are none of one whom it never knew, and stay none', async () => {
    knownBy(json(404, { title: 'user not found' }));
    await hanko.forgetNames('ada');
    expect(asked()).toEqual(['POST /tenant/login/initialize']);
  });

  it.each([
    [404, { title: 'tenant not found' }],
    [404, {}],
    [500, { title: 'Internal Server Error' }],
  ])('are not taken for gone where %i %j is answered', async (status, content) => {
    knownBy(json(status, content));
    await expect(hanko.forgetNames('ada')).rejects.toMatchObject(unavailable);
  });
});
