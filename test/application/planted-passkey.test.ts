/**
 * Somebody who knew the password, and nothing else, before its owner turned the second factor on: their browser has made a
 * passkey automatically, which goes with no letter but one that the owner may take for their own browser's. It must not
 * count for anything afterwards.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { askedForPasskey, rememberSeats } from '../support/seated.ts';
import { unattended } from '../support/upgrade.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

const account = { ...person, email: 'owner@example.com' };
let thief: Visitor;
/** Of the thief's passkey. */
let planted: string;
let again: () => Promise<[Visitor]>;
beforeAll(async () => {
  await running.createAccount(account.email, account.password);
  thief = createVisitor(running, unattended());
  planted = await plantIn(thief);
  again = await rememberSeats(running, thief);
});
beforeEach(async () => {
  [thief] = await again();
});

/** Signs in with the password; the browser makes a passkey, which somebody unlocks from now on. @returns its id */
async function plantIn(visitor: Visitor): Promise<string> {
  await visitor.signIn(account);
  const { body } = await visitor.postJson(paths.passkeyRegistration, { start: true, conditional: true });
  const credential = visitor.authenticator.create(body.createOptions, running.origin);
  const created = await visitor.postJson(paths.passkeyRegistration, { finish: true, credential });
  expect(created.status).toBe(200);
  Object.assign(visitor.authenticator.flags, { userPresent: true, userVerified: true });
  return credential.id;
}

async function stepUp({ postJson, authenticator }: Visitor): Promise<number> {
  const { body } = await postJson(paths.passkeyReauth, { start: true });
  const credential = authenticator.get(body.loginOptions, running.origin);
  return (await postJson(paths.passkeyReauth, { finish: true, credential })).status;
}

/** Where the application leads whoever is signed in: it costs no page. */
const isIn = async ({ get }: Visitor) => (await get(paths.home)).headers.location === paths.dashboard;
const isOn = async () =>
  (await running.database.db('users').where({ email: account.email }).first()).second_factor_at !== null;
const isVouched = async (id: string) =>
  Boolean((await running.database.db('passkey_records').where({ credential_id: id }).first()).vouched);

/** An answer with the thief's passkey to a ceremony that was begun for other passkeys. */
async function refusedAt({ postJson }: Visitor, path: string): Promise<void> {
  const { body } = await postJson(path, { start: true });
  const { allowCredentials, ...publicKey } = body.loginOptions.publicKey;
  expect(allowCredentials.map(({ id }: { id: string }) => id)).not.toContain(planted);
  const credential = thief.authenticator.get({ publicKey }, running.origin);
  const answer = await postJson(path, { finish: true, credential });
  expect([answer.status, answer.body.code]).toEqual([401, 'not_verified']);
}

/** All that the thief can do with the password and the passkey once the second factor is on. */
async function comesToNothing(): Promise<void> {
  expect(await isIn(thief), 'what was open is closed').toBe(false);

  const byPassword = createVisitor(running, thief.authenticator);
  expect((await byPassword.signIn(account)).headers.location).toBe(paths.verifySignIn);
  await refusedAt(byPassword, paths.secondFactorLogin);
  expect(await isIn(byPassword)).toBe(false);

  const byPasskey = createVisitor(running, thief.authenticator);
  expect((await byPasskey.signInWithPasskey()).body.redirect).toBe(paths.verifySignIn);
  await refusedAt(byPasskey, paths.secondFactorLogin);
  const typed = { password: account.password };
  expect((await byPasskey.postForm(paths.verifySignIn, typed)).status).toBe(422);
  expect(await isIn(byPasskey)).toBe(false);

  for (const { postForm } of [thief, byPassword, byPasskey]) await postForm(paths.turnOffSecondFactor, typed);
  expect([await isOn(), await isVouched(planted)]).toEqual([true, false]);
}

describe('[ASVS 6.3.3] a passkey that was planted before the second factor was turned on', () => {
  it('opens nothing after that, also when the password had vouched for it', async () => {
    expect(await stepUp(thief)).toBe(200);
    expect(await isVouched(planted)).toBe(true);
    await askedForPasskey(running, createVisitor(running), account);
    await comesToNothing();
  });

  it('counts in no step-up in a session of its owner, however fresh that is', async () => {
    const owner = createVisitor(running);
    await askedForPasskey(running, owner, account);
    expect((await owner.signInWithPasskey()).body.redirect).toBe(paths.dashboard);
    await refusedAt(owner, paths.passkeyReauth);
    expect(await isVouched(planted)).toBe(false);
  });
});

describe('[ASVS 6.3.3] a security key for the step after the password', () => {
  /** What the start of its registration answers to a visitor. */
  const startOf = ({ postJson }: Visitor) => postJson(paths.secondFactorRegistration, { start: true });

  it('cannot be planted with the password alone: there is none before the second factor is on', async () => {
    const { status, body } = await startOf(thief);
    expect([status, body.code, body.createOptions]).toEqual([404, 'not_found', undefined]);
    expect((await thief.get(paths.secondFactor)).text).not.toContain('Add a security key');
  });

  it('can be added once it is on, and stands among the passkeys that will do, on the page where it is turned on', async () => {
    const owner = createVisitor(running);
    const [code = ''] = await askedForPasskey(running, owner, account);
    expect((await owner.get(paths.secondFactor)).text).toContain('Add a security key');
    const { body } = await startOf(owner);
    const credential = createAuthenticator().create(body.createOptions, running.origin);
    await owner.postJson(paths.secondFactorRegistration, { finish: true, credential });
    await owner.postForm(paths.turnOffSecondFactor, { password: account.password, code });
    const { text } = await owner.get(paths.secondFactor);
    expect(text).toMatch(/<li><bdi>[^<]+<\/bdi>, created [^<,]+, works only after your password<\/li>/);
    await running.database.db('passkey_api_credentials').whereNot({ id: credential.id }).delete();
    expect((await owner.get(paths.secondFactor)).text).toContain('First you need a passkey');
  });
});

describe('the owner’s own automatic passkeys', () => {
  it('count on when one of them turned it on, and no other', async () => {
    const owner = createVisitor(running, unattended());
    const used = await plantIn(owner);
    const other = createVisitor(running, unattended());
    const unused = await plantIn(other);
    for (const browser of [thief, other, owner]) expect(await stepUp(browser)).toBe(200);
    const { text } = await owner.get(paths.secondFactor);
    expect(text.match(/, added automatically<\/li>/g)).toHaveLength(3);
    expect(text).toContain('Any other of them has to be confirmed');
    expect((await owner.postForm(paths.turnOnSecondFactor)).headers.location).toBe(paths.recoveryCodes);
    expect([await isVouched(used), await isVouched(unused), await isVouched(planted)]).toEqual([
      true,
      false,
      false,
    ]);

    const later = createVisitor(running, owner.authenticator);
    expect((await later.signInWithPasskey()).body.redirect).toBe(paths.dashboard);
  });
});
