/** Whole ceremonies by an honest browser, for tests that need their outcome. */
import { randomUUID } from 'node:crypto';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { type Answer, post } from './client.ts';
import { origin, type Server } from './server.ts';

// biome-ignore lint/suspicious/noExplicitAny: options go from the server to the authenticator as they are
export type Options = { publicKey: any };

/** Creation options for the user; a new one when none is named. */
export async function creationOptions(server: Server, userId: string = randomUUID()): Promise<Options> {
  const answer = await post(server, '/registration/initialize', { user_id: userId, username: 'alice' });
  return answer.body;
}

/** Creation options for a passkey that the browser makes without asking anybody. */
export async function conditionalOptions(server: Server, userId: string = randomUUID()): Promise<Options> {
  const body = { user_id: userId, username: 'alice', mediation: 'conditional' };
  return (await post(server, '/registration/initialize', body)).body;
}

/** Creation options for a key that is a second factor alone. */
export async function mfaCreationOptions(server: Server, userId: string = randomUUID()): Promise<Options> {
  const body = { user_id: userId, username: 'alice' };
  return (await post(server, '/mfa/registration/initialize', body)).body;
}

/** Request options for a second factor. */
export async function mfaRequestOptions(server: Server, userId: string): Promise<Options> {
  return (await post(server, '/mfa/login/initialize', { user_id: userId })).body;
}

/** Request options; any user's passkey may answer unless one is named. */
export async function requestOptions(server: Server, userId?: string): Promise<Options> {
  const body = userId === undefined ? undefined : { user_id: userId };
  return (await post(server, '/login/initialize', body)).body;
}

export type Registered = {
  userId: string;
  credentialId: string;
  authenticator: Authenticator;
  token: string;
};

/** A user with one passkey. */
export async function register(
  server: Server,
  { userId = randomUUID() as string, authenticator = createAuthenticator() } = {},
): Promise<Registered> {
  const credential = authenticator.create(await creationOptions(server, userId), origin);
  const answer = await post(server, '/registration/finalize', credential, { key: null });
  if (answer.status !== 200) throw new Error(`registration was refused: ${answer.text}`);
  return { userId, credentialId: credential.id, authenticator, token: answer.body.token };
}

/** A user with one key that is a second factor alone. */
export async function registerMfa(
  server: Server,
  { userId = randomUUID() as string, authenticator = createAuthenticator() } = {},
): Promise<Registered> {
  const credential = authenticator.create(await mfaCreationOptions(server, userId), origin);
  const answer = await post(server, '/mfa/registration/finalize', credential);
  if (answer.status !== 200) throw new Error(`registration was refused: ${answer.text}`);
  return { userId, credentialId: credential.id, authenticator, token: answer.body.token };
}

/** A user with so many passkeys, each in an authenticator of its own; oldest first. */
export async function registerMany(
  server: Server,
  count: number,
  userId: string = randomUUID(),
): Promise<Registered[]> {
  const passkeys: Registered[] = [];
  while (passkeys.length < count) passkeys.push(await register(server, { userId }));
  return passkeys;
}

/** Signs in with whatever the authenticator holds. */
export async function signIn(server: Server, authenticator: Authenticator): Promise<Answer> {
  const credential = authenticator.get(await requestOptions(server), origin);
  return post(server, '/login/finalize', credential, { key: null });
}
