/** Guessing at a password where no mail is sent: it hurts the address that guesses, and nobody else. At once it is in test/databases. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { person, startApp, type TestApp } from '../support/app.ts';
import { eve } from '../support/person.ts';
import { cookiesOf } from '../support/request.ts';
import { owningPasskey } from '../support/seated.ts';
import {
  behindProxy,
  createAttempts,
  guesser as from,
  pass,
  type SignInAttempts,
  setFailures,
} from '../support/sign-in-attempts.ts';
import { createVisitor } from '../support/visitor.ts';

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

/** What a browser that has signed in keeps when the session is over. */
const knownBrowser = async () => cookiesOf(await attempt(person)).replace(/session[^;]*; ?/g, '');

describe('[ASVS 6.3.1] guessing at a password from one address', () => {
  it.each([
    ['ten times are made', person.email, 10],
    // To compare with the hash of nobody takes as long as with a real one. What is counted is the same.
    ['the first and the last of ten are made', 'nobody@example.com', 1],
  ])('is free ten times, then pauses grow: %s, at %s', async (_, email, made) => {
    for (let failure = 0; failure < made; failure++)
      expect((await attempt({ email, from })).status).toBe(422);
    if (made < 10) {
      await setFailures(running, 9);
      expect((await attempt({ email, from })).status).toBe(422);
    }
    for (const pause of [1, 2]) {
      const refused = await attempt({ email, from });
      expect([refused.status, refused.wait]).toEqual([429, String(pause)]);
      pass(pause);
      expect((await attempt({ email, from })).status).toBe(422);
    }
  });

  it('[ASVS 6.1.1] hurts that address alone: the owner gets in from another at the first try', async () => {
    await failTen();
    expect((await attempt({ ...person, from })).status).toBe(429);
    expect((await attempt(person)).status).toBe(303);
  });

  it('is paused for a quarter of an hour at most, however many failures there were', async () => {
    await failTen();
    await setFailures(running, 500);
    pass(1);
    expect((await attempt({ from })).status).toBe(422);
    expect((await attempt({ ...person, from })).wait).toBe('900');
    pass(900);
    expect((await attempt({ ...person, from })).status).toBe(303);
  });

  it('says when to come back and keeps the email, but not the password', async () => {
    await failTen();
    const { status, text, headers } = await attempt({ password: 'wrong-and-secret', from });
    expect(status).toBe(429);
    expect(text).toContain('Too many attempts. Try again in 1 second.');
    expect(text).toContain(`value="${person.email}"`);
    expect(text).not.toContain('wrong-and-secret');
    expect([headers['set-cookie'], headers['content-type']]).toEqual([undefined, 'text/html; charset=utf-8']);
    // No mail is sent here, so no link is offered.
    expect(text).not.toContain('Email me a link');
  });
});

describe('guessing from many addresses', () => {
  it('[ASVS 6.1.1] bars nobody where no letter could let them in again: nothing is counted for the account alone', async () => {
    for (let stranger = 0; stranger < 3; stranger++) expect((await attempt()).status).toBe(422);
    const counters = await running.database.db('rate_limits').orderBy('key').pluck('key');
    expect(new Set(counters.map((key) => key.split(':')[0]))).toEqual(
      new Set(['sign-in-address', 'sign-in-failures']),
    );
    expect((await attempt({ ...person, from: '192.0.2.9' })).status).toBe(303);
  });
});

describe('an owner at whose own address somebody guesses', () => {
  it('[ASVS 6.1.1] gets in from a device that has signed in before, and no other device does', async () => {
    const known = await knownBrowser();
    await failTen();
    expect((await attempt({ ...person, from, cookie: known })).status).toBe(303);
    const broken = known.replace(/device=./, 'device=x');
    expect((await attempt({ ...person, from, cookie: broken })).status).toBe(429);
    expect((await attempt({ ...person, from })).status).toBe(429);
  });

  it('is known by what was signed for their device, and not by a name that somebody makes up', async () => {
    const known = await knownBrowser();
    const madeUp = known.replace(/(device=[^;.]+\.)[^;.]+/, '$1made-up');
    expect(madeUp).not.toBe(known);
    await failTen();
    expect((await attempt({ ...person, from, cookie: madeUp })).status).toBe(429);
    expect((await attempt({ ...person, from, cookie: known })).status).toBe(303);
  });

  it('has ten tries of their own there, too', async () => {
    const cookie = await knownBrowser();
    await failTen({ cookie });
    expect((await attempt({ cookie, from })).status).toBe(429);
    expect((await attempt({ from })).status).toBe(422);
  });

  it('is not helped by the device of another account', async () => {
    await running.createAccount(eve.email, eve.password);
    const cookie = cookiesOf(await attempt(eve));
    await failTen();
    expect((await attempt({ ...person, cookie, from })).status).toBe(429);
  });

  it('gets in with a passkey', async () => {
    const visitor = createVisitor(running);
    await owningPasskey(running, visitor);
    await visitor.signOut();
    await failTen({ from: '127.0.0.1' });
    expect((await visitor.signInWithPasskey()).status).toBe(200);
    // And after that with the password, too, from there.
    expect((await attempt({ ...person, from: '127.0.0.1' })).status).toBe(303);
  });
});
