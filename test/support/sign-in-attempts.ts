/** Tries at a password, from as many addresses as it takes: somebody who guesses, and knows how to wait. */
import { vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, type TestApp } from './app.ts';
import { type Answer, formType, send } from './request.ts';

/** Environment in which the test says where a request comes from. */
export const behindProxy = { TRUST_PROXY: '127.0.0.1' };

export type Attempt = { email?: string; password?: string; from?: string; cookie?: string; app?: TestApp };
export type SignInAttempts = ReturnType<typeof createAttempts>;

export function createAttempts(running: TestApp) {
  let asked = 0;

  /** One try, with a wrong password unless one is given; from another address each time, unless one is given. */
  async function attempt(how: Attempt = {}): Promise<Answer & { wait: string | undefined }> {
    const { email = person.email, password = 'wrong', cookie = '', app = running } = how;
    const address = how.from ?? `198.51.100.${asked++ % 250}`;
    const answer = await send(app, paths.login, {
      method: 'POST',
      headers: { ...formType, 'X-Forwarded-For': address, Cookie: cookie },
      body: new URLSearchParams({ email, password }).toString(),
    });
    return { ...answer, wait: answer.headers['retry-after'] };
  }

  return {
    attempt,
    /** Ten failures in a row from one address, of which the first and the last are really made. */
    failTen: async (how: Attempt = {}): Promise<void> => {
      const from = how.from ?? guesser;
      await attempt({ ...how, from });
      await setFailures(running, 9);
      await attempt({ ...how, from });
    },
    /** A hundred wrong passwords in a row for one account, of which the first and the last are really made. */
    failHundred: async (how: Attempt = {}): Promise<void> => {
      await attempt(how);
      await setFailures(running, 99, 'sign-in-row');
      await attempt(how);
    },
  };
}

/** Where somebody guesses from who does not change their address. */
export const guesser = '203.0.113.66';

/** Makes the failures that have been counted so many: hashing a password takes longer than all else here. */
export async function setFailures(
  { database: { db } }: TestApp,
  points: number,
  of: 'sign-in-failures' | 'sign-in-address' | 'sign-in-row' = 'sign-in-failures',
): Promise<void> {
  await db('rate_limits').where('key', 'like', `${of}:%`).update({ points });
}

/** Lets time go by; needs a faked Date. */
export function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1_000 + 1);
}
