import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Attempt,
  createSignInThrottle,
  type SignInThrottle,
} from '../../../src/accounts/sign-in-throttle.ts';
import { sweepRateLimits } from '../../../src/db/rate-limiter.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { pass } from '../../support/sign-in-attempts.ts';

const attempt: Attempt = { email: 'ada@example.com', address: '192.0.2.1', device: null };

let database: TestDatabase;
let throttle: SignInThrottle;
beforeAll(async () => {
  database = await createTestDatabase();
  throttle = createSignInThrottle(database.db, { mail: true });
});
afterAll(() => database.drop());
beforeEach(async () => {
  // The clock stands still, so that a pause of a second is not over on a busy machine.
  vi.useFakeTimers({ toFake: ['Date'] });
  await database.db('rate_limits').delete();
});
afterEach(() => void vi.useRealTimers());

const begin = async (times: number, who = attempt, on = throttle) => {
  for (let time = 0; time < times; time++) await on.begin(who);
};
const device = { ...attempt, device: 'a-device' };
/** Another account, or another network address. */
const at = (n: number): Attempt => ({ ...attempt, email: `guess-${n}@example.com` });
const from = (n: number): Attempt => ({ ...attempt, address: `198.51.100.${n}` });
const counters = () => database.db('rate_limits').where('points', '>', 0).pluck('key');
const points = async (name: string): Promise<number> =>
  Number((await database.db('rate_limits').where('key', 'like', `${name}:%`).first('points'))?.points ?? 0);
/** As if so many tries had been counted: of many in a row the first and the last are really made. */
const setCount = (name: string, count: number) =>
  database.db('rate_limits').where('key', 'like', `${name}:%`).update({ points: count });
const setRow = (count: number) => setCount('sign-in-row', count);
const refusal = { code: 'too_many_requests' };
/** Waiting does not help. */
const barred = { ...refusal, retryAfter: undefined };

describe('the pace of guessing from one address at one account', () => {
  it('lets ten tries begin and makes the next one wait', async () => {
    await begin(10);
    await expect(throttle.begin(attempt)).rejects.toMatchObject({ ...refusal, retryAfter: 1 });
  });

  it('makes each further one wait twice as long, fifteen minutes at most', async () => {
    await begin(10);
    for (const pause of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
      await expect(throttle.begin(attempt)).rejects.toMatchObject({ retryAfter: pause });
      pass(pause);
      await begin(1);
    }
  });

  it('hurts this address alone: from others the account is free, and this address at other accounts', async () => {
    await begin(10);
    await begin(10, from(1));
    await begin(10, at(1));
    await expect(throttle.begin(attempt)).rejects.toMatchObject(refusal);
  });

  it('lets one of twenty begin who come at once when a pause is over', async () => {
    await begin(10);
    pass(1);
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => throttle.begin(attempt)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await points('sign-in-row')).toBe(11);
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

  it('begins anew after a success', async () => {
    await begin(9);
    await throttle.succeed(await throttle.begin(attempt));
    await begin(10);
  });

  it('keeps no email address', async () => {
    await begin(11).catch(() => {});
    expect(JSON.stringify(await database.db('rate_limits').select())).not.toContain('ada');
  });
});

describe('[ASVS 6.3.1] wrong passwords in a row, from however many addresses', () => {
  it('are a hundred at most; then an unknown device gets in by no password, and waiting does not help', async () => {
    await begin(1, from(1));
    await setRow(99);
    await begin(1, from(2));
    await expect(throttle.begin(from(3))).rejects.toMatchObject(barred);
    await begin(1, at(1));
  });

  it('are a hundred at most when twenty are left and sixty come at once, in two processes', async () => {
    const other = createSignInThrottle(database.db, { mail: true });
    await begin(1, from(100));
    await setRow(80);
    const tries = Array.from({ length: 60 }, (_, n) => (n % 2 ? other : throttle).begin(from(n)));
    const begun = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
    expect(begun.length).toBeGreaterThan(10);
    expect(begun.length).toBeLessThanOrEqual(20);
  });

  it('begin anew after a success, of a stranger or of a known device', async () => {
    for (const who of [from(2), device]) {
      await begin(1, from(1));
      await setRow(99);
      await throttle.succeed(await throttle.begin(who));
      await begin(1, from(3));
      expect(await points('sign-in-row')).toBe(1);
      await database.db('rate_limits').delete();
    }
  });

  it('are not counted when they were taken back, or refused', async () => {
    await begin(10);
    await expect(throttle.begin(attempt)).rejects.toMatchObject(refusal);
    await throttle.forgive(await throttle.begin(from(1)));
    expect(await points('sign-in-row')).toBe(10);
  });

  it('are remembered so long that whoever waits gets a hundred a year, and no longer', async () => {
    const year = 365 * 24 * 3_600;
    await begin(1);
    pass(year / 100 - 10);
    await begin(1);
    await sweepRateLimits(database.db);
    pass((2 * year) / 100 - 10);
    await begin(1);
    expect(await points('sign-in-row')).toBe(3);
    await setRow(99);
    await begin(1);
    pass(year - 10);
    await expect(throttle.begin(from(1))).rejects.toMatchObject(barred);
    pass(20);
    await begin(1);
    expect(await points('sign-in-row')).toBe(1);
  });

  it('bar nobody where no letter can be sent', async () => {
    const withoutMail = createSignInThrottle(database.db, { mail: false });
    await begin(1, from(1), withoutMail);
    await setRow(150);
    await begin(1, from(2), withoutMail);
  });
});

describe('a known device', () => {
  it('is let in at once while strangers are paused, and barred', async () => {
    await begin(10);
    await setRow(100);
    await throttle.succeed(await throttle.begin(device));
  });

  it('has ten tries of its own, then waits a minute at most', async () => {
    await begin(10, device);
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await expect(throttle.begin(device)).rejects.toMatchObject({ retryAfter: pause });
      pass(pause);
      await begin(1, device);
    }
    // Nobody else waits for it.
    await begin(10);
    await begin(10, { ...device, device: 'another' });
  });

  it('is not known any more after a hundred wrong passwords in a row', async () => {
    await begin(1, device);
    await setRow(100);
    await begin(10, device);
    await expect(throttle.begin(device)).rejects.toMatchObject({ retryAfter: 1 });
    // What it tried as a stranger counts for the account and the address.
    await expect(throttle.begin(attempt)).rejects.toMatchObject({ retryAfter: 1 });
  });

  it('uses up nothing of its address, and is not held to it', async () => {
    await begin(1, at(1));
    await setCount('sign-in-address', 100);
    await expect(throttle.begin(attempt)).rejects.toMatchObject(refusal);
    await throttle.succeed(await throttle.begin(device));
    await setCount('sign-in-address', 99);
    for (let n = 0; n < 3; n++) await begin(1, { ...at(n), device: `device-${n}` });
    await throttle.begin(attempt);
  });
});

describe('an owner who came in another way', () => {
  it('is held up by nothing that strangers did before, nor by what they did themselves', async () => {
    await begin(10);
    await begin(10, device);
    await setRow(100);
    await throttle.clear({ ...attempt, device: { userId: 'ada', name: 'a-device', epoch: 0 } });
    await begin(10);
    await begin(10, device);
    await begin(10, from(1));
  });
});

describe('the limit of an address', () => {
  it('counts failures over all accounts, and successes not', async () => {
    await throttle.begin(at(1));
    await setCount('sign-in-address', 98);
    for (let n = 2; n < 5; n++) await throttle.succeed(await throttle.begin(at(n)));
    await begin(1, at(5));
    await begin(1, at(6));
    await expect(throttle.begin(at(200))).rejects.toMatchObject({ ...refusal, retryAfter: 900 });
    await throttle.begin({ ...at(200), address: '192.0.2.2' });
  });

  it('counts refused tries as well: whoever does not wait gets nowhere at other accounts either', async () => {
    await begin(10);
    await setCount('sign-in-address', 98);
    for (let time = 0; time < 2; time++) await expect(throttle.begin(attempt)).rejects.toMatchObject(refusal);
    const { retryAfter } = await throttle.begin(at(1)).catch((error) => error);
    expect(retryAfter).toBeGreaterThan(800);
    await throttle.begin(from(1));
  });

  it('counts what a barred account refuses', async () => {
    await begin(1);
    await setRow(100);
    await setCount('sign-in-address', 98);
    for (let time = 0; time < 2; time++) await expect(throttle.begin(attempt)).rejects.toMatchObject(barred);
    await expect(throttle.begin(attempt)).rejects.toMatchObject({ retryAfter: expect.any(Number) });
  });

  it('[ASVS 15.4.2] is not passed by sixty tries at once when twenty are left', async () => {
    await begin(1, at(100));
    await setCount('sign-in-address', 80);
    const tries = Array.from({ length: 60 }, (_, n) => throttle.begin(at(n)));
    const begun = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
    expect(begun.length).toBeGreaterThan(10);
    expect(begun.length).toBeLessThanOrEqual(20);
  });
});

describe('a fault while a try begins', () => {
  it.each(['sign-in-pause', 'sign-in-row'])('leaves no count behind: %s', async (failing) => {
    await begin(9);
    const before = (await counters()).toSorted();
    const fault = new Error('statement timeout');
    const broken = new Proxy(database.db, {
      get(db, name) {
        if (name !== 'raw') return Reflect.get(db, name);
        return async (statement: string, values: string[]) => {
          if (values.some((value) => String(value).startsWith(failing)))
            throw Object.assign(fault, { code: '57014' });
          return db.raw(statement, values);
        };
      },
    });
    await expect(createSignInThrottle(broken, { mail: true }).begin(attempt)).rejects.toBe(fault);
    expect((await counters()).toSorted()).toEqual(before);
    expect(await database.db('rate_limits').where('points', '>', 0).pluck('points')).toEqual([9, 9, 9]);
  });
});
