/** All cookies that a browser gets from us, on the longest ways: together they must fit where proxies put them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs, changeSessions } from '../support/aged-session.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { cookieNamed, formType, jsonType, send } from '../support/request.ts';
import { codesIn } from '../support/second-factor.ts';

/** Bytes of the Cookie header: half of the line that nginx takes, so that a second copy has room. */
const budget = 4_096;

let running: MailedApp;
beforeAll(async () => {
  // The longest names.
  running = await startMailedApp({ env: { ORIGIN: 'https://localhost:65535', TRUST_PROXY: '127.0.0.1' } });
});
afterAll(() => running.close());

const jar = new Map<string, string>();
const cookieHeader = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

/** Keeps whatever it is given, and forgets nothing: cookies of different ways come together in one browser. */
async function post(path: string, headers: Record<string, string>, body: string) {
  const answer = await send(running, path, {
    method: 'POST',
    headers: { 'X-Forwarded-Proto': 'https', ...headers, Cookie: cookieHeader() },
    body,
  });
  for (const line of answer.headers['set-cookie'] ?? []) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value) jar.set(name, value);
  }
  expect(cookieHeader().length).toBeLessThanOrEqual(budget);
  return answer;
}
const form = (path: string, fields: Record<string, string>) =>
  post(path, formType, new URLSearchParams(fields).toString());

/** @returns the recovery codes */
async function turnOnSecondFactor(email: string): Promise<string[]> {
  const start = await post(paths.passkeyRegistration, jsonType, '{"start":true}');
  const credential = createAuthenticator().create(JSON.parse(start.text).createOptions, running.origin);
  await post(paths.passkeyRegistration, jsonType, JSON.stringify({ finish: true, credential }));
  await changeSessions(running, { provenBy: 'passkey' }, email);
  expect((await form(paths.turnOnSecondFactor, {})).headers.location).toBe(paths.recoveryCodes);
  const headers = { 'X-Forwarded-Proto': 'https', Cookie: cookieHeader() };
  return codesIn((await send(running, paths.recoveryCodes, { headers })).text);
}

describe('the cookies of one browser', () => {
  it('are no more than 4 kB after everything that sets one', async () => {
    const email = `${'a'.repeat(60)}@${'example.'.repeat(20)}com`;
    const password = 'analytical-engine-1843';
    expect((await form(paths.signUp, { email, password })).status).toBe(303);
    expect((await form(await running.newestLink(email), {})).status).toBe(303);
    for (let tab = 0; tab < 6; tab++)
      expect((await post(paths.passkeyRegistration, jsonType, '{"start":true}')).status).toBe(200);
    expect((await form(paths.declineLocalPasskey, {})).status).toBe(303);

    await ageProofs(running, 601, email);
    const ticked = (passkeys: number) => `unknown=${'A'.repeat(16)}&`.repeat(passkeys);
    for (const passkeys of [1, 40, 98])
      expect((await post(paths.reviewPasskeys, formType, ticked(passkeys))).headers.location).toMatch(
        /^\/reauth/,
      );
    await form(paths.email, { email: `${'b'.repeat(60)}@${'example.'.repeat(20)}com` });
    await form(paths.deletePasskey('A'.repeat(1_300)), { end_sessions: 'yes' });

    expect((await form(paths.reauth, { password })).status).toBe(303);
    const [code = '', another = ''] = await turnOnSecondFactor(email);
    expect((await form(paths.logout, {})).status).toBe(303);
    expect((await form(paths.login, { email, password })).headers.location).toBe(paths.verifySignIn);
    expect((await form(paths.verifySignIn, { code })).status).toBe(303);
    const leaving = { email, password, code: another };
    expect((await form(paths.deleteAccount, leaving)).headers.location).toBe(paths.goodbye);

    const all = [
      'session',
      'device',
      'draft',
      'ceremony',
      'signUp',
      'goodbye',
      'pending',
      'codes',
      'lastMethod',
      'localPasskey',
    ] as const;
    for (const name of all) expect([...jar.keys()]).toContain(cookieNamed(running, name));
  });
});
