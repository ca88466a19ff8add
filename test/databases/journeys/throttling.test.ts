import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { person, startApp, type TestApp } from '../../support/app.ts';
import { eve } from '../../support/person.ts';
import { cookiesOf } from '../../support/request.ts';
import {
  behindProxy,
  createAttempts,
  pass,
  type SignInAttempts,
  setFailures,
} from '../../support/sign-in-attempts.ts';
import { createVisitor } from '../../support/visitor.ts';

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

describe('[ASVS 6.3.1] guessing at a password', () => {
  it.each([person.email, 'nobody@example.com'])('is free ten times, then pauses grow: %s', async (email) => {
    for (let failure = 0; failure < 10; failure++) expect((await attempt({ email })).status).toBe(422);
    for (const pause of [1, 2]) {
      const refused = await attempt({ email });
      expect([refused.status, refused.wait]).toEqual([429, String(pause)]);
      pass(pause);
      expect((await attempt({ email })).status).toBe(422);
    }
  });

  it('[ASVS 6.1.1] is never locked: after hundreds of failures a minute is still enough', async () => {
    await failTen();
    await setFailures(running, 500);
    pass(1);
    expect((await attempt()).status).toBe(422);
    expect((await attempt(person)).wait).toBe('60');
    pass(60);
    expect((await attempt(person)).status).toBe(303);
  });

  it('says when to come back and keeps the email, but not the password', async () => {
    await failTen();
    const { status, text, headers } = await attempt({ password: 'wrong-and-secret' });
    expect(status).toBe(429);
    expect(text).toContain('Too many tries. Try again in 1 s.');
    expect(text).toContain(`value="${person.email}"`);
    expect(text).not.toContain('wrong-and-secret');
    expect([headers['set-cookie'], headers['content-type']]).toEqual([undefined, 'text/html; charset=utf-8']);
  });

  it('is paused even with the right password, which works as soon as the pause is over', async () => {
    await failTen();
    expect((await attempt(person)).status).toBe(429);
    pass(1);
    expect((await attempt(person)).status).toBe(303);
    expect([(await attempt()).status, (await attempt()).status]).toEqual([422, 422]);
  });

  it('is counted in the database: another process goes on where the first was', async () => {
    const second = await startApp({ env: behindProxy, database: running.database });
    await failTen();
    expect((await attempt({ app: second })).status).toBe(429);
    await second.close();
  });

  it('[ASVS 15.4.2] twenty times at once gets no more than the free tries', async () => {
    const second = await startApp({ env: behindProxy, database: running.database });
    const tries = Array.from({ length: 20 }, (_, index) => attempt({ app: index % 2 ? second : running }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 422).length).toBeLessThanOrEqual(10);
    expect(new Set(statuses)).toEqual(new Set([422, 429]));
    await second.close();
  });

  it('[ASVS 6.1.1] is not what forty right passwords at once look like, from one place or many', async () => {
    const tries = Array.from({ length: 40 }, (_, n) =>
      attempt({ ...person, ...(n % 2 ? {} : { from: '192.0.2.1' }) }),
    );
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

describe('an owner whom somebody tries to lock out', () => {
  it('[ASVS 6.1.1] gets in from a device that has signed in before, and no other device does', async () => {
    const known = cookiesOf(await attempt(person)).replace(/session[^;]*; ?/g, '');
    await failTen();
    expect((await attempt({ ...person, cookie: known })).status).toBe(303);
    expect((await attempt({ ...person, cookie: known.replace(/device=./, 'device=x') })).status).toBe(429);
    expect((await attempt(person)).status).toBe(429);
  });

  it('is known by what was signed for their device, and not by a name that somebody makes up', async () => {
    const known = cookiesOf(await attempt(person)).replace(/session[^;]*; ?/g, '');
    const madeUp = known.replace(/(device=[^;.]+\.)[^;]+/, '$1made-up');
    expect(madeUp).not.toBe(known);
    await failTen();
    expect((await attempt({ ...person, cookie: madeUp })).status).toBe(429);
    expect((await attempt({ ...person, cookie: known })).status).toBe(303);
  });

  it('has ten tries of their own there, too', async () => {
    const cookie = cookiesOf(await attempt(person)).replace(/session[^;]*; ?/g, '');
    await failTen({ cookie });
    expect((await attempt({ cookie })).status).toBe(429);
    expect((await attempt()).status).toBe(422);
  });

  it('is not helped by the device of another account', async () => {
    await running.app.accounts.create(eve.email, eve.password);
    const cookie = cookiesOf(await attempt(eve));
    await failTen();
    expect((await attempt({ ...person, cookie })).status).toBe(429);
  });

  it('gets in with a passkey', async () => {
    const visitor = createVisitor(running);
    await visitor.signIn();
    await visitor.createPasskey();
    await visitor.signOut();
    await failTen();
    expect((await visitor.signInWithPasskey()).status).toBe(200);
    // And after that with the password, too, from anywhere.
    expect((await attempt(person)).status).toBe(303);
  });
});
