/**
 * Somebody's browser as it is once they have signed in, own a passkey, or are asked for one after the password: made
 * through the operations, for tests whose subject comes later. Walking there is what visitor.ts is for.
 */
import type { Requester } from '../../src/operations/operation.ts';
import { actingIn, place, requesterOf } from './acting.ts';
import { changeSessions } from './aged-session.ts';
import { person, type TestApp } from './app.ts';
import type { Authenticator } from './authenticator.ts';
import { sessionCookie } from './request.ts';
import { rememberEverybody } from './tables.ts';
import { createVisitor, type Visitor } from './visitor.ts';

type Account = { email: string };

/** The site that the cookies are for. */
const here = ['127.0.0.1', '/'] as const;

async function find({ app }: TestApp, { email }: Account) {
  const user = await app.accounts.findByEmail(email);
  if (!user) throw new Error(`there is no account of ${email}`);
  return user;
}

/** As after a sign-in with the password. */
export async function signedIn(
  running: TestApp,
  { agent }: Visitor,
  account: Account = person,
): Promise<Requester> {
  const opened = await actingIn(running).letIn(await find(running, account));
  for (const pair of sessionCookie(running, opened.session.id).split('; '))
    agent.jar.setCookie(pair, ...here);
  return requesterOf(opened);
}

/** Signed in with the password, and with a passkey in the browser's authenticator. @returns its id */
export async function owningPasskey(
  running: TestApp,
  visitor: Visitor,
  account: Account = person,
): Promise<string> {
  const requester = await signedIn(running, visitor, account);
  return actingIn(running).addPasskey(await find(running, account), requester, visitor.authenticator);
}

/** A passkey of an account, made in a session that has ended again. @returns its id */
export async function givePasskey(
  running: TestApp,
  authenticator: Authenticator,
  account: Account = person,
): Promise<string> {
  const user = await find(running, account);
  const acting = actingIn(running);
  const requester = requesterOf(await acting.letIn(user));
  const id = await acting.addPasskey(user, requester, authenticator);
  await running.app.operations.signOut(requester, place);
  return id;
}

/** Owning a passkey, proven by it just now, and asked for it after the password from now on. @returns the recovery codes */
export async function askedForPasskey(
  running: TestApp,
  visitor: Visitor,
  account: Account = person,
): Promise<string[]> {
  const requester = await signedIn(running, visitor, account);
  const user = await find(running, account);
  const provenWith = await actingIn(running).addPasskey(user, requester, visitor.authenticator);
  const made = await running.app.operations.turnOnSecondFactor({ ...requester, provenWith }, place);
  if (!made) throw new Error('the second factor was not turned on');
  await changeSessions(running, { provenBy: 'passkey', provenWith }, account.email);
  return made.codes;
}

/**
 * Remembers what everybody has by now, and the cookies of some browsers: to make it anew for each test takes a hundred
 * statements. @returns puts all of it back, and gives browsers as they were, with the same authenticators
 */
export async function rememberSeats<T extends Visitor[]>(
  running: TestApp,
  ...visitors: [...T]
): Promise<() => Promise<T>> {
  const { db } = running.database;
  const putBack = await rememberEverybody(db);
  const all = { domain: here[0], path: here[1], secure: false, script: false };
  const kept = visitors.map(({ agent, authenticator }) => ({
    authenticator,
    flags: { ...authenticator.flags },
    pairs: agent.jar.getCookies(all).map((cookie) => cookie.toValueString()),
  }));
  return async () => {
    await putBack();
    return kept.map(({ authenticator, flags, pairs }) => {
      Object.assign(authenticator.flags, flags);
      const visitor = createVisitor(running, authenticator);
      for (const pair of pairs) visitor.agent.jar.setCookie(pair, ...here);
      return visitor;
    }) as T;
  };
}
