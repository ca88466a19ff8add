import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/accounts/password.ts';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { type Answer, formType, jsonType, send } from '../support/request.ts';
import { setFailures } from '../support/sign-in-attempts.ts';
import { createVisitor } from '../support/visitor.ts';

/** As long as the one of the account, so that even lengths can be compared. */
const nobody = 'bob@example.com';

let running: TestApp;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

const signIn = (email: string, password: string) =>
  send(running, paths.login, {
    method: 'POST',
    headers: formType,
    body: new URLSearchParams({ email, password, return_to: '/dashboard?tab=1' }).toString(),
  });

/** Everything that the answer tells, in its order, with one name for either address. */
function told({ status, headers, text }: Answer, email: string) {
  const { date: _, ...rest } = headers;
  return { status, headers: Object.entries(rest), text: text.replaceAll(email, 'EMAIL') };
}

describe('[ASVS 6.3.8] an unknown address and a wrong password', () => {
  it('get the same answer at every attempt, when they are paused, too', async () => {
    expect(nobody).toHaveLength(person.email.length);
    for (const attempt of [1, 10, 11]) {
      if (attempt === 10) await setFailures(running, 9);
      const wrong = await signIn(person.email, 'wrong-password');
      const unknown = await signIn(nobody, 'wrong-password');
      expect(told(unknown, nobody)).toEqual(told(wrong, person.email));
      expect(wrong.status).toBe(attempt <= 10 ? 422 : 429);
    }
  });

  it('leave the same in the log', async () => {
    const lineOf = async (email: string) => {
      running.log.length = 0;
      await signIn(email, 'wrong-password');
      const lines = running.log.map((line) => JSON.parse(line)).filter(({ event }) => event !== undefined);
      return lines.map(({ time: _, requestId: __, ...line }) => line);
    };
    await running.database.db('rate_limits').delete();
    expect(await lineOf('bob@example.com')).toEqual(await lineOf(person.email));
  });

  it('take as long to judge', async () => {
    const { accounts } = running.app;
    // As the application hashes: the accounts of tests have a hash that costs next to nothing.
    const password_hash = await hashPassword(person.password);
    await running.database.db('users').where({ email: person.email }).update({ password_hash });
    const timed = async (email: string) => {
      const begin = performance.now();
      await accounts.verify(await accounts.candidate(email), 'wrong-password');
      return performance.now() - begin;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let time = 0; time < 20; time++) {
      known.push(await timed(person.email));
      unknown.push(await timed(nobody));
    }
    // The share of pairs in which nobody took longer: 0.5 when they are alike, 0 without the equal work.
    const longer = known.flatMap((one) => unknown.map((other) => Number(other > one)));
    const share = longer.reduce((sum, each) => sum + each, 0) / longer.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.9);
  });
});

describe('the options of a passkey sign-in', () => {
  it('want the user to be verified, and name nobody’s passkeys', async () => {
    const { loginOptions } = (await createVisitor(running).postJson(paths.passkeyLogin, { start: true }))
      .body;
    expect(loginOptions.publicKey).toEqual({
      challenge: expect.any(String),
      timeout: 300_000,
      rpId: 'localhost',
      userVerification: 'required',
    });
  });

  it('are the same whatever the request names', async () => {
    const options = async (more: object) => {
      const body = JSON.stringify({ start: true, ...more });
      const { status, text } = await send(running, paths.passkeyLogin, {
        method: 'POST',
        headers: jsonType,
        body,
      });
      const { loginOptions, ...rest } = JSON.parse(text);
      const { challenge, ...publicKey } = loginOptions.publicKey;
      return { status, challenge: challenge.length, publicKey, rest };
    };
    const plain = await options({});
    expect(plain.publicKey).not.toHaveProperty('allowCredentials');
    expect(await options({ email: person.email })).toEqual(plain);
    expect(await options({ username: nobody, user_id: 'x' })).toEqual(plain);
  });
});
