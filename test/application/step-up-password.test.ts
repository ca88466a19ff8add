/** The password form of the step-up: what it asks, what it refuses, and how it slows down guessing. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { ageProofs, removePassword, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { eventsOf } from '../support/log.ts';
import { eve } from '../support/person.ts';
import { type Answer, formType, send, signedInByPassword, signedInCookie } from '../support/request.ts';
import { pass, setFailures } from '../support/sign-in-attempts.ts';
import { confirmPassword } from '../support/step-up.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  return () => running.close();
});
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  await running.database.db('rate_limits').delete();
  await running.database.db('sessions').delete();
  cookie = await signedInCookie(running);
  await ageProofs(running, 3_600);
  // What the first page of a session is told once.
  await page();
});
afterEach(() => {
  wire.mend();
  vi.useRealTimers();
});

const page = () => send(running, paths.reauth, { headers: { Cookie: cookie } });
const confirm = (password: string, more = {}) => confirmPassword(running, cookie, { password, ...more });
const isFresh = async () => (await sessionsOf(running)).at(-1)?.data.authenticatedAt === Date.now();
async function failTen(): Promise<void> {
  await confirm('wrong');
  await setFailures(running, 9);
  expect((await confirm('wrong')).status).toBe(422);
}
const events = (name: string) => eventsOf(running, name);

/** The page again with a sentence, and the session as it was: same id, same age, no cookie. */
async function expectRefused(ask: () => Promise<Answer>, status: number, sentence: RegExp): Promise<Answer> {
  const before = await sessionsOf(running);
  const answer = await ask();
  expect(answer.status).toBe(status);
  expect(answer.text).toMatch(sentence);
  expect([answer.headers['set-cookie'], answer.headers.location]).toEqual([undefined, undefined]);
  expect(await sessionsOf(running)).toEqual(before);
  expect((await page()).status).toBe(200);
  return answer;
}

describe('the page', () => {
  it('[ASVS 6.2.6, 6.2.7] asks for the password of whoever is signed in, in words that a password manager understands', async () => {
    const { text, headers } = await page();
    expect(text).toContain('<h1>Confirm it’s you</h1>');
    expect(text).toContain(`name="email" autocomplete="username" value="${person.email}" readonly hidden`);
    expect(text).toMatch(/name="password" autocomplete="current-password webauthn" required/);
    expect(text).toContain('<button class="wide" type="submit">Confirm</button>');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('offers no passkey to whoever has none', async () => {
    expect((await page()).text).not.toContain('Use a passkey');
  });

  it('works while the passkey service is down', async () => {
    wire.before = brokenAnswer;
    const { status, text } = await page();
    expect(status).toBe(200);
    expect(text).not.toContain('Use a passkey');
    expect(text).toContain('Passkeys are not available right now. Use your password.');
    expect((await confirm(person.password)).headers.location).toBe(paths.dashboard);
    expect(await isFresh()).toBe(true);
  });
});

describe('what is refused', () => {
  it('is a wrong password: the form again, and where to go is kept, but not what was typed', async () => {
    const more = { return_to: '/dashboard?a' };
    const answer = await expectRefused(
      () => confirm('wrong-and-secret', more),
      422,
      /The password is wrong\./,
    );
    expect(answer.text).toContain('name="return_to" value="/dashboard?a"');
    expect(answer.text).not.toContain('wrong-and-secret');
    expect(answer.text).toContain(`<title>Could not confirm · ${brand.name}</title>`);
    expect(answer.text).toMatch(/aria-invalid="true" aria-describedby="problem" autofocus/);
  });

  it('is no password at all, and none is tried', async () => {
    await expectRefused(() => confirm(''), 422, /Enter your password\./);
    await expectRefused(() => confirmPassword(running, cookie, {}), 422, /Enter your password\./);
    expect(await running.database.db('rate_limits').where('points', '>', 0)).toEqual([]);
  });

  it('is the right password of somebody else, whatever address is posted with it', async () => {
    await expectRefused(() => confirm(eve.password), 422, /The password is wrong\./);
    await expectRefused(() => confirm(eve.password, { email: eve.email }), 422, /The password is wrong\./);
    await expectRefused(
      () => confirmPassword(running, cookie, { ...eve, user_id: 'x' }),
      422,
      /The password is wrong\./,
    );
  });

  it('[ASVS 16.3.1] is logged, with the person and without the password', async () => {
    running.log.length = 0;
    await confirm('wrong-and-secret');
    expect(events('step_up_refused')).toEqual([
      expect.objectContaining({ outcome: 'refused', reason: 'the password is wrong', method: 'password' }),
    ]);
    expect(events('step_up')).toEqual([]);
    expect(running.log.join()).not.toContain('wrong-and-secret');
  });
});

describe('[ASVS 6.3.1] guessing', () => {
  it('is slowed down as at the sign-in page, even with the right password, and says for how long', async () => {
    await failTen();
    const sentence = /Too many attempts\. Try again in 1 second\./;
    const answer = await expectRefused(() => confirm(person.password), 429, sentence);
    expect(answer.headers['retry-after']).toBe('1');
    expect(events('rate_limited').at(-1)).toMatchObject({
      outcome: 'refused',
      reason: 'tries at an account',
    });
    pass(1);
    expect((await confirm(person.password)).status).toBe(303);
  });

  it('shares its count with the sign-in page', async () => {
    cookie = await signedInByPassword(running);
    const device = cookie.split('; ').filter((pair) => pair.includes('-device'));
    await failTen();
    const body = new URLSearchParams(person).toString();
    const headers = { ...formType, Cookie: device.join('; ') };
    expect((await send(running, paths.login, { method: 'POST', headers, body })).status).toBe(429);
  });
});

describe('an account without a password', () => {
  it('is not asked for one, and nothing that is posted as one counts', async () => {
    const only = await signedInCookie(running, eve);
    await removePassword(running, eve.email);
    const { text } = await send(running, paths.reauth, { headers: { Cookie: only } });
    expect(text).not.toContain('type="password"');
    const before = await sessionsOf(running, eve.email);
    for (const password of [eve.password, 'null']) {
      const answer = await confirmPassword(running, only, { password });
      expect([answer.status, answer.headers['set-cookie']]).toEqual([422, undefined]);
    }
    expect(await sessionsOf(running, eve.email)).toEqual(before);
  });
});
