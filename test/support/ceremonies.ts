/**
 * Ceremonies taken apart: start and finish with whatever cookies a test holds, so that the two need not belong
 * together. Follows nothing and keeps no cookie by itself.
 */
import { paths } from '../../src/paths.ts';
import type { TestApp } from './app.ts';
import type { Authenticator } from './authenticator.ts';
import { type Answer, cookiesOf, jsonType, send } from './request.ts';

export type Ceremony = {
  /** The Cookie header of the browser that started it. */
  cookie: string;
  options: { publicKey: { challenge: string } };
};

/** @param session the Cookie header of somebody who is signed in */
export async function startRegistration(running: TestApp, session: string): Promise<Ceremony> {
  const answer = await post(running, paths.passkeyRegistration, session, { start: true });
  return { cookie: `${session}; ${cookiesOf(answer)}`, options: JSON.parse(answer.text).createOptions };
}

export async function startSignIn(running: TestApp, cookie = ''): Promise<Ceremony> {
  const answer = await post(running, paths.passkeyLogin, cookie, { start: true });
  return { cookie: cookiesOf(answer), options: JSON.parse(answer.text).loginOptions };
}

export function finishRegistration(running: TestApp, cookie: string, credential: object): Promise<Answer> {
  return post(running, paths.passkeyRegistration, cookie, { finish: true, credential });
}

export function finishSignIn(running: TestApp, cookie: string, credential: object): Promise<Answer> {
  return post(running, paths.passkeyLogin, cookie, { finish: true, credential });
}

/** Registers a passkey of the authenticator for whoever is signed in. */
export async function register(
  running: TestApp,
  session: string,
  authenticator: Authenticator,
): Promise<Answer> {
  const { cookie, options } = await startRegistration(running, session);
  return finishRegistration(running, cookie, authenticator.create(options, running.origin));
}

function post(running: TestApp, path: string, cookie: string, body: object): Promise<Answer> {
  const headers = { ...jsonType, Cookie: cookie };
  return send(running, path, { method: 'POST', headers, body: JSON.stringify(body) });
}
