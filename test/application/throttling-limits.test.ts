import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { withoutTable } from '../support/answers.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { cookiesOf } from '../support/request.ts';
import {
  behindProxy,
  createAttempts,
  pass,
  type SignInAttempts,
  setFailures,
} from '../support/sign-in-attempts.ts';
import { createVisitor } from '../support/visitor.ts';

let running: TestApp;
let attempt: SignInAttempts['attempt'];
beforeAll(async () => {
  running = await startApp({ env: behindProxy });
  ({ attempt } = createAttempts(running));
});
afterAll(() => running.close());
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await running.database.db('rate_limits').delete();
});
afterEach(() => vi.useRealTimers());

describe('what is no failed try', () => {
  it('a fault of the database', async () => {
    await withoutTable(running, 'users', async () => {
      expect((await attempt(person)).status).toBe(500);
    });
    expect(await running.database.db('rate_limits').where('points', '>', 0).select()).toEqual([]);
  });

  it('a fault after nine failures, which leaves no pause either', async () => {
    const from = '203.0.113.6';
    await attempt({ from });
    await setFailures(running, 8);
    expect((await attempt({ from })).status).toBe(422);
    await withoutTable(running, 'users', async () => {
      expect((await attempt({ ...person, from })).status).toBe(500);
    });
    expect((await attempt({ ...person, from })).status).toBe(303);
  });

  it('a form that is not complete', async () => {
    expect((await attempt({ password: '' })).status).toBe(422);
    expect(await running.database.db('rate_limits').where('points', '>', 0).select()).toEqual([]);
  });
});

describe('one address that tries many accounts', () => {
  it('[ASVS 2.4.1] waits after a hundred failures, and nobody else does', async () => {
    await attempt({ email: 'guess-1@example.com', from: '2001:db8:1:2::1' });
    await setFailures(running, 99, 'sign-in-address');
    const hundredth = await attempt({ email: 'guess-2@example.com', from: '2001:db8:1:2::2' });
    expect(hundredth.status).toBe(422);
    const neighbour = await attempt({ ...person, from: '2001:db8:1:2:ffff::1' });
    expect([neighbour.status, neighbour.wait]).toEqual([429, String(15 * 60)]);
    expect((await attempt({ ...person, from: '2001:db8:1:3::1' })).status).toBe(303);
  });

  it('pays for tries that are refused: whoever does not wait has nothing left for other accounts', async () => {
    const from = '203.0.113.9';
    await attempt({ email: 'guess@example.com', from });
    await setFailures(running, 9);
    expect((await attempt({ email: 'guess@example.com', from })).status).toBe(422);
    await setFailures(running, 98, 'sign-in-address');
    for (let time = 0; time < 2; time++)
      expect((await attempt({ email: 'guess@example.com', from })).wait).toBe('1');
    const refused = await attempt({ email: 'another@example.com', from });
    expect([refused.status, refused.wait]).toEqual([429, '900']);
    expect(refused.text).toContain('Too many attempts. Try again in 15 minutes.');
    expect((await attempt({ email: 'another@example.com' })).status).toBe(422);
  });

  it('[ASVS 6.1.1] does not keep an owner out whose device has signed in before', async () => {
    const from = '203.0.113.8';
    const cookie = cookiesOf(await attempt({ ...person, from })).replace(/session[^;]*; ?/g, '');
    await setFailures(running, 100, 'sign-in-address');
    expect((await attempt({ ...person, from })).status).toBe(429);
    expect((await attempt({ ...person, from, cookie })).status).toBe(303);
  });

  it('is answered 429 beyond six thousand ceremonies a minute, without a ticket', async () => {
    const visitor = createVisitor(running);
    const start = () => visitor.postJson(paths.passkeyLogin, { start: true });
    const twenty = async () => {
      for (let time = 0; time < 19; time++) expect((await start()).status).toBe(200);
      return start();
    };
    const counters = () => running.database.db('rate_limits').where('key', 'like', 'ceremony:%');
    expect((await twenty()).status).toBe(200);
    expect(await counters().pluck('points')).toEqual([20]);
    await counters().update({ points: 5_981 });
    for (const answer of [await twenty(), await start()]) {
      expect([answer.status, answer.body.code]).toEqual([429, 'too_many_requests']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(50);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(await counters().pluck('points')).toEqual([6_001]);
    pass(61);
    expect((await start()).status).toBe(200);
  });
});
