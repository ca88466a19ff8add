import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Passkeys, Person } from '../../../src/passkeys/passkeys.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { relyingParty, somebody, source, startPasskeys, type TestPasskeys } from '../../support/passkeys.ts';

let running: TestPasskeys;
let passkeys: Passkeys;
let log: string[];
let ada: Person;
let grace: Person;

beforeAll(async () => {
  running = await startPasskeys();
  ({ passkeys, log } = running);
  return () => running.database.drop();
});
beforeEach(() => {
  [ada, grace] = [somebody(), somebody('grace@example.com')];
});

/** A registration that has been started and answered, and can be finished later. */
async function answered(user: Person) {
  const { options, ticket } = await passkeys.beginRegistration(user, undefined, source);
  const credential = createAuthenticator().create(options, relyingParty.origin);
  return () => passkeys.register(user, credential, [ticket], 'Chrome on macOS', async () => true, source);
}

const registered = async (user: Person) => (await answered(user))();

const remove = (user: string, id: string) =>
  passkeys.remove(
    user,
    id,
    async () => true,
    async () => {},
    source,
  );

const names = async (user: Person) => (await passkeys.listFor(user.id)).map(({ name }) => name);

describe('the passkeys of a person', () => {
  it('are listed for them alone', async () => {
    expect(await passkeys.listFor(ada.id)).toEqual([]);
    const made = await registered(ada);
    expect(made).toEqual({ id: expect.any(String), name: 'Passkey · Chrome on macOS', automatic: false });
    const [passkey, ...others] = await passkeys.listFor(ada.id);
    expect(passkey).toMatchObject({ ...made, lastUsedAt: null, vouched: true });
    expect(others).toEqual([]);
    expect(await passkeys.listFor(grace.id)).toEqual([]);
    expect(await passkeys.find(ada.id, made.id)).toEqual(passkey);
  });

  it('get names that differ', async () => {
    for (let times = 0; times < 3; times++) await registered(ada);
    const device = 'Passkey · Chrome on macOS';
    expect((await names(ada)).toSorted()).toEqual([device, `${device} 2`, `${device} 3`]);
  });

  it('are excluded when the next one is made, and nobody else’s are', async () => {
    const own = await registered(ada);
    await registered(grace);
    const { options } = await passkeys.beginRegistration(ada, undefined, source);
    expect(options.publicKey).toMatchObject({ excludeCredentials: [{ type: 'public-key', id: own.id }] });
  });

  it('can be renamed and removed, and the log tells it without ids', async () => {
    const { id } = await registered(ada);
    log.length = 0;
    await passkeys.rename(ada.id, id, 'Laptop', source);
    expect(await names(ada)).toEqual(['Laptop']);
    await remove(ada.id, id);
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
    remove,
  };

  it.each(Object.entries(acts))('is not there to %s, and the service is not asked to', async (_name, act) => {
    const { id, name } = await registered(ada);
    running.wire.calls.length = 0;
    await expect(act(grace.id, id)).rejects.toMatchObject({ code: 'not_found' });
    expect(running.wire.calls).toEqual([`GET credentials/${id}`]);
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
    await remove(ada.id, id);
    const registration = passkeys.register(ada, {}, [], 'Chrome on macOS', async () => true, source);
    await expect(registration).rejects.toThrow();
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
        remove(ada.id, id).then(
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
    const [row] = await running.database.db('passkey_api_credentials').where({ id }).select();
    const more = Array.from({ length: 99 }, (_, index) => ({ ...row, id: `copy-${index}-${ada.id}` }));
    await running.database.db.batchInsert('passkey_api_credentials', more, 20);
    log.length = 0;
    for (const attempt of [() => passkeys.beginRegistration(ada, undefined, source), finish]) {
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
