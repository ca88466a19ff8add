/** Automatic upgrades taken apart, as ceremonies.ts does it: with whatever cookies a test holds. */
import { expect } from 'vitest';
import { paths } from '../../src/paths.ts';
import type { TestApp } from './app.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { type Ceremony, finishRegistration } from './ceremonies.ts';
import { type Answer, cookiesOf, jsonType, rowCounts, send } from './request.ts';
import type { Wire } from './wire.ts';

/** A password manager that makes a passkey without asking anybody (WebAuthn Level 3, section 5.1.3). */
export const unattended = (): Authenticator =>
  createAuthenticator({ flags: { userPresent: false, userVerified: false } });

/** A start as it is answered, whatever that is. */
export function askForUpgrade(running: TestApp, session: string): Promise<Answer> {
  const headers = { ...jsonType, Cookie: session };
  const body = JSON.stringify({ start: true, conditional: true });
  return send(running, paths.passkeyRegistration, { method: 'POST', headers, body });
}

/** No permission: 403, without a challenge, a call or a row. */
export async function expectNoUpgrade(
  running: TestApp,
  { calls }: Pick<Wire, 'calls'>,
  session: string,
  code = 'upgrade_not_allowed',
): Promise<void> {
  const before = await rowCounts(running);
  calls.length = 0;
  const answer = await askForUpgrade(running, session);
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, code]);
  expect(String(answer.headers['set-cookie'] ?? '')).not.toContain('ceremony');
  expect(calls).toEqual([]);
  expect(await rowCounts(running)).toEqual(before);
}

/** @param session the Cookie header of somebody who has just signed in with a password */
export async function startUpgrade(running: TestApp, session: string): Promise<Ceremony> {
  const answer = await askForUpgrade(running, session);
  if (answer.status !== 200) throw new Error(`the upgrade answered ${answer.status}: ${answer.text}`);
  return { cookie: kept(session, cookiesOf(answer)), options: JSON.parse(answer.text).createOptions };
}

/** A browser's cookies after an answer: of two with one name the newer one. */
function kept(...cookies: string[]): string {
  const pairs = cookies.flatMap((cookie) => cookie.split('; ')).filter((pair) => pair !== '');
  return [...new Map(pairs.map((pair) => [pair.split('=')[0], pair])).values()].join('; ');
}

/** Both stages. */
export async function upgrade(
  running: TestApp,
  session: string,
  authenticator = unattended(),
): Promise<Answer> {
  const { cookie, options } = await startUpgrade(running, session);
  return finishRegistration(running, cookie, authenticator.create(options, running.origin));
}
