/** The passkey API for whoever develops an app: it says why it refuses, and behaves as a Hanko server may. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPasskeyApi } from '../../src/passkey-api/index.ts';
import { createLearnersApi } from '../../src/passkey-api/learners-api.ts';
import { withCounter } from '../contract/support/forgery.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { createTestDatabase, keptTenant, type TestDatabase } from '../support/database.ts';

const origin = 'http://localhost:4000';
const apiKey = 'a key of these tests: 0123456789';
const ada = 'ada, whose id is text';
let database: TestDatabase;
let told: string[];
/** What a viewer of ceremonies is shown. */
let seen: object[];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(() => vi.useRealTimers());

/** @param likeHanko `strict` is the API that everybody else has */
function served(likeHanko: boolean | 'strict') {
  told = [];
  seen = [];
  const relyingParty = { id: 'localhost', name: 'Your app', origins: [origin] };
  const { tenantId, secretKeys } = keptTenant();
  const parts = { db: database.db, settings: { tenantId, secretKeys, apiKey, relyingParty } };
  const api =
    likeHanko === 'strict'
      ? createPasskeyApi(parts)
      : createLearnersApi(
          parts,
          { likeHanko },
          (sentence) => told.push(sentence),
          (moment) => seen.push(moment),
        );
  const call = async (path: string, body: object | null = null, key = apiKey, method = 'POST') => {
    const headers = { 'content-type': 'application/json', ...(key && { apikey: key }) };
    const text = async () => (body ? JSON.stringify(body) : '');
    const request = { method, path, query: '', origin: 'http://127.0.0.1:8000', headers, address: '', text };
    const answer = await api.answer(request);
    return { status: answer.status, body: JSON.parse(answer.body || 'null') };
  };
  const at = (path: string) => `/${tenantId}/${path}`;
  const post = (path: string, body?: object, key?: string) => call(at(path), body, key);
  async function created(device = createAuthenticator(), userId = ada) {
    const { body } = await post('registration/initialize', { user_id: userId, username: 'ada' });
    const answer = device.create(body, origin);
    return { device, answer, finish: await post('registration/finalize', answer) };
  }
  const begun = async () => (await post('login/initialize', undefined, '')).body;
  return { call, at, post, created, begun, tenantId };
}

/** What was asked at once, as it was answered. */
async function inOrder<Answer>(asked: Promise<Answer>[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const one of asked) answers.push(await one);
  return answers;
}

describe('says why it refuses', () => {
  it('in the log and in the answer: where the passkey was used, and what is expected', async () => {
    const { post, created, begun } = served(false);
    const { device } = await created();
    const elsewhere = device.get(await begun(), 'http://localhost:3000');
    const { status, body } = await post('login/finalize', elsewhere);
    const explanation = `the passkey was used at http://localhost:3000, this API expects ${origin}`;
    expect(status).toBe(401);
    expect(body).toEqual({
      title: 'failed to validate assertion',
      details: 'Error validating origin',
      status: 401,
      explanation,
    });
    expect(told).toEqual([`POST /login/finalize is refused with 401: ${explanation}.`]);
  });

  it('in words of its own, whatever a newcomer does', async () => {
    const { call, at, post, created, begun, tenantId } = served(false);
    const { device, answer } = await created();
    const options = await begun();
    const signIn = device.get(options, origin);
    const other = '00000000-0000-4000-8000-000000000000';
    const untouched = createAuthenticator({ flags: { userPresent: false } });
    const refused: [Promise<{ body: { explanation: string } }>, string][] = [
      [call('/nothing/login/initialize'), `PASSKEYS_TENANT_ID is ${tenantId}`],
      [
        call(`/${other}/login/initialize`),
        `the address names the tenant ${other}, this API serves ${tenantId}`,
      ],
      [post('registration/initialize', {}, ''), 'the header apiKey is missing'],
      [post('registration/initialize', {}, 'another'), 'the header apiKey has another key'],
      [post('login/initialize', { user_id: ada }, ''), 'begun with the header apiKey alone'],
      [post('login/initialize', { user_id: 'nobody' }), 'this API knows no user with this id'],
      [post('registration/initialize', {}), 'user_id is a required field'],
      [
        post('registration/initialize', { user_id: 7, username: 'ada' }),
        'user_id must be a string, and was sent as a value of the type number: send String(user.id)',
      ],
      [
        post('registration/initialize', { user_id: ada, username: ['ada'] }),
        'username must be a string, and was sent as another value',
      ],
      [call(at('login'), null, apiKey, 'GET'), `there is no GET /${tenantId}/login`],
      [post('registration/finalize', answer), 'the challenge is not open here: it was answered before'],
      [post('login/finalize', { ...signIn, rawId: 'AAAA' }), 'has no passkey with this id here'],
      [
        post(
          'registration/finalize',
          untouched.create(
            (await post('registration/initialize', { user_id: 'eve', username: 'eve' })).body,
            origin,
          ),
        ),
        'nobody has touched the device',
      ],
      [
        post('login/finalize', { ...signIn, response: { ...signIn.response, signature: 'MAYCAQECAQE' } }),
        'the signature does not fit the passkey',
      ],
      [post('mfa/login/finalize', signIn), 'the challenge is of a sign-in that names nobody'],
      [post('login/finalize', {}), 'unable to finish login: CredentialAssertionResponse with ID missing'],
    ];
    for (const [answered, words] of refused) expect((await answered).body.explanation).toContain(words);
    expect(told).toHaveLength(refused.length);
    expect(told.join()).not.toContain(apiKey);
  });
});

it('shows to whoever watches what an app and its browsers say to each other', async () => {
  const { post, created, begun } = served(true);
  const { device, answer } = await created();
  const options = await begun();
  const signIn = device.get(options, origin);
  await post('login/finalize', signIn, '');
  await post('login/finalize', { id: 'nothing' }, '');
  await post('registration/initialize', {}, '');
  expect(seen).toEqual([
    { stage: 'start', purpose: 'register', options: { publicKey: expect.anything() } },
    {
      stage: 'finish',
      purpose: 'register',
      credential: answer,
      claims: expect.objectContaining({ sub: ada, cred: answer.id }),
      outcome: 'accepted',
    },
    { stage: 'start', purpose: 'sign-in', options },
    {
      stage: 'finish',
      purpose: 'sign-in',
      credential: signIn,
      claims: expect.objectContaining({ sub: ada }),
      outcome: 'accepted',
    },
    {
      stage: 'finish',
      purpose: 'sign-in',
      credential: { id: 'nothing' },
      claims: null,
      outcome: expect.stringContaining('unable to finish login'),
    },
  ]);
});

describe('like Hanko', () => {
  it('of finishes that come at once with one answer each gets a token, and the next is a replay', async () => {
    const { post, created, begun } = served(true);
    const { device } = await created();
    const answer = device.get(await begun(), origin);
    const five = await inOrder(Array.from({ length: 5 }, () => post('login/finalize', answer)));
    expect(five.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await vi.waitFor(async () => expect((await post('login/finalize', answer)).status).toBe(401));
    expect(told.at(-1)).toContain('the challenge is not open here');
  });

  it.each([
    [true, [200, 200, 400], 2],
    [false, [200, 400, 400], 1],
  ])(
    '(%s) of three devices at once, one with a false answer, for the challenge of one creation: %j',
    async (like, statuses, more) => {
      const { at, call, post, created } = served(like);
      await created();
      const { body } = await post('registration/initialize', { user_id: ada, username: 'ada' });
      const list = async () => (await call(at('credentials'), null, apiKey, 'GET')).body.length;
      const before = await list();
      const answers = await inOrder(
        [origin, origin, 'http://localhost:3000'].map((where) =>
          post('registration/finalize', createAuthenticator().create(body, where)),
        ),
      );
      expect(answers.map((answer) => answer.status).toSorted()).toEqual(statuses);
      expect((await list()) - before).toBe(more);
    },
  );

  it.each([
    [true, [200, 200]],
    [false, [200, 401]],
  ])('(%s) a counter of 5 and then one of 3: %j', async (like, statuses) => {
    const { post, created, begun } = served(like);
    const { device } = await created(
      createAuthenticator({ flags: { backupEligible: false, backedUp: false } }),
    );
    const counted = async (counter: number) => {
      const answer = withCounter(device, device.get(await begun(), origin), counter);
      return (await post('login/finalize', answer)).status;
    };
    expect([await counted(5), await counted(3)]).toEqual(statuses);
  });

  it.each([true, false])(
    '(%s) a change whose body names another credential than its path is made where Hanko makes it, or in strictness by the path',
    async (like) => {
      const { at, call, created } = served(like);
      const [named, inPath] = [(await created()).answer.id, (await created()).answer.id];
      const one = (id: string) => at(`credentials/${id}`);
      const nameOf = async (id: string) => (await call(one(id), null, apiKey, 'GET')).body.name;
      const [changed, kept] = like ? [named, inPath] : [inPath, named];
      const renaming = { name: 'Renamed', CredentialId: named };
      expect((await call(one(inPath), renaming, apiKey, 'PATCH')).status).toBe(204);
      expect(await nameOf(changed)).toBe('Renamed');
      expect(await nameOf(kept)).not.toBe('Renamed');
      expect((await call(one(inPath), { credentialid: named }, apiKey, 'DELETE')).status).toBe(204);
      expect([await nameOf(changed), await nameOf(kept)]).toEqual([undefined, expect.any(String)]);
      expect((await call(one(kept), { credentialid: named }, 'another', 'DELETE')).status).toBe(401);
    },
  );

  it.each([
    [true, 200],
    [false, 401],
    ['strict' as const, 401],
  ])(
    '(%s) the challenge of a sign-in an hour later is %i, whatever its options promise',
    async (like, status) => {
      const { post, created, begun } = served(like);
      const { device } = await created();
      const options = await begun();
      expect(options.publicKey.timeout).toBe(300_000);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
      expect((await post('login/finalize', device.get(options, origin))).status).toBe(status);
    },
  );

  it.each([
    [true, 200],
    [false, 401],
  ])('(%s) the challenge of a second factor at an ordinary sign-in is %i', async (like, status) => {
    const { post, created } = served(like);
    const { device } = await created();
    const options = (await post('mfa/login/initialize', { user_id: ada })).body;
    expect((await post('login/finalize', device.get(options, origin), '')).status).toBe(status);
  });

  it('the challenge of a creation ends when its options say', async () => {
    const { post } = served(true);
    const { body } = await post('registration/initialize', { user_id: ada, username: 'ada' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    const { status } = await post('registration/finalize', createAuthenticator().create(body, origin));
    expect(status).toBe(400);
    expect(told).toEqual([expect.stringContaining('older than its timeout')]);
  });

  it('whoever has an id of 16 bytes creates a passkey, and cannot sign in with it', async () => {
    const { post, created, begun } = served(true);
    const { device, finish } = await created(createAuthenticator(), 'sixteen bytes ok');
    expect(finish.status).toBe(200);
    const { status, body } = await post('login/finalize', device.get(await begun(), origin));
    expect([status, body.title]).toEqual([401, 'failed to get user handle']);
    expect(told.at(-1)).toContain('the id of the user has exactly 16 bytes');
  });

  it('answers as Hanko does, without a reason: that is in the log alone', async () => {
    const { post } = served(true);
    expect((await post('registration/initialize', {}, '')).body).toEqual({
      title: 'The api key is invalid',
      details: 'api keys needs to be an apiKey Header and 32 byte long',
      status: 401,
    });
    expect(told).toHaveLength(1);
  });
});
