/** A challenge is good once, whoever else tries at the same moment and in whatever process. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import {
  finishRegistration,
  finishSignIn,
  register,
  startRegistration,
  startSignIn,
} from '../../support/ceremonies.ts';
import { type Answer, rowCounts, signedInCookie } from '../../support/request.ts';
import { startTwice } from '../../support/two-processes.ts';

const crowd = 20;

let first: TestApp;
let second: TestApp;

beforeAll(async () => {
  const both = await startTwice();
  ({ first, second } = both);
  return both.close;
});

/** Everybody at once: one is told yes, all others that the challenge is gone. */
async function expectOneWinner(tries: Promise<Answer>[]): Promise<void> {
  const answers = await Promise.all(tries);
  const won = answers.filter(({ status }) => status === 200);
  const late = answers.filter(
    ({ status, text }) => status === 409 && JSON.parse(text).code === 'challenge_expired',
  );
  expect([won.length, late.length]).toEqual([1, answers.length - 1]);
}

describe.each([
  ['one process', () => [first]],
  ['two processes', () => [first, second]],
])('twenty simultaneous finishes in %s', (_name, processes) => {
  const everywhere = (act: (running: TestApp) => Promise<Answer>) =>
    Array.from({ length: crowd }, (_, index) => act(processes()[index % processes().length] as TestApp));

  it('of one assertion open one session', async () => {
    const authenticator = createAuthenticator();
    await register(first, await signedInCookie(first), authenticator);
    const { cookie, options } = await startSignIn(first);
    const assertion = authenticator.get(options, first.origin);
    const before = await rowCounts(first);
    await expectOneWinner(everywhere((running) => finishSignIn(running, cookie, assertion)));
    const after = await rowCounts(first);
    expect(after.sessions).toBe((before.sessions ?? 0) + 1);
    expect(after.used_challenges).toBe((before.used_challenges ?? 0) + 1);
  });

  it('of one attestation create one passkey', async () => {
    const { cookie, options } = await startRegistration(first, await signedInCookie(first));
    const attestation = createAuthenticator().create(options, first.origin);
    const before = await rowCounts(first);
    await expectOneWinner(everywhere((running) => finishRegistration(running, cookie, attestation)));
    expect((await rowCounts(first)).passkey_api_credentials).toBe((before.passkey_api_credentials ?? 0) + 1);
  });
});

describe('a ceremony that two processes share', () => {
  it('starts in one and finishes in the other', async () => {
    const authenticator = createAuthenticator();
    const { cookie, options } = await startRegistration(first, await signedInCookie(first));
    const created = await finishRegistration(second, cookie, authenticator.create(options, first.origin));
    expect(created.status).toBe(200);
    const signIn = await startSignIn(second);
    const assertion = authenticator.get(signIn.options, first.origin);
    expect((await finishSignIn(first, signIn.cookie, assertion)).status).toBe(200);
  });

  it('is spent for both by a finish that fails', async () => {
    const authenticator = createAuthenticator();
    await register(first, await signedInCookie(first), authenticator);
    const { cookie, options } = await startSignIn(first);
    const assertion = authenticator.get(options, first.origin);
    const forged = { ...assertion, response: { ...assertion.response, signature: 'MEQCIAAA' } };
    expect((await finishSignIn(first, cookie, forged)).status).toBe(401);
    expect((await finishSignIn(second, cookie, assertion)).status).toBe(409);
  });
});
