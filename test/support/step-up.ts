/** Step-ups taken apart, and the passkey sign-ins before them, as ceremonies.ts does it: with whatever cookies a test holds. */
import { paths } from '../../src/paths.ts';
import type { TestApp } from './app.ts';
import type { Authenticator } from './authenticator.ts';
import { type Ceremony, finishSignIn, register, startSignIn } from './ceremonies.ts';
import { type Answer, cookiesOf, formType, jsonType, send } from './request.ts';

/** @param session the Cookie header of somebody who is signed in */
export async function startStepUp(running: TestApp, session: string): Promise<Ceremony> {
  const answer = await post(running, session, { start: true });
  if (answer.status !== 200) throw new Error(`the step-up answered ${answer.status}: ${answer.text}`);
  return { cookie: `${session}; ${cookiesOf(answer)}`, options: JSON.parse(answer.text).loginOptions };
}

/** A start as it is answered, whatever that is. */
export function askForStepUp(running: TestApp, session: string): Promise<Answer> {
  return post(running, session, { start: true });
}

export function finishStepUp(
  running: TestApp,
  cookie: string,
  credential: object,
  more: object = {},
): Promise<Answer> {
  return post(running, cookie, { finish: true, credential, ...more });
}

/** Both stages with a passkey that the options allow. */
export async function stepUp(
  running: TestApp,
  session: string,
  authenticator: Authenticator,
  more: object = {},
): Promise<Answer> {
  const { cookie, options } = await startStepUp(running, session);
  return finishStepUp(running, cookie, authenticator.get(options, running.origin), more);
}

/** The password form of the step-up page. */
export function confirmPassword(
  running: TestApp,
  session: string,
  fields: Record<string, string>,
): Promise<Answer> {
  const body = new URLSearchParams(fields).toString();
  return send(running, paths.reauth, { method: 'POST', headers: { ...formType, Cookie: session }, body });
}

/** Registers a passkey. @returns its id */
export async function registered(
  running: TestApp,
  session: string,
  authenticator: Authenticator,
): Promise<string> {
  const answer = await register(running, session, authenticator);
  if (answer.status !== 200) throw new Error(`the registration answered ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text).passkey.id;
}

/** Signs in with a passkey. @returns the Cookie header of the new session */
export async function passkeyCookie(running: TestApp, authenticator: Authenticator): Promise<string> {
  const { cookie, options } = await startSignIn(running);
  const answer = await finishSignIn(running, cookie, authenticator.get(options, running.origin));
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
  return cookiesOf(answer);
}

/** Whether this session may create a passkey; if not, the code of the refusal. */
export async function mayCreate(running: TestApp, Cookie: string): Promise<true | string> {
  const headers = { ...jsonType, Cookie };
  const body = '{"start":true}';
  const answer = await send(running, paths.passkeyRegistration, { method: 'POST', headers, body });
  return answer.status === 200 || JSON.parse(answer.text).code;
}

/** The ids of the passkeys that a step-up offers. */
export async function offeredIds(running: TestApp, session: string): Promise<string[]> {
  const { options } = await startStepUp(running, session);
  const { allowCredentials } = options.publicKey as object as { allowCredentials: { id: string }[] };
  return allowCredentials.map(({ id }) => id);
}

function post(running: TestApp, cookie: string, body: object): Promise<Answer> {
  const headers = { ...jsonType, Cookie: cookie };
  return send(running, paths.passkeyReauth, { method: 'POST', headers, body: JSON.stringify(body) });
}
