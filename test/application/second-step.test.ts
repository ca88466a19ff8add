/** After the password: a passkey or a recovery code, and until then nothing at all. */
import type { Response } from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { eventsOf } from '../support/log.ts';
import { cookieNamed } from '../support/request.ts';
import { askedForPasskey, owningPasskey } from '../support/seated.ts';
import { secondStepAnswer, usesPasskeyAfterPassword } from '../support/second-factor.ts';
import { setFailures } from '../support/sign-in-attempts.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
let owner: Visitor;
let codes: string[];
let isServiceDown = false;
beforeAll(async () => {
  running = await startApp({
    wrapTransport: (transport) => ({
      ...transport,
      fetch: (url, init) => {
        if (isServiceDown) throw new PasskeyServiceFault('network');
        return transport.fetch(url, init);
      },
    }),
  });
  owner = createVisitor(running);
  codes = await askedForPasskey(running, owner);
});
afterAll(() => running.close());
afterEach(async () => {
  isServiceDown = false;
  for (const table of ['pending_sign_ins', 'rate_limits']) await running.database.db(table).delete();
});

/** Somebody with the owner's passkey who has given the password. */
async function leftPending(fields: Record<string, string> = person): Promise<Visitor> {
  const visitor = createVisitor(running, owner.authenticator);
  expect((await visitor.signIn(fields)).status).toBe(303);
  return visitor;
}
/** Where the application leads whoever is signed in: it costs no page. */
const isIn = async ({ get }: Visitor) => (await get(paths.home)).headers.location === paths.dashboard;
/** What an answer sets a cookie to: empty when it clears it, undefined when it leaves it alone. */
const setTo = (name: 'session' | 'pending', { headers }: Pick<Response, 'headers'>): string | undefined =>
  (headers['set-cookie'] as unknown as string[] | undefined)
    ?.map((line) => line.split(';')[0] ?? '')
    .find((pair) => pair.startsWith(`${cookieNamed(running, name)}=`))
    ?.split('=')[1];
const giveCode = ({ postForm }: Visitor, code: string, more: object = {}) =>
  postForm(paths.verifySignIn, { code, ...more });
const wrongCode = '0000-1111-2222-3333-4444-5555-66';
const malformedCode =
  'That is not a whole recovery code: it has 26 letters and digits, and never the letter U.';
const ended = `${paths.login}?sign_in=ended`;
const triedTooOften = `${paths.login}?sign_in=too_often`;

describe('after the password', () => {
  it('[ASVS 6.3.3] a passkey lets in, and leads to where somebody wanted to go', async () => {
    const wanted = { return_to: paths.sessions };
    const visitor = createVisitor(running, owner.authenticator);
    const { location = '' } = (await visitor.signIn({ ...person, ...wanted })).headers;
    expect(location).toBe(`${paths.verifySignIn}?return_to=%2Fsettings%2Fsessions`);
    const page = await visitor.get(location);
    expect(page.text).toContain(`data-return-to="${paths.sessions}"`);
    expect(page.text).not.toContain(person.email);
    expect(await isIn(visitor)).toBe(false);
    const { status, body } = await usesPasskeyAfterPassword(visitor, running.origin, wanted);
    expect([status, body]).toEqual([200, { redirect: paths.sessions }]);
    // The permission for an automatic passkey comes with the end of a sign-in, and not with its first half.
    expect((await visitor.get(paths.dashboard)).text).toContain('data-passkey-upgrade');
    expect((await visitor.get(paths.verifySignIn)).headers.location).toBe(paths.dashboard);
  });

  it('[ASVS 6.5.1] a recovery code lets in once, however it is typed', async () => {
    const code = codes.pop() ?? '';
    const visitor = await leftPending();
    const answer = await giveCode(visitor, ` ${code.toLowerCase().replaceAll('-', ' ')} `, {
      return_to: paths.activity,
    });
    expect([answer.status, answer.headers.location]).toEqual([303, paths.activity]);
    expect(await isIn(visitor)).toBe(true);
    const other = await leftPending();
    const again = await giveCode(other, code);
    expect(again.status).toBe(422);
    expect(again.text).toContain('That code is wrong, or was used before. Check it, or use another one.');
    expect(await isIn(other)).toBe(false);
  });

  it('[ASVS 7.2.4] each step has an id of its own, and the sign-in that was there before has ended', async () => {
    const visitor = await leftPending();
    const before = await usesPasskeyAfterPassword(visitor, running.origin);
    const first = await visitor.signIn();
    expect([setTo('session', first), await isIn(visitor)]).toEqual(['', false]);
    const second = await usesPasskeyAfterPassword(visitor, running.origin);
    expect(setTo('pending', second)).toBe('');
    const ids = [setTo('session', before), setTo('pending', first), setTo('session', second)];
    expect(ids.every(Boolean)).toBe(true);
    expect(new Set(ids).size).toBe(3);
    const rows = await sessionsOf(running);
    expect(JSON.stringify(rows)).not.toContain(ids[2]);
  });
});

describe('what does not let in', () => {
  it('a wrong code comes back as it was typed, so that one sign can be mended', async () => {
    const visitor = await leftPending();
    expect((await giveCode(visitor, wrongCode)).text).toContain(`value="${wrongCode}"`);
    const answer = await giveCode(visitor, `${wrongCode}"<`, { return_to: paths.data });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(`value="${wrongCode}&quot;&lt;"`);
    expect(answer.text).toContain(`name="return_to" value="${paths.data}"`);
    const empty = await giveCode(visitor, ' ');
    expect([empty.status, empty.text.includes('Enter a recovery code.')]).toEqual([422, true]);
  });

  it('what cannot be a code is no try', async () => {
    const visitor = await leftPending();
    const before = await running.database.db('rate_limits').select('key', 'points').orderBy('key');
    for (const typed of ['wrong', wrongCode.replace('1', 'U'), codes.join()]) {
      const { status, text } = await giveCode(visitor, typed);
      expect([status, text.includes(malformedCode)]).toEqual([422, true]);
      expect(text).toContain(`value="${typed.slice(0, 100)}"`);
    }
    expect((await running.database.db('pending_sign_ins').first()).tries).toBe(0);
    expect(await running.database.db('rate_limits').select('key', 'points').orderBy('key')).toEqual(before);
    expect((await giveCode(visitor, codes.pop() ?? '')).status).toBe(303);
  });

  it('[ASVS 6.3.1] after five tries one begins again, and is told so', async () => {
    const visitor = await leftPending();
    await running.database.db('pending_sign_ins').update({ tries: 3 });
    expect((await giveCode(visitor, wrongCode)).status).toBe(422);
    const last = await giveCode(visitor, wrongCode, { return_to: paths.data });
    expect([last.status, last.headers.location]).toEqual([
      303,
      `${triedTooOften}&return_to=%2Fsettings%2Fdata`,
    ]);
    const page = await visitor.get(last.headers.location ?? '');
    expect(page.text).toContain('Your sign-in went wrong too often. Sign in again.');
    expect((await giveCode(visitor, codes[0] ?? '')).headers.location).toBe(paths.login);
    expect(await isIn(visitor)).toBe(false);
  });

  it('[ASVS 6.3.1] after five tries no passkey is taken either, and the page says so as well', async () => {
    const visitor = await leftPending();
    await running.database.db('pending_sign_ins').update({ tries: 5 });
    expect((await visitor.postJson(paths.secondFactorLogin, { start: true })).status).toBe(401);
    expect((await visitor.get(paths.verifySignIn)).headers.location).toBe(triedTooOften);
  });

  it('[ASVS 6.3.1] whoever has guessed too often waits, and keeps what was typed', async () => {
    // However long a busy machine takes for the next try, it comes too early.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const visitor = await leftPending();
    await giveCode(visitor, wrongCode);
    await setFailures(running, 9);
    await giveCode(visitor, wrongCode);
    const answer = await giveCode(visitor, codes[0] ?? '');
    expect(answer.status).toBe(429);
    expect(answer.text).toContain('Too many attempts. Try again in 1 second.');
    expect(answer.text).toContain(codes[0]);
    const told = { outcome: 'refused', reason: 'tries at an account', address: expect.any(String) };
    expect(eventsOf(running, 'rate_limited').at(-1)).toMatchObject(told);
  });

  it('[ASVS 7.3.2] nor what comes after five minutes: a page leads to the beginning, a script as well', async () => {
    const visitor = await leftPending();
    await running.database.db('pending_sign_ins').update({ expires_at: new Date().toISOString() });
    const start = await visitor.postJson(paths.secondFactorLogin, { start: true });
    expect([start.status, start.body.code]).toEqual([401, 'signed_out']);
    const late = await visitor.get(`${paths.verifySignIn}?return_to=${paths.data}`);
    expect(late.headers.location).toBe(`${ended}&return_to=%2Fsettings%2Fdata`);
    expect((await visitor.get(ended)).text).toContain('Your sign-in took too long. Sign in again.');
    expect(setTo('pending', late)).toBe('');
    expect((await visitor.get(paths.verifySignIn)).headers.location).toBe(paths.login);
  });

  it('nor what comes after “Start again”', async () => {
    const visitor = await leftPending();
    expect((await visitor.get(paths.verifySignIn)).text).toContain(`action="${paths.logout}"`);
    const { start, credential } = await secondStepAnswer(visitor, running.origin);
    expect(start.status).toBe(200);
    expect((await visitor.signOut()).headers.location).toBe(paths.login);
    expect(await running.database.db('pending_sign_ins')).toEqual([]);
    const late = await visitor.postJson(paths.secondFactorLogin, { finish: true, credential });
    expect(late.status).toBe(401);
  });

  it('[ASVS 6.7.2] nor the answer to a step-up or a sign-in by passkey, nor the other way round', async () => {
    const visitor = await leftPending();
    const signIn = await visitor.signInAnswer();
    const finish = (path: string, credential: object) => visitor.postJson(path, { finish: true, credential });
    expect((await finish(paths.secondFactorLogin, signIn.credential)).status).toBe(409);
    const second = await secondStepAnswer(visitor, running.origin);
    expect((await finish(paths.passkeyLogin, second.credential)).status).toBe(409);
    expect(await isIn(visitor)).toBe(false);
    const stepUp = await owner.postJson(paths.passkeyReauth, { start: true });
    const confirmed = owner.authenticator.get(stepUp.body.loginOptions, running.origin);
    expect((await finish(paths.secondFactorLogin, confirmed)).status).toBe(409);
  });
});

describe('a passkey that was created automatically', () => {
  it('[ASVS 6.3.3] is asked for more after it, and never for the password, which could have made it', async () => {
    const email = 'automatic@example.com';
    await running.createAccount(email, person.password);
    const visitor = createVisitor(running);
    const automatic = await owningPasskey(running, visitor, { email });
    const record = running.database.db('passkey_records').where({ credential_id: automatic });
    await record.update({ automatic: true, vouched: false });
    const saved = await askedForPasskey(running, createVisitor(running), { email });

    const later = createVisitor(running, visitor.authenticator);
    const answer = await later.signInWithPasskey({ return_to: paths.activity });
    expect(answer.body.redirect).toBe(`${paths.verifySignIn}?return_to=%2Fsettings%2Factivity`);
    const page = await later.get(answer.body.redirect);
    expect(page.text).toContain('Use one of your passkeys to finish signing in.');
    expect((await later.postForm(paths.verifySignIn, { password: person.password })).status).toBe(422);
    expect(await isIn(later)).toBe(false);
    const offered = await later.postJson(paths.secondFactorLogin, { start: true });
    expect(JSON.stringify(offered.body)).not.toContain(automatic);
    expect((await giveCode(later, saved[0] ?? '')).status).toBe(303);
    expect(await isIn(later)).toBe(true);
    expect((await sessionsOf(running, email)).at(-1)?.data).toMatchObject({ method: 'passkey' });
    expect(saved).toHaveLength(10);

    // The code has vouched for it.
    const again = createVisitor(running, visitor.authenticator);
    expect((await again.signInWithPasskey()).body.redirect).toBe(paths.dashboard);
  });
});

it('the page offers what there is, and says what to do where a passkey, the codes, or the service is missing', async () => {
  const email = 'nocodes@example.com';
  await running.createAccount(email, person.password);
  const own = createVisitor(running);
  await askedForPasskey(running, own, { email });
  const visitor = createVisitor(running, own.authenticator);
  await visitor.signIn({ ...person, email });
  const { db } = running.database;
  const { id: user_id } = await db('users').where({ email }).first('id');
  const page = async (path: string = paths.verifySignIn) => (await visitor.get(path)).text;
  const passkeys = db('passkey_api_credentials').where({ user_id });
  const kept = await passkeys.clone().select();

  await passkeys.clone().delete();
  const withCode = await page();
  expect(withCode).toContain('Enter one of your recovery codes to finish signing in.');
  expect(withCode).not.toContain('Use a passkey');

  await db('recovery_codes').where({ user_id }).delete();
  const withNothing = await page();
  expect(withNothing).toContain(
    'You have no recovery codes left, and no passkey that could finish this sign-in.',
  );
  expect(withNothing).toContain('To get back in, ask the people who run this site.');
  expect(withNothing).not.toMatch(/name="code"|Use a recovery code|Use a passkey/);

  await db('passkey_api_credentials').insert(kept);
  isServiceDown = true;
  const withoutService = await page();
  isServiceDown = false;
  expect(withoutService).toContain(
    'Passkeys are not available right now, and you have no recovery codes left. Try again in a few minutes.',
  );
  expect(withoutService).not.toContain('A recovery code works.');
  expect(withoutService).not.toContain('name="code"');

  const withPasskey = await page();
  expect(withPasskey).not.toContain('name="code"');
  expect(withPasskey).not.toContain('>Use a recovery code</a>');
  expect(withPasskey).toContain(
    'Using a passkey needs JavaScript, and you have no recovery codes left. Turn JavaScript on, or sign in with another browser or on another device. If you can do neither, ask the people who run this site.',
  );
  const wanted = await page(`${paths.verifySignIn}?with=code`);
  expect(wanted).not.toContain('name="code"');
  expect(wanted).toContain('If this browser cannot, use another browser or device.');
  expect(wanted).toContain(`<a href="${paths.verifySignIn}">Use a passkey</a>`);
  expect((await giveCode(visitor, wrongCode)).text).not.toContain('name="code"');
  expect((await usesPasskeyAfterPassword(visitor, running.origin)).status).toBe(200);
});

/** Last: after these failures nobody asks the service for a while. */
describe('while the passkey service does not answer', () => {
  it('the page says so, and a recovery code lets in', async () => {
    const visitor = await leftPending();
    isServiceDown = true;
    const page = await visitor.get(paths.verifySignIn);
    expect(page.text).toContain('Passkeys are not available right now. A recovery code works.');
    expect(page.text).not.toContain('data-enhance="passkey-second-step"');
    expect((await visitor.postJson(paths.secondFactorLogin, { start: true })).status).toBe(503);
    expect((await giveCode(visitor, codes.pop() ?? '')).status).toBe(303);
    expect(await isIn(visitor)).toBe(true);
  });
});
