/**
 * A walk through every route of the application, so that each does once what it is there for. Tells which routes nobody
 * has come through, so that a new one cannot be forgotten.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { paths } from '../../src/paths.ts';
import { sessionsOf } from './aged-session.ts';
import { person } from './app.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import type { MailedApp } from './mailed.ts';
import { reviewPasskeys } from './review.ts';
import { codesIn, turnsOnSecondFactor, usesPasskeyAfterPassword } from './second-factor.ts';
import { beginSigning } from './signing.ts';
import { unattended } from './upgrade.ts';
import { createVisitor, type Visitor } from './visitor.ts';

const chosen = 'no-2-of-the-difference-engines';

/** @returns the routes that have not answered well, as "METHOD pattern" */
export async function walkThroughEveryRoute(running: MailedApp): Promise<string[]> {
  const answered: { method: string; path: string }[] = [];
  const note = ({ method = '', url = '' }: IncomingMessage, answer: ServerResponse) =>
    answer.once('close', () => {
      if (answer.statusCode < 400) answered.push({ method, path: url.split('?')[0] ?? '' });
    });
  running.server.prependListener('request', note);
  for (const story of [comeAsNobody, goAbout, askForMore, recover, disown, sign, leave]) await story(running);
  running.server.off('request', note);
  return running.app.router.stack
    .flatMap((layer) => layer.methods.map((method) => ({ layer, method })))
    .filter(({ layer, method }) => layer.path && method !== 'HEAD')
    .filter((one) => !answered.some(({ method, path }) => method === one.method && one.layer.match(path)))
    .map(({ layer, method }) => `${method} ${layer.path}`);
}

/** Every page that has no id in its address. */
async function readEverything({ app }: MailedApp, { get }: Visitor): Promise<void> {
  const pages = app.router.stack
    .filter(({ methods }) => methods.includes('GET'))
    .map(({ path }) => String(path));
  for (const page of pages) if (!page.includes(':') && page.startsWith('/')) await get(page);
}

async function comeAsNobody(running: MailedApp): Promise<void> {
  const visitor = createVisitor(running);
  await readEverything(running, visitor);
  const email = 'newcomer@example.com';
  await visitor.postForm(paths.signUp, { email, password: chosen });
  await visitor.get(paths.verifyEmailSent);
  await visitor.postForm(paths.resendVerification);
  const link = await running.newestLink(email);
  await visitor.get(link);
  await visitor.postForm(link);
}

/** What somebody does who has been here before. */
async function goAbout(running: MailedApp): Promise<void> {
  const here = createVisitor(running, unattended());
  await here.signIn({ ...person, password: 'a-wrong-password' });
  await here.signIn();
  await upgrade(here, running.origin);
  Object.assign(here.authenticator.flags, { userPresent: true, userVerified: true });
  const [elsewhere, further] = [createVisitor(running), createVisitor(running)];
  for (const visitor of [further, elsewhere]) await visitor.signIn();
  await further.createPasskey();
  const { id } = (await elsewhere.createPasskey()).body.passkey;
  await elsewhere.signOut();
  await elsewhere.signInWithPasskey();
  await stepUp(elsewhere, running.origin);
  await elsewhere.postForm(paths.reauth, { password: person.password });
  await readEverything(running, elsewhere);

  await elsewhere.get(paths.renamePasskey(id));
  await elsewhere.postForm(paths.renamePasskey(id), { name: 'Work laptop' });
  await elsewhere.postForm(paths.automaticPasskeys, { automatic: 'yes' });
  await elsewhere.postForm(paths.declineLocalPasskey);
  await elsewhere.postJson(paths.passkeyEvents, {
    ceremony: 'sign-in',
    errorName: 'NotAllowedError',
    ms: 12,
  });

  const [first] = await sessionsOf(running);
  const path = paths.endSession(first?.data.signInId ?? '');
  await elsewhere.get(path);
  await elsewhere.postForm(path);
  await elsewhere.postForm(paths.endOtherSessions);
  await turnPages(running, elsewhere);
  await elsewhere.postForm(paths.exportData);
  await elsewhere.postForm(paths.password, { password: chosen });
  await elsewhere.postForm(paths.removePassword, { password: chosen });
  await elsewhere.postForm(paths.password, { password: person.password });
  await elsewhere.get(paths.deletePasskey(id));
  await elsewhere.postForm(paths.deletePasskey(id), { end_sessions: 'yes' });
}

async function upgrade({ postJson, authenticator }: Visitor, origin: string): Promise<void> {
  const { body } = await postJson(paths.passkeyRegistration, { start: true, conditional: true });
  const credential = authenticator.create(body.createOptions, origin);
  await postJson(paths.passkeyRegistration, { finish: true, credential });
}

async function stepUp({ postJson, authenticator }: Visitor, origin: string): Promise<void> {
  const { body } = await postJson(paths.passkeyReauth, { start: true });
  const credential = authenticator.get(body.loginOptions, origin);
  await postJson(paths.passkeyReauth, { finish: true, credential });
}

/** A passkey after the password: turned on, used in each way, and turned off. */
async function askForMore(running: MailedApp): Promise<void> {
  const email = 'careful@example.com';
  await running.createAccount(email, chosen);
  const visitor = createVisitor(running);
  const { get, postForm } = visitor;
  await turnsOnSecondFactor(visitor, { email, password: chosen });
  await get(paths.turnOnSecondFactor);
  await addKey(visitor, createAuthenticator(), running.origin);
  await postForm(paths.recoveryCodes);
  const codes = codesIn((await get(paths.recoveryCodes)).text);
  await visitor.signIn({ email, password: chosen });
  await get(paths.verifySignIn);
  await usesPasskeyAfterPassword(visitor, running.origin);
  await visitor.signIn({ email, password: chosen });
  await postForm(paths.verifySignIn, { code: codes[0] ?? '' });
  await get(paths.turnOffSecondFactor);
  await postForm(paths.turnOffSecondFactor, { password: chosen, code: codes[1] ?? '' });
}

async function addKey({ postJson }: Visitor, key: Authenticator, origin: string): Promise<void> {
  const { body } = await postJson(paths.secondFactorRegistration, { start: true });
  const credential = key.create(body.createOptions, origin);
  await postJson(paths.secondFactorRegistration, { finish: true, credential });
}

/** Back and forth in the activity. */
async function turnPages({ database: { db } }: MailedApp, { get }: Visitor): Promise<void> {
  const { id: user_id } = await db('users').where({ email: person.email }).first('id');
  const { at, id } = await db('activity').where({ user_id }).first('at', 'id');
  await get(paths.activityBefore(`${at}_${id}`));
  await get(paths.activityAfter(`${at}_${id}`));
}

/** By mail: a device that becomes known, another address, a new password, and a look at the passkeys. */
async function recover(running: MailedApp): Promise<void> {
  const [visitor, email] = [createVisitor(running), 'recovered@example.com'];
  await visitor.signIn();
  await visitor.createPasskey();
  await visitor.postForm(paths.email, { email });
  for (const [page, fields] of [[paths.knownDevice], [paths.forgotPassword, { password: chosen }]] as const) {
    const change = await running.newestLink(email);
    await visitor.get(change);
    await visitor.postForm(change);
    await visitor.postForm(page, { email });
    const link = await running.newestLink(email);
    await visitor.get(link);
    await visitor.postForm(link, fields);
  }
  await visitor.get(paths.reviewPasskeys);
  await reviewPasskeys(visitor);
}

/** Somebody new, who signs in and creates a passkey. */
async function arriveWithPasskey(running: MailedApp, email: string): Promise<Visitor> {
  await running.createAccount(email, chosen);
  const visitor = createVisitor(running);
  await visitor.signIn({ email, password: chosen });
  await visitor.createPasskey();
  return visitor;
}

/** "This wasn't me" about a new passkey. */
async function disown(running: MailedApp): Promise<void> {
  const email = 'victim@example.com';
  const thief = await arriveWithPasskey(running, email);
  const link = await running.newestLink(email);
  await thief.get(link);
  await thief.postForm(link);
}

/** Everything that is signed with a passkey: the second factor goes, then the password, then the account. */
async function sign(running: MailedApp): Promise<void> {
  const email = 'signer@example.com';
  await arriveWithPasskey(running, email);
  const visitor = createVisitor(running);
  await turnsOnSecondFactor(visitor, { email, password: chosen });
  for (const page of [paths.turnOffSecondFactor, paths.removePassword, paths.deleteAccount]) {
    const { url, credential } = await beginSigning(visitor, page, running.origin);
    await visitor.postJson(url, { finish: true, credential });
  }
}

async function leave(running: MailedApp): Promise<void> {
  const email = 'leaver@example.com';
  const visitor = await arriveWithPasskey(running, email);
  await visitor.postForm(paths.deleteAccount, { email, password: chosen });
  await visitor.get(paths.goodbye);
}
