import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Attempt,
  createSignInThrottle,
  type SignInThrottle,
} from '../../../src/accounts/sign-in-throttle.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { pass } from '../../support/sign-in-attempts.ts';

const attempt: Attempt = { email: 'ada@example.com', address: '192.0.2.1', device: null };

let database: TestDatabase;
let throttle: SignInThrottle;
beforeAll(async () => {
  database = await createTestDatabase();
  throttle = createSignInThrottle(database.db);
});
afterAll(() => database.drop());
beforeEach(() => database.db('rate_limits').delete());
afterEach(() => void vi.useRealTimers());

const begin = async (times: number, who = attempt) => {
  for (let time = 0; time < times; time++) await throttle.begin(who);
};
const device = { ...attempt, device: 'a-device' };
const from = (n: number): Attempt => ({ ...attempt, email: `guess-${n}@example.com` });
const counters = () => database.db('rate_limits').where('points', '>', 0).pluck('key');

describe('the sign-in throttle', () => {
  it('lets ten tries begin and makes the next one wait', async () => {
    await begin(10);
    await expect(throttle.begin(attempt)).rejects.toMatchObject({ code: 'too_many_requests', retryAfter: 1 });
  });

  it('makes each further one wait twice as long, a minute at most', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await begin(10);
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await expect(throttle.begin(attempt)).rejects.toMatchObject({ retryAfter: pause });
      pass(pause);
      await begin(1);
    }
  });

  it('lets one of twenty begin who come at once when a pause is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await begin(10);
    pass(1);
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => throttle.begin(attempt)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('does not count a try that was taken back', async () => {
    for (let time = 0; time < 15; time++) await throttle.forgive(await throttle.begin(attempt));
    expect(await counters()).toEqual([]);
    await begin(10);
  });

  it('takes back the pause that a try began, and no other', async () => {
    await begin(8);
    const ninth = await throttle.begin(attempt);
    const tenth = await throttle.begin(attempt);
    await throttle.forgive(ninth);
    await expect(throttle.begin(attempt)).rejects.toMatchObject({ retryAfter: 1 });
    await throttle.forgive(tenth);
    await throttle.begin(attempt);
  });

  it('counts anew after a success', async () => {
    await begin(9);
    await throttle.succeed(await throttle.begin(attempt));
    await begin(10);
  });

  it('counts a known device apart', async () => {
    await begin(10);
    await begin(10, device);
    await expect(throttle.begin(device)).rejects.toMatchObject({ retryAfter: 1 });
  });

  it('counts anew for an account and a device whose owner has come in another way', async () => {
    await begin(10);
    await begin(10, device);
    await throttle.clear(device);
    await begin(10);
    await begin(10, device);
  });

  it('never locks: after any number of failures it waits a minute, and no longer', async () => {
    await begin(10);
    await database.db('rate_limits').where('key', 'like', 'sign-in-failures:%').update({ points: 5_000 });
    await database.db('rate_limits').where('key', 'like', 'sign-in-pause:%').delete();
    await begin(1);
    await expect(throttle.begin(attempt)).rejects.toMatchObject({ retryAfter: 60 });
  });

  it('keeps no email address', async () => {
    await begin(11).catch(() => {});
    expect(JSON.stringify(await database.db('rate_limits').select())).not.toContain('ada');
  });
});

describe('the limit of an address', () => {
  it('counts failures over all accounts, and successes not', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let n = 0; n < 100; n++) await throttle.succeed(await throttle.begin(from(n)));
    for (let n = 0; n < 100; n++) await throttle.begin(from(n));
    await expect(throttle.begin(from(200))).rejects.toMatchObject({
      code: 'too_many_requests',
      retryAfter: 900,
    });
    await throttle.begin({ ...from(200), address: '192.0.2.2' });
  });

  it('[ASVS 15.4.2] is not passed by three hundred tries at once', async () => {
    const tries = Array.from({ length: 300 }, (_, n) => throttle.begin(from(n)));
    const begun = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
    expect(begun.length).toBeGreaterThan(90);
    expect(begun.length).toBeLessThanOrEqual(100);
  });

  it('does not hold up a known device, and is not used up by one', async () => {
    for (let n = 0; n < 100; n++) await throttle.begin(from(n));
    await throttle.succeed(await throttle.begin(device));
    await database.db('rate_limits').delete();
    for (let n = 0; n < 100; n++) await throttle.begin({ ...from(n), device: `device-${n}` });
    await throttle.begin(attempt);
  });
});

describe('a fault while a try begins', () => {
  it('leaves no count behind', async () => {
    await begin(9);
    const before = (await counters()).toSorted();
    // The third counter, after those of the address and of the account, is the one that fails.
    const fault = new Error('statement timeout');
    const broken = new Proxy(database.db, {
      get(db, name) {
        if (name !== 'raw') return Reflect.get(db, name);
        return async (statement: string, values: string[]) => {
          if (values[0]?.startsWith('sign-in-pause')) throw Object.assign(fault, { code: '57014' });
          return db.raw(statement, values);
        };
      },
    });
    await expect(createSignInThrottle(broken).begin(attempt)).rejects.toBe(fault);
    expect((await counters()).toSorted()).toEqual(before);
    const points = await database.db('rate_limits').orderBy('points').pluck('points');
    expect(points).toEqual([9, 9]);
  });
});
