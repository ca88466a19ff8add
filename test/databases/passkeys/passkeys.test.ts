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
  return () => running.finish(user, { options, ticket, expiresIn: 300 }, credential);
}

const registered = async (user: Person) => (await answered(user))();

/** Of an authenticator that does not say of what make it is. */
const anonymous = '00000000-0000-0000-0000-000000000000';

const names = async (user: Person) => (await passkeys.listFor(user.id)).map(({ name }) => name);

describe('the passkeys of a person', () => {
  it('are listed for them alone', async () => {
    expect(await passkeys.listFor(ada.id)).toEqual([]);
    const made = await registered(ada);
    const created = { name: 'Passkey · Chrome on macOS', aaguid: anonymous, automatic: false };
    expect(made).toEqual({ id: expect.any(String), ...created });
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
});

describe('somebody else’s passkey', () => {
  it('is not there, and so is one that nobody has: the same answer', async () => {
    const { id } = await registered(ada);
    running.wire.calls.length = 0;
    const answers = [id, 'A'.repeat(22)].map((some) =>
      passkeys.find(grace.id, some).catch(({ code, message }) => ({ code, message })),
    );
    const [foreign, unknown] = await Promise.all(answers);
    expect(foreign).toEqual({ code: 'not_found', message: 'There is no such passkey.' });
    expect(unknown).toEqual(foreign);
    expect(running.wire.calls).toContain(`GET credentials/${id}`);
  });
});

describe('what is logged', () => {
  it('of refusals, says where they came from, and no ids', async () => {
    const { id } = await registered(ada);
    log.length = 0;
    const registration = passkeys.register(ada, { id }, [], 'Chrome on macOS', source);
    await expect(registration).rejects.toThrow();
    await expect(passkeys.identify({ id }, [], async () => 0, source)).rejects.toThrow();
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'passkey_registration_refused', ...source },
      { event: 'ceremony_refused', ...source },
    ]);
    for (const secret of [id, ada.id]) expect(log.join()).not.toContain(secret);
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
