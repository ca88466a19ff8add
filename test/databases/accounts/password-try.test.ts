import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Accounts, createAccounts } from '../../../src/accounts/accounts.ts';
import { tryPassword } from '../../../src/accounts/password-try.ts';
import type { Queue } from '../../../src/accounts/queue.ts';
import { createSignInThrottle, type SignInThrottle } from '../../../src/accounts/sign-in-throttle.ts';
import { createUserStore } from '../../../src/accounts/user-store.ts';
import { limits } from '../../../src/limits.ts';
import { withoutTable } from '../../support/answers.ts';
import { cheapHash } from '../../support/cheap-hash.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const password = 'analytical-engine-1843';
const attempt = { email: 'ada@example.com', address: '192.0.2.1', device: null };
let database: TestDatabase;
let accounts: Accounts;
let throttle: SignInThrottle;
const ada = { id: randomUUID(), email: attempt.email, epoch: 0 };
const device = { ...attempt, device: { userId: ada.id, name: 'a-device', epoch: 0 } };
beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createAccounts(database.db);
  throttle = createSignInThrottle(database.db, { mail: true });
  const passwordHash = await cheapHash(password);
  await createUserStore(database.db).insert({ ...ada, passwordHash, emailVerified: true });
});
afterAll(() => database.drop());
beforeEach(async () => {
  // The clock stands still, so that a pause of a second is not over on a busy machine.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  await database.db('rate_limits').delete();
});
afterEach(() => void vi.useRealTimers());

const judge = (given: string, who: typeof attempt | typeof device = attempt) =>
  tryPassword(accounts, throttle, who, given);
/** What is counted against anybody, by the name of its counter. */
const failures = async (): Promise<Record<string, number>> => {
  const rows = await database.db('rate_limits').where('points', '>', 0).select('key', 'points');
  return Object.fromEntries(
    rows.map(({ key, points }) => [/sign-in-(\w+):/.exec(key)?.[1] ?? key, Number(points)]),
  );
};

/** Nobody's turn comes before it is opened. @param places all that there are, or some of them */
function occupy(queue: Queue, places: number = limits.triesAtOnce) {
  let open: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { before: Array.from({ length: places }, () => queue('others', () => closed)), open };
}

/** Until so many have looked for their account, which a device does to find its line. */
function looked(times: number): Promise<void> {
  let left = times;
  return new Promise((resolve) => {
    const note = () => {
      left -= 1;
      if (left > 0) return;
      database.db.removeListener('query-response', note);
      setImmediate(resolve);
    };
    database.db.on('query-response', note);
  });
}

/** A crowd waits, then the owner, and one place alone is free for them. @returns who was served after whom */
async function served(queue: Queue, crowd: (typeof attempt | typeof device)[], owner: (typeof crowd)[0]) {
  const [others, last] = [occupy(queue, limits.triesAtOnce - 1), occupy(queue, 1)];
  const order: string[] = [];
  const inLine = owner.device ? looked(crowd.length + 1) : undefined;
  const tries = [
    ...crowd.map((one) => judge('wrong', one).then(() => order.push('crowd'))),
    judge(password, owner).then(() => order.push('owner')),
  ];
  await inLine;
  last.open();
  await Promise.all(tries);
  others.open();
  await Promise.all([...others.before, ...last.before]);
  return order;
}

describe('one try at a password', () => {
  it('answers with the account when it is right, and leaves no count', async () => {
    await judge('wrong');
    expect(await judge(password)).toMatchObject({ user: ada, replacement: null });
    // What came from this address before stays counted against it; against the account nothing does.
    expect(await failures()).toEqual({ address: 1 });
  });

  it('answers null when it is wrong, or the address is nobody’s, and is counted the same', async () => {
    expect(await judge('wrong')).toBeNull();
    const counted = await failures();
    expect(counted).toEqual({ address: 1, failures: 1, row: 1 });
    await database.db('rate_limits').delete();
    expect(await judge(password, { ...attempt, email: 'nobody@example.com' })).toBeNull();
    expect(await failures()).toEqual(counted);
  });

  it('answers null for whoever has no password', async () => {
    const { password_hash } = await database.db('users').first();
    await database.db('users').update({ password_hash: null });
    expect(await judge(password)).toBeNull();
    await database.db('users').update({ password_hash });
  });

  it('[ASVS 6.3.1] is refused after ten failures, also with the right password, and counts for the address', async () => {
    for (let failure = 0; failure < 10; failure++) await throttle.begin(attempt);
    await expect(judge(password)).rejects.toMatchObject({ code: 'too_many_requests', retryAfter: 1 });
    expect(await failures()).toEqual({ address: 11, failures: 10, row: 10, pause: 1 });
  });

  it('[ASVS 6.1.1] is made apart by a device of the account and its epoch, and by no other', async () => {
    for (let failure = 0; failure < 10; failure++) await throttle.begin(attempt);
    for (const other of [{ epoch: -1 }, { userId: randomUUID() }]) {
      const tried = judge(password, { ...device, device: { ...device.device, ...other } });
      await expect(tried).rejects.toMatchObject({ code: 'too_many_requests' });
    }
    const nobody = { ...device, email: 'nobody@example.com' };
    for (let failure = 0; failure < 10; failure++) await judge(password, nobody);
    await expect(judge(password, nobody)).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(await judge(password, device)).toMatchObject({ user: ada });
  });

  it('is not counted when a fault of ours keeps it from being judged', async () => {
    await expect(withoutTable({ database }, 'users', () => judge(password))).rejects.toThrow('users');
    expect(await failures()).toEqual({});
    const one = database.db('users').where({ id: ada.id });
    const { password_hash } = await one.clone().first('password_hash');
    await one.clone().update({ password_hash: 'what no hash looks like' });
    await expect(judge(password)).rejects.toThrow();
    await one.clone().update({ password_hash });
    expect(await failures()).toEqual({});
  });

  it('waits for its turn, and is counted only then', async () => {
    const { before, open } = occupy(throttle.inTurn);
    const waiting = judge('wrong');
    for (let look = 0; look < 20; look++) expect(await failures()).toEqual({});
    open();
    await Promise.all(before);
    expect(await waiting).toBeNull();
    expect(await failures()).toEqual({ address: 1, failures: 1, row: 1 });
  });

  it('that had to wait is judged by the account as it is when its turn has come', async () => {
    const one = database.db('users').where({ id: ada.id });
    const { password_hash } = await one.clone().first('password_hash');
    const { before, open } = occupy(throttle.knownInTurn);
    const inLine = looked(2);
    const tries = [judge('four-unrelated-miles', device), judge(password, device)];
    await inLine;
    await one.clone().update({ password_hash: await cheapHash('four-unrelated-miles') });
    open();
    await Promise.all(before);
    const [fresh, former] = await Promise.all(tries);
    await one.clone().update({ password_hash });
    expect([fresh?.user, former]).toMatchObject([ada, null]);
  });

  it('is judged, and counted in memory, while the counters alone cannot be used', async () => {
    await withoutTable({ database }, 'rate_limits', async () => {
      const failsOften = async (who: typeof attempt | typeof device) => {
        for (let failure = 1; failure < limits.freeTries; failure++)
          expect(await judge('wrong', who)).toBeNull();
      };
      for (const who of [attempt, device]) {
        await failsOften(who);
        expect(await judge(password, who)).toMatchObject({ user: ada });
        // With the right password these are forgotten.
        await failsOften(who);
        await judge('wrong', who);
        await expect(judge('wrong', who)).rejects.toMatchObject({ code: 'too_many_requests' });
      }
    });
  });

  it('of a known device waits for no stranger, also not for whoever was known once', async () => {
    const { before, open } = occupy(throttle.inTurn);
    const once = judge('wrong', { ...device, device: { ...device.device, epoch: -1 } });
    const ofAnother = judge('wrong', { ...device, device: { ...device.device, userId: randomUUID() } });
    expect(await judge(password, device)).toMatchObject({ user: ada });
    expect(await failures()).toEqual({});
    open();
    await Promise.all([...before, once, ofAnother]);
  });

  it('of a known device does not wait behind all the devices of another account', async () => {
    const grace = { id: randomUUID(), email: 'grace@example.com', epoch: 0 };
    await createUserStore(database.db).insert({ ...grace, passwordHash: null, emailVerified: true });
    const crowd = Array.from({ length: 5 }, (_, n) => ({
      email: grace.email,
      address: `198.51.100.${n}`,
      device: { userId: grace.id, name: `device-${n}`, epoch: 0 },
    }));
    const order = await served(throttle.knownInTurn, crowd, device);
    await createUserStore(database.db).remove(grace.id);
    // Whichever of the two lines came to be first.
    expect(order.indexOf('owner')).toBeLessThan(2);
  });

  it('shares its line with the others of one /48, so that one customer has one line, and waits behind nobody elsewhere', async () => {
    const crowd = Array.from({ length: 5 }, (_, n) => ({
      ...attempt,
      address: `2001:db8:7:${n}::/64`,
      email: randomUUID(),
    }));
    const order = await served(throttle.inTurn, crowd, { ...attempt, address: '2001:db8:8:1::/64' });
    expect(order.indexOf('owner')).toBe(1);
  });
});
