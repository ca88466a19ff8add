import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../../test/support/authenticator.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { createLogger } from '../logger.ts';
import { createPasskeyApi } from '../passkey-api/index.ts';
import { createPasskeys, type Passkeys } from './passkeys.ts';
import { createEmbeddedTransport } from './transport.ts';

const relyingParty = { id: 'localhost', origin: 'http://localhost:3000' };
const source = { address: '192.0.2.7', requestId: 'this-request' };
const calls: string[] = [];
const log: string[] = [];
let database: TestDatabase;
let passkeys: Passkeys;
let ada: ReturnType<typeof person>;
let grace: ReturnType<typeof person>;

function person(email: string) {
  return { id: randomUUID() as string, email, signInId: 'this one' };
}

beforeAll(async () => {
  database = await createTestDatabase();
  const tenant = { tenantId: randomUUID() as string, apiKey: randomBytes(64).toString('base64url') };
  const api = createPasskeyApi({
    db: database.db,
    settings: {
      ...tenant,
      relyingParty: { ...relyingParty, name: 'Test', origins: [relyingParty.origin] },
      secretKeys: [randomBytes(32).toString('base64url')],
    },
  });
  const embedded = createEmbeddedTransport(api.callback(), tenant);
  const transport: typeof embedded = {
    ...embedded,
    fetch: (url, init) => {
      calls.push(`${init?.method ?? 'GET'} ${new URL(url).pathname.split('/').slice(2).join('/')}`);
      return embedded.fetch(url, init);
    },
  };
  const logger = createLogger('info', { write: (line) => void log.push(line) });
  passkeys = createPasskeys({ db: database.db, transport, relyingParty, logger });
  // The API makes its signing key when it is first asked, which a busy machine may take seconds for.
  await vi.waitUntil(passkeys.isAvailable, { timeout: 30_000 });
  return () => database.drop();
});
beforeEach(() => {
  [ada, grace] = [person('ada@example.com'), person('grace@example.com')];
});

/** A registration that has been started and answered, and can be finished later. */
async function answered(user: ReturnType<typeof person>) {
  const { options, ticket } = await passkeys.beginRegistration(user, source);
  const credential = createAuthenticator().create(options, relyingParty.origin);
  return () => passkeys.register(user, credential, [ticket], 'Chrome on macOS', source);
}

const registered = async (user: ReturnType<typeof person>) => (await answered(user))();

const names = async (user: ReturnType<typeof person>) =>
  (await passkeys.listFor(user.id)).map(({ name }) => name);

describe('the passkeys of a person', () => {
  it('are listed for them alone', async () => {
    expect(await passkeys.listFor(ada.id)).toEqual([]);
    const passkey = await registered(ada);
    expect(await passkeys.listFor(ada.id)).toEqual([passkey]);
    expect(await passkeys.listFor(grace.id)).toEqual([]);
    expect(await passkeys.find(ada.id, passkey.id)).toEqual(passkey);
  });

  it('get names that differ', async () => {
    for (let times = 0; times < 3; times++) await registered(ada);
    const device = 'Passkey · Chrome on macOS';
    expect((await names(ada)).toSorted()).toEqual([device, `${device} 2`, `${device} 3`]);
  });

  it('are excluded when the next one is made, and nobody else’s are', async () => {
    const own = await registered(ada);
    await registered(grace);
    const { options } = await passkeys.beginRegistration(ada, source);
    expect(options.publicKey).toMatchObject({ excludeCredentials: [{ type: 'public-key', id: own.id }] });
  });

  it('can be renamed and removed, and the log tells it without ids', async () => {
    const { id } = await registered(ada);
    log.length = 0;
    await passkeys.rename(ada.id, id, 'Laptop', source);
    expect(await names(ada)).toEqual(['Laptop']);
    await passkeys.remove(ada.id, id, source);
    expect(await passkeys.listFor(ada.id)).toEqual([]);
    expect(log.map((line) => JSON.parse(line).event)).toEqual(['passkey_renamed', 'passkey_removed']);
    expect(log.join()).not.toContain(id);
    expect(log.join()).not.toContain(ada.id);
  });
});

describe('somebody else’s passkey', () => {
  const acts = {
    find: (user: string, id: string) => passkeys.find(user, id),
    rename: (user: string, id: string) => passkeys.rename(user, id, 'Mine now', source),
    remove: (user: string, id: string) => passkeys.remove(user, id, source),
  };

  it.each(Object.entries(acts))('is not there to %s, and the service is not asked to', async (_name, act) => {
    const { id, name } = await registered(ada);
    calls.length = 0;
    await expect(act(grace.id, id)).rejects.toMatchObject({ code: 'not_found' });
    expect(calls).toEqual([`GET credentials/${id}`]);
    expect(await names(ada)).toEqual([name]);
  });

  it.each(Object.entries(acts))('and one that nobody has are the same answer to %s', async (_name, act) => {
    const { id } = await registered(ada);
    const answers = [act(grace.id, id), act(grace.id, 'A'.repeat(22))].map((answer) =>
      Promise.resolve(answer).catch(({ code, message }) => ({ code, message })),
    );
    const [foreign, unknown] = await Promise.all(answers);
    expect(foreign).toEqual({ code: 'not_found', message: 'There is no such passkey.' });
    expect(unknown).toEqual(foreign);
  });
});

describe('what is logged', () => {
  it('says where it came from', async () => {
    log.length = 0;
    const { id } = await registered(ada);
    await passkeys.rename(ada.id, id, 'Laptop', source);
    await passkeys.remove(ada.id, id, source);
    await expect(passkeys.register(ada, {}, [], 'Chrome on macOS', source)).rejects.toThrow();
    await expect(passkeys.identify({}, [], source)).rejects.toThrow();
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'passkey_registered', ...source },
      { event: 'passkey_renamed', ...source },
      { event: 'passkey_removed', ...source },
      { event: 'passkey_registration_refused', ...source },
      { event: 'ceremony_refused', ...source },
    ]);
  });
});

describe('two who delete the same passkey at once', () => {
  it('are told that it went, or that it is not there, and nothing worse', async () => {
    const { id } = await registered(ada);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () =>
        passkeys.remove(ada.id, id, source).then(
          () => 'removed',
          ({ code }) => code,
        ),
      ),
    );
    expect(outcomes).toContain('removed');
    expect(outcomes.filter((outcome) => outcome !== 'removed' && outcome !== 'not_found')).toEqual([]);
    expect(await passkeys.listFor(ada.id)).toEqual([]);
  });
});

describe('a hundred passkeys', () => {
  it('are enough, at the start and at the end of a registration', async () => {
    const finish = await answered(ada);
    const { id } = await registered(ada);
    const [row] = await database.db('passkey_api_credentials').where({ id }).select();
    const more = Array.from({ length: 99 }, (_, index) => ({ ...row, id: `copy-${index}-${ada.id}` }));
    await database.db.batchInsert('passkey_api_credentials', more, 20);
    log.length = 0;
    for (const attempt of [() => passkeys.beginRegistration(ada, source), finish]) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'too_many_passkeys',
        message: 'You have 100 passkeys. Delete one that you no longer use first.',
      });
    }
    expect(await passkeys.listFor(ada.id)).toHaveLength(100);
    const refused = { event: 'passkey_registration_refused', reason: 'too_many_passkeys', ...source };
    expect(log.map((line) => JSON.parse(line))).toMatchObject([refused, refused]);
  });
});
