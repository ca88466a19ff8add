/** Credentials once they exist: shape, list, rename, delete. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aMoment } from '../support/a-moment.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type Registered, register, signIn } from './support/ceremonies.ts';
import { call, get, refusalOf } from './support/client.ts';
import { type Server, startServer } from './support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const rename = (id: string, body: unknown) => call(server, 'PATCH', `/credentials/${id}`, { body });
const remove = (id: string) => call(server, 'DELETE', `/credentials/${id}`);

describe('a credential', () => {
  test('has exactly the members of the contract', async () => {
    const { userId, credentialId } = await register(server);
    const { status, body } = await get(server, `/credentials/${credentialId}`);
    expect(status).toBe(200);
    const { public_key: publicKey, created_at: createdAt, last_used_at: lastUsedAt, ...rest } = body;
    expect(rest).toEqual({
      id: credentialId,
      name: `cred-${credentialId}`,
      attestation_type: 'none',
      aaguid: '00000000-0000-0000-0000-000000000000',
      transports: expect.any(Array),
      backup_eligible: true,
      backup_state: true,
      is_mfa: false,
      user_id: userId,
    });
    expect(publicKey).toMatch(/^pQECAyYgASFYI[\w-]+$/);
    for (const time of [createdAt, lastUsedAt])
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d{1,6})?Z$/);
  });

  test('is named after the model of its authenticator where that is known', async () => {
    const aaguid = Uint8Array.from(Buffer.from('ea9b8d664d011d213ce4b6b48cb575d4', 'hex'));
    const { credentialId } = await register(server, { authenticator: createAuthenticator({ aaguid }) });
    const { body } = await get(server, `/credentials/${credentialId}`);
    expect(body).toMatchObject({
      name: 'Google Password Manager',
      aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
    });
  });

  test('keeps the flags of a key that stays on its device', async () => {
    const authenticator = createAuthenticator({ flags: { backupEligible: false, backedUp: false } });
    const { credentialId } = await register(server, { authenticator });
    const { body } = await get(server, `/credentials/${credentialId}`);
    expect(body).toMatchObject({ backup_eligible: false, backup_state: false });
  });

  test('that does not exist is not found', async () => {
    const title = "credential with id 'nope' not found";
    expect(refusalOf(await get(server, '/credentials/nope'))).toEqual({ status: 404, title, details: '' });
    const encoded = await get(server, '/credentials/%00%3D');
    expect(encoded).toMatchObject({ status: 404, body: { title: "credential with id '%00%3D' not found" } });
  });
});

describe('a rename', () => {
  test('changes the name and answers with nothing', async () => {
    const { credentialId } = await register(server);
    const answer = await rename(credentialId, { name: 'My <phone>' });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('Content-Type')).toBeNull();
    expect((await get(server, `/credentials/${credentialId}`)).body.name).toBe('My <phone>');
  });

  test('refuses none, an empty one and null, and keeps the name', async () => {
    const { credentialId } = await register(server);
    for (const body of [{}, { name: '' }, { name: null }])
      expect(refusalOf(await rename(credentialId, body))).toEqual({
        status: 400,
        title: 'unable to validate request',
        details: 'name is a required field',
      });
    expect((await get(server, `/credentials/${credentialId}`)).body.name).toBe(`cred-${credentialId}`);
  });

  test('takes 255 characters and no more', async () => {
    const { credentialId } = await register(server);
    expect((await rename(credentialId, { name: 'ü'.repeat(256) })).status).toBeGreaterThanOrEqual(400);
    expect((await rename(credentialId, { name: 'ü'.repeat(255) })).status).toBe(204);
  });

  test('of nothing is not found', async () => {
    expect(refusalOf(await rename('nope', { name: 'x' }))).toMatchObject({ status: 404 });
  });
});

describe('a deletion', () => {
  test('answers with nothing, and a second one is not found', async () => {
    const { userId, credentialId } = await register(server);
    expect(await remove(credentialId)).toMatchObject({ status: 204, text: '' });
    expect((await get(server, `/credentials/${credentialId}`)).status).toBe(404);
    expect((await get(server, `/credentials?user_id=${userId}`)).body).toEqual([]);
    expect(refusalOf(await remove(credentialId))).toEqual({
      status: 404,
      title: `credential with id '${credentialId}' not found`,
      details: '',
    });
  });

  test('leaves the other passkeys of the user alone', async () => {
    const first = await register(server);
    const second = await register(server, { userId: first.userId });
    await remove(first.credentialId);
    const { body } = await get(server, `/credentials?user_id=${first.userId}`);
    expect(body).toMatchObject([{ id: second.credentialId }]);
  });
});

describe('the list', () => {
  let owned: Registered[];
  const userId = randomUUID();
  const list = (query: string) => get(server, `/credentials?user_id=${userId}${query}`);
  const ids = (body: { id: string }[]) => body.map(({ id }) => id);
  const only = async (owner: string) => (await get(server, `/credentials?user_id=${owner}`)).body[0];
  const relsOf = (header: string | null) =>
    Object.fromEntries(
      [...(header ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url, rel]) => [
        rel,
        new URL(url ?? '').searchParams.get('page'),
      ]),
    );

  beforeAll(async () => {
    owned = [];
    for (let count = 0; count < 5; count++) {
      owned.push(await register(server, { userId }));
      await aMoment();
    }
    // Somebody else.
    await register(server);
  });

  test('holds one user, newest first', async () => {
    const { status, body, headers } = await list('');
    expect(status).toBe(200);
    expect(ids(body)).toEqual(owned.map(({ credentialId }) => credentialId).reverse());
    expect(headers.get('X-Total-Count')).toBe('5');
    expect(relsOf(headers.get('Link'))).toEqual({ first: '1' });
  });

  test('can be turned around', async () => {
    const { body } = await list('&order=asc');
    expect(ids(body)).toEqual(owned.map(({ credentialId }) => credentialId));
  });

  test('holds every user of the tenant when none is named', async () => {
    const { body, headers } = await get(server, '/credentials?user_id=&per_page=1000');
    expect(Number(headers.get('X-Total-Count'))).toBeGreaterThan(5);
    expect(new Set(body.map((item: { user_id: string }) => item.user_id)).size).toBeGreaterThan(1);
  });

  test('comes in pages that together hold everything once', async () => {
    const pages = [
      await list('&per_page=2&page=1'),
      await list('&per_page=2&page=2'),
      await list('&per_page=2&page=3'),
    ];
    expect(pages.map(({ body }) => body.length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flatMap(({ body }) => ids(body))).size).toBe(5);
    for (const { headers } of pages) expect(headers.get('X-Total-Count')).toBe('5');
  });

  test('links to its neighbours with absolute addresses', async () => {
    const rels = async (query: string) => Object.entries(relsOf((await list(query)).headers.get('Link')));
    const pages: [string, [rel: string, page: string][]][] = [
      [
        '&per_page=2&page=1',
        [
          ['last', '3'],
          ['next', '2'],
        ],
      ],
      [
        '&per_page=2&page=2',
        [
          ['first', '1'],
          ['last', '3'],
          ['next', '3'],
          ['prev', '1'],
        ],
      ],
      [
        '&per_page=2&page=3',
        [
          ['first', '1'],
          ['prev', '2'],
        ],
      ],
      // Past the end as well: the last page is named wherever this is not it.
      [
        '&per_page=2&page=4',
        [
          ['first', '1'],
          ['last', '3'],
          ['prev', '3'],
        ],
      ],
      [
        '&per_page=2&page=9',
        [
          ['first', '1'],
          ['last', '3'],
          ['prev', '8'],
        ],
      ],
      [
        '&per_page=5&page=2',
        [
          ['first', '1'],
          ['last', '1'],
          ['prev', '1'],
        ],
      ],
      ['&per_page=5', [['first', '1']]],
    ];
    for (const [query, expected] of pages) expect([query, await rels(query)]).toEqual([query, expected]);
    const { headers } = await list('&per_page=2&page=1');
    const next = /<([^>]+)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1] ?? '';
    const answer = await fetch(next, { headers: { apiKey: server.apiKey } });
    expect(await answer.json()).toHaveLength(2);
  });

  test('reads a page or size below one as left out', async () => {
    expect((await list('&page=0&per_page=-1')).body).toHaveLength(5);
  });

  test('shows a rename', async () => {
    const { userId, credentialId } = await register(server);
    await rename(credentialId, { name: 'My phone' });
    expect(await only(userId)).toMatchObject({ id: credentialId, name: 'My phone' });
  });

  test('says of a passkey what it was when it was made, and that it was not used since', async () => {
    const aaguid = Uint8Array.from(Buffer.from('ea9b8d664d011d213ce4b6b48cb575d4', 'hex'));
    const authenticator = createAuthenticator({ aaguid, flags: { backedUp: false } });
    const { userId, credentialId } = await register(server, { authenticator });
    const listed = await only(userId);
    expect(listed).toMatchObject({
      id: credentialId,
      aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
      backup_eligible: true,
      backup_state: false,
    });
    expect(Date.parse(listed.last_used_at)).toBe(Date.parse(listed.created_at));
  });

  test('shows the use and the backup flags of the latest sign-in', async () => {
    const authenticator = createAuthenticator({ flags: { backupEligible: false, backedUp: false } });
    const { userId } = await register(server, { authenticator });
    const { created_at: createdAt, last_used_at: madeAt } = await only(userId);
    let usedBefore = Date.parse(madeAt);
    for (const [eligible, backedUp] of [
      [true, true],
      [true, false],
      [false, false],
    ] as const) {
      Object.assign(authenticator.flags, { backupEligible: eligible, backedUp });
      await aMoment();
      expect((await signIn(server, authenticator)).status).toBe(200);
      const listed = await only(userId);
      expect(listed).toMatchObject({ backup_eligible: eligible, backup_state: backedUp });
      expect(listed.created_at).toBe(createdAt);
      const usedAt = Date.parse(listed.last_used_at);
      expect(usedAt).toBeGreaterThan(usedBefore);
      usedBefore = usedAt;
    }
  });

  test('is empty for an unknown user', async () => {
    const { status, body, headers } = await get(server, `/credentials?user_id=${randomUUID()}`);
    expect(status).toBe(200);
    expect(body).toEqual([]);
    expect(headers.get('X-Total-Count')).toBe('0');
    expect(relsOf(headers.get('Link'))).toEqual({ first: '1' });
    const beyond = await get(server, `/credentials?user_id=${randomUUID()}&page=3`);
    expect(beyond.body).toEqual([]);
    expect(Object.entries(relsOf(beyond.headers.get('Link')))).toEqual([
      ['first', '1'],
      ['last', '1'],
      ['prev', '2'],
    ]);
  });

  test('refuses another order and a page that is no number', async () => {
    const order = {
      status: 400,
      title: 'unable to validate request',
      details: "Order must be one of 'desc asc'",
    };
    expect(refusalOf(await list('&order=random'))).toEqual(order);
    expect(refusalOf(await list('&page=abc'))).toMatchObject({
      status: 400,
      title: 'unable to process request',
    });
  });
});
