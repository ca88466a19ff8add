import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSignInThrottle } from '../../../src/accounts/sign-in-throttle.ts';
import type { User } from '../../../src/accounts/user.ts';
import { createLogger } from '../../../src/logger.ts';
import { createSecondFactorPolicy } from '../../../src/operations/second-factor-policy.ts';
import { createSignIn } from '../../../src/operations/sign-in.ts';
import { newBrowser, password, place, requesterOf, signedInBy } from '../../support/acting.ts';
import { withoutTable } from '../../support/answers.ts';
import { startOperations, type TestOperations } from '../../support/operations.ts';

let running: TestOperations;
let ada: User;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  running.log.length = 0;
});

const signIn = (typed = password, browser = newBrowser) =>
  running.operations.signInWithPassword({ email: ada.email, password: typed }, browser, place);
const sessions = () => running.database.db('sessions').select();
const passwordHash = async () => (await running.account(ada.id)).passwordHash;
const names = () => running.events().map(({ event }) => event);

/** From now on the account has a hash of its password that is weaker than those of today. */
async function weaken(): Promise<string> {
  const weak = await hash(password, { algorithm: 2, memoryCost: 4_096, timeCost: 1, parallelism: 1 });
  await running.database.db('users').update({ password_hash: weak });
  return weak;
}

describe('signInWithPassword', () => {
  it('opens a session that knows how and where, and its owner reads of it', async () => {
    const { user, session } = signedInBy(await signIn());
    expect(user).toEqual(ada);
    expect(session.data).toMatchObject({
      method: 'password',
      device: place.device,
      userId: ada.id,
      epoch: 0,
    });
    expect(Buffer.from(session.id, 'base64url')).toHaveLength(32);
    expect(await running.sessions.find(session.id)).toMatchObject({ user: ada });
    expect(await running.activity(ada.id)).toContain('sign_in');
    expect(names()).toEqual(['sign_in']);
  });

  it('leaves nothing of a wrong password but a line in the log', async () => {
    expect(await signIn('wrong')).toBeNull();
    expect(await sessions()).toEqual([]);
    expect(await running.activity(ada.id)).not.toContain('sign_in');
    expect(running.events()).toMatchObject([
      { event: 'sign_in_refused', outcome: 'refused', address: place.address },
    ]);
    expect(running.log.join()).not.toMatch(/ada@|wrong/);
  });

  it('ends the sign-in that this browser had before', async () => {
    const former = await running.enter(ada);
    await signIn(password, { ...newBrowser, former });
    expect(await running.isIn(former)).toBe(false);
    expect(await sessions()).toHaveLength(1);
  });

  it('leaves the former sign-in where the new one does not come about', async () => {
    const former = await running.enter(ada);
    await signIn('wrong', { ...newBrowser, former });
    expect(await running.isIn(former)).toBe(true);
  });

  it('is told by letter when the device is new and the sign-in not the first', async () => {
    await signIn();
    expect(await running.letters()).toEqual([]);
    const device = { userId: ada.id, name: 'the name of a device', epoch: ada.epoch };
    await signIn(password, { ...newBrowser, deviceFor: () => device });
    expect(await running.letters()).toEqual([]);
    for (const other of [{ epoch: ada.epoch + 1 }, { userId: 'whoever had this address before' }]) {
      await running.database.db('rate_limits').delete();
      await running.database.db('outbox').delete();
      await signIn(password, { ...newBrowser, deviceFor: () => ({ ...device, ...other }) });
      expect(await running.letters()).toMatchObject([{ event: 'sign_in', to: ada.email }]);
    }
  });

  it.each([
    ['the password is changed', { password_hash: 'the newest hash' }],
    ['the password is removed', { password_hash: null }],
    ['trust in the account ends', { epoch: 1 }],
  ])('opens nothing when %s while the password is looked at', async (_, change) => {
    const { accounts, operate, passkeys, database } = running;
    const { signInWithPassword } = createSignIn({
      operate,
      passkeys,
      throttle: createSignInThrottle(database.db, { mail: true }),
      policy: createSecondFactorPolicy(database.db, passkeys, false),
      logger: createLogger('silent'),
      accounts: {
        ...accounts,
        verify: async (candidate, typed) => {
          const proof = await accounts.verify(candidate, typed);
          await database.db('users').update(change);
          return proof;
        },
      },
    });
    expect(await signInWithPassword({ email: ada.email, password }, newBrowser, place)).toBeNull();
    expect(await sessions()).toEqual([]);
    expect(await running.activity(ada.id)).not.toContain('sign_in');
  });

  it('does nothing when the activity cannot be written', async () => {
    const weak = await weaken();
    await expect(withoutTable(running, 'activity', () => signIn())).rejects.toThrow('activity');
    expect([await sessions(), await passwordHash(), names()]).toEqual([[], weak, []]);
  });
});

describe('signInWithPasskey', () => {
  /** What a ceremony has verified. */
  async function identity(credentialId: string) {
    const { epoch } = await running.account(ada.id);
    const backup = { backupEligible: true, backedUp: true };
    return { userId: ada.id, credentialId, epoch, backup, fromElsewhere: false };
  }
  const enter = (of: Awaited<ReturnType<typeof identity>>) =>
    running.operations.signInWithPasskey(of, false, newBrowser, place);

  it('opens a session that knows its passkey', async () => {
    const id = await running.addPasskey(ada, await running.enter(ada));
    const signedIn = signedInBy(await enter(await identity(id)));
    expect(signedIn.session.data).toMatchObject({ method: 'passkey', credentialId: id });
    expect(await running.isIn(requesterOf(signedIn))).toBe(true);
  });

  it.each([
    [
      'its account ended its trust while it was verified',
      'sign_in_refused',
      () => running.operate(place, (act) => act.raiseEpoch(ada)),
    ],
    ['it was deleted while it was verified', 'sign_in_refused', () => remove()],
    [
      'it waits for its owner to look at it',
      'passkey_held',
      () => running.operate(place, (act) => act.users.holdPasskeys(ada.id, new Date())),
    ],
    ['its account is gone', 'sign_in_refused', () => running.database.db('users').delete()],
  ])('opens nothing when %s', async (_, code, happen) => {
    const owner = await running.enter(ada);
    const verified = await identity(await running.addPasskey(ada, owner));
    await running.operations.signOut(owner, place);
    await happen();
    const records = await running.database.db('passkey_records').select();
    running.log.length = 0;
    await expect(enter(verified)).rejects.toMatchObject({ code });
    expect(await sessions()).toEqual([]);
    // Not even that it was used is noted.
    expect(await running.database.db('passkey_records').select()).toEqual(records);
    expect(names()).toEqual(['sign_in_refused']);
  });

  async function remove(): Promise<void> {
    const [passkey] = await running.passkeys.listFor(ada.id);
    await running.operations.deletePasskey(
      { userId: ada.id, operator: true },
      passkey?.id ?? '',
      false,
      place,
    );
  }
});
