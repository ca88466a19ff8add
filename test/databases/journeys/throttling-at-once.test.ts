/** Guessing at a password at once, and in several processes: all of it is counted in one place. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { person, startApp, type TestApp } from '../../support/app.ts';
import {
  behindProxy,
  createAttempts,
  guesser as from,
  pass,
  type SignInAttempts,
  setFailures,
} from '../../support/sign-in-attempts.ts';

let running: TestApp;
let attempt: SignInAttempts['attempt'];
let failTen: SignInAttempts['failTen'];
beforeAll(async () => {
  running = await startApp({ env: behindProxy });
  ({ attempt, failTen } = createAttempts(running));
});
afterAll(() => running.close());
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await running.database.db('rate_limits').delete();
});
afterEach(() => vi.useRealTimers());

describe('[ASVS 6.3.1] guessing at a password from one address', () => {
  it('is counted in the database: another process goes on where the first was', async () => {
    const second = await startApp({ env: behindProxy, database: running.database });
    await failTen();
    expect((await attempt({ app: second, from })).status).toBe(429);
    await second.close();
  });

  it('[ASVS 15.4.2] twenty times at once gets no more than the free tries', async () => {
    const second = await startApp({ env: behindProxy, database: running.database });
    const tries = Array.from({ length: 20 }, (_, index) =>
      attempt({ app: index % 2 ? second : running, from }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([422, 429]));
    expect(statuses.filter((status) => status === 422)).toHaveLength(10);
    await second.close();
  });

  it('[ASVS 15.4.2] at many accounts gets no more than a hundred passwords judged, however many come at once', async () => {
    await attempt({ email: 'guess@example.com', from });
    await setFailures(running, 95, 'sign-in-address');
    const tries = Array.from({ length: 25 }, (_, index) =>
      attempt({ email: `guess-${index}@example.com`, from }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([422, 429]));
    expect(statuses.filter((status) => status === 422)).toHaveLength(5);
    expect((await attempt({ email: 'one-more@example.com', from })).status).toBe(429);
  });

  it('[ASVS 6.1.1] is not what forty right passwords at once look like, from one place or many', async () => {
    const tries = Array.from({ length: 40 }, (_, n) => attempt({ ...person, ...(n % 2 ? {} : { from }) }));
    expect(new Set((await Promise.all(tries)).map(({ status }) => status))).toEqual(new Set([303]));
  });

  it('is forgotten with the counters that have run out', async () => {
    await attempt();
    expect(await running.database.db('rate_limits').select()).not.toHaveLength(0);
    pass(25 * 3_600);
    await running.app.sweep();
    expect(await running.database.db('rate_limits').select()).toHaveLength(0);
  });
});
