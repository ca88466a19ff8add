/** Turning "Also ask for a passkey after my password" on and off, and the recovery codes that come with it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { ageProofs, changeSessions } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { cookieNamed } from '../support/request.ts';
import { askedForPasskey, owningPasskey, rememberSeats, signedIn } from '../support/seated.ts';
import { codesIn, usesPasskeyAfterPassword } from '../support/second-factor.ts';
import { wrongCode } from '../support/second-step.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
let owner: Visitor;
beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
});
afterAll(() => running.close());

const account = { ...person, email: 'owner@example.com' };
let codes: string[];
/** Somebody who is signed in, and somebody who is asked for a passkey after the password. */
let again: { asBefore: () => Promise<[Visitor]>; asked: () => Promise<[Visitor]> };
beforeAll(async () => {
  await running.createAccount(account.email, account.password);
  const asBefore = await rememberSeats(running, createVisitor(running));
  const visitor = createVisitor(running);
  codes = await askedForPasskey(running, visitor, account);
  again = { asBefore, asked: await rememberSeats(running, visitor) };
});
beforeEach(async () => {
  wire.mend();
  [owner] = await again.asBefore();
});
/** Has the second factor on. @returns the recovery codes */
async function isAsked(): Promise<string[]> {
  [owner] = await again.asked();
  return codes;
}

const isOn = async () =>
  Boolean((await running.database.db('users').where({ email: account.email }).first()).second_factor_at);
const codesMade = async () =>
  (await running.database.db('recovery_codes').count({ rows: '*' }).first())?.rows;

/** Somebody who has a passkey and has just proved who they are with it. */
async function comesWithPasskey(): Promise<void> {
  const provenWith = await owningPasskey(running, owner, account);
  await changeSessions(running, { provenBy: 'passkey', provenWith }, account.email);
}

/** A security key for this alone. */
async function addsKey(key: Authenticator) {
  const start = await owner.postJson(paths.secondFactorRegistration, { start: true, hint: 'security-key' });
  const credential = key.create(start.body.createOptions, running.origin);
  const finish = await owner.postJson(paths.secondFactorRegistration, { finish: true, credential });
  return { start, finish };
}

describe('turning it on', () => {
  it('[ASVS 7.5.1] needs a recent proof by a passkey, which the password is not', async () => {
    await owningPasskey(running, owner, account);
    await owner.postForm(paths.reauth, { password: account.password });
    const answer = await owner.postForm(paths.turnOnSecondFactor);
    const { location = '' } = answer.headers;
    expect(location).toBe('/reauth?by=passkey&return_to=%2Fsettings%2Ftwo-factor%2Fenable');
    const page = await owner.get(location);
    expect(page.text).toContain('Use a passkey to continue.');
    expect(page.text).not.toContain('name="password"');
    expect(await isOn()).toBe(false);
    const { body } = await owner.postJson(paths.passkeyReauth, { start: true });
    const credential = owner.authenticator.get(body.loginOptions, running.origin);
    await owner.postJson(paths.passkeyReauth, { finish: true, credential });
    expect((await owner.get(paths.turnOnSecondFactor)).text).toContain('Now press “Turn on”.');
    expect((await owner.postForm(paths.turnOnSecondFactor)).headers.location).toBe(paths.recoveryCodes);
  });

  it('[ASVS 3.3.4, 14.2.1] shows ten recovery codes, once, as text and as a file, in that sign-in alone, and signs everybody else out', async () => {
    await comesWithPasskey();
    const elsewhere = createVisitor(running, owner.authenticator);
    await signedIn(running, elsewhere, account);
    const answer = await owner.postForm(paths.turnOnSecondFactor);
    expect([answer.status, answer.headers.location]).toEqual([303, paths.recoveryCodes]);
    expect(await isOn()).toBe(true);
    expect((await elsewhere.get(paths.dashboard)).status).toBe(303);
    const twice = await owner.postForm(paths.turnOnSecondFactor);
    expect([twice.status, twice.text.includes('This could not be turned on.')]).toEqual([409, true]);

    // They travel in a cookie that nobody else can read.
    const name = cookieNamed(running, 'codes');
    const lines = answer.headers['set-cookie'] as unknown as string[];
    const line = lines.find((one) => one.startsWith(`${name}=`)) ?? '';
    expect(line).toMatch(/; path=\/; expires=.*; samesite=strict; httponly$/i);
    const [, jwe = ''] = /=([^;]+)/.exec(line) ?? [];
    expect(jwe.split('.')).toHaveLength(5);
    const thief = createVisitor(running, owner.authenticator);
    await thief.signInWithPasskey();
    const cookies = lines.filter((one) => one.startsWith(name)).map((one) => one.split(';')[0] ?? '');
    for (const one of cookies) thief.agent.jar.setCookie(one, '127.0.0.1', '/');
    const stolen = await thief.get(paths.recoveryCodes);
    expect([stolen.status, codesIn(stolen.text)]).toEqual([200, []]);

    expect((await owner.agent.head(paths.recoveryCodes)).status).toBe(200);
    const page = await owner.get(paths.recoveryCodes);
    const codes = codesIn(page.text);
    expect(new Set(codes).size).toBe(10);
    expect(page.text).toContain('From now on we ask for a passkey after your password.');
    expect(page.headers['cache-control']).toBe('no-store');
    const [, href = ''] = /download="latchkey-recovery-codes.txt" href="data:([^"]+)"/.exec(page.text) ?? [];
    const file = decodeURIComponent(href);
    const readable = jwe.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    for (const code of codes) {
      expect(file).toContain(`\n${code}\n`);
      expect(readable.join(' ')).not.toContain(code);
    }
    expect(file).toContain(account.email);

    const again = await owner.get(paths.recoveryCodes);
    expect([codesIn(again.text), again.text.includes('10 left.')]).toEqual([[], true]);
  });

  it('takes a passkey that was created automatically, once it was used beside the password', async () => {
    const credential_id = await owningPasskey(running, owner, account);
    const record = running.database.db('passkey_records').where({ credential_id });
    await record.update({ automatic: true, vouched: false });
    expect((await owner.get(paths.secondFactor)).text).toContain('Turn on</button>');
    const { body } = await owner.postJson(paths.passkeyReauth, { start: true });
    const credential = owner.authenticator.get(body.loginOptions, running.origin);
    await owner.postJson(paths.passkeyReauth, { finish: true, credential });
    expect((await owner.postForm(paths.turnOnSecondFactor)).headers.location).toBe(paths.recoveryCodes);
    expect(await isOn()).toBe(true);
  });

  it('is offered to whoever has a password and a passkey, and says to others what is missing', async () => {
    await signedIn(running, owner, account);
    const missing = 'First you need a passkey that signs you in by itself.';
    expect((await owner.get(paths.secondFactor)).text).toContain(missing);
    await owner.createPasskey();
    expect((await owner.get(paths.secondFactor)).text).toContain('Turn on</button>');
    wire.before = () => brokenAnswer();
    const page = await owner.get(paths.secondFactor);
    wire.mend();
    expect(page.text).toContain('Passkeys are not available right now, so this cannot be turned on.');
    await running.database.db('users').where({ email: account.email }).update({ password_hash: null });
    expect((await owner.get(paths.secondFactor)).text).toContain('You have no password');
  });
});

describe('once it is on', () => {
  it('the overview says what is asked for, and after what', async () => {
    await isAsked();
    const { text } = await owner.get(paths.security);
    expect(text).toContain('You can sign in with your passkey alone.');
    expect(text).toContain('After your password we ask for a passkey or a recovery code.');
    const { db } = running.database;
    const { id } = await db('users').where({ email: account.email }).first('id');
    await db('passkey_api_credentials').where({ user_id: id }).delete();
    expect((await owner.get(paths.security)).text).toContain(
      'After your password we ask for a recovery code.',
    );
    await db('recovery_codes').where({ user_id: id }).delete();
    expect((await owner.get(paths.security)).text).toContain('Add another way to sign in');
    expect(text).toMatch(/Passkey after password<\/strong>\s*<span>On since \d+ \w+ \d{4}/);
  });

  it('each page says what is true without codes, without a passkey, and without the password', async () => {
    await isAsked();
    const { db } = running.database;
    const { id } = await db('users').where({ email: account.email }).first('id');
    const setting = async () => (await owner.get(paths.secondFactor)).text;
    const create = 'Create a passkey</a>';
    expect(await setting()).toContain('After your password we ask for one of your passkeys');
    expect(await setting()).not.toContain(create);
    const codes = await db('recovery_codes').where({ user_id: id });
    await db('recovery_codes').where({ user_id: id }).delete();
    expect((await owner.get(paths.security)).text).toContain('After your password we ask for a passkey.');
    await db('recovery_codes').insert(codes);

    await addsKey(createAuthenticator());
    const alone = 'A passkey by itself still signs you in.';
    expect(await setting()).toContain(alone);
    const only = 'Without a passkey, each sign-in takes one of your recovery codes. You have 10 left.';
    const passkey = (await running.app.passkeys.listFor(id)).find(({ signsInAlone }) => signsInAlone);
    expect((await owner.postForm(paths.deletePasskey(passkey?.id ?? ''))).status).toBe(303);
    expect(await setting()).toContain('After your password we ask for one of your passkeys');
    expect(await setting()).not.toContain(alone);
    expect((await owner.get(paths.dashboard)).text).not.toContain(only);
    await db('passkey_api_credentials').where({ user_id: id }).delete();
    expect(await setting()).toContain(
      'After your password we ask for one of your recovery codes, because you have no passkey.',
    );
    expect(await setting()).toContain(create);
    expect((await owner.get(paths.dashboard)).text).toContain(only);

    await db('users').where({ id }).update({ password_hash: null });
    expect(await setting()).toContain('After a password we ask for one of your recovery codes');
    await db('recovery_codes').where({ user_id: id }).delete();
    expect(await setting()).toContain('You have no passkey and no recovery code');
  });

  it('[ASVS 7.5.1] the password is a proof only together with a recovery code, which comes back where the other was wrong', async () => {
    const [code = '', next = ''] = await isAsked();
    await ageProofs(running, 601, account.email);
    const { location = '' } = (await owner.get(paths.recoveryCodes)).headers;
    expect(location).toBe('/reauth?return_to=%2Fsettings%2Frecovery-codes');
    const page = await owner.get(location);
    expect(page.text).toContain('Use a passkey, or your password and a recovery code, to continue.');
    const { password } = account;
    const confirm = (fields: Record<string, string>) =>
      owner.postForm(paths.reauth, { return_to: paths.recoveryCodes, ...fields });
    for (const [fields, sentence] of [
      [{ password }, 'Enter a recovery code.'],
      [{ password, code: wrongCode }, 'That code is wrong'],
      [{ password: 'a-wrong-password', code }, 'The password is wrong.'],
    ] as const) {
      const answer = await confirm(fields);
      const marked = answer.text.match(/id="(\w+)"[^>]*aria-invalid="true"[^>]*autofocus/g) ?? [];
      expect(marked.map((field) => field.slice(4, 8))).toEqual([
        sentence.includes('password') ? 'pass' : 'code',
      ]);
      expect(answer.text.match(/aria-invalid/g)).toHaveLength(1);
      expect([answer.status, answer.text.includes(sentence)], sentence).toEqual([422, true]);
      expect(answer.text).toContain(`value="${'code' in fields ? fields.code : ''}"`);
    }
    const confirmed = await confirm({ password, code });
    expect([confirmed.status, confirmed.headers.location]).toEqual([303, paths.recoveryCodes]);
    expect((await owner.get(paths.recoveryCodes)).text).toContain('9 left.');
    await ageProofs(running, 601, account.email);
    expect((await confirm({ password, code })).status).toBe(422);
    expect((await confirm({ password, code: next })).status).toBe(303);
  });

  it('codes that were replaced elsewhere, or turned off, before their page was loaded are not shown', async () => {
    await isAsked();
    const elsewhere = createVisitor(running, owner.authenticator);
    await elsewhere.signInWithPasskey();
    await owner.postForm(paths.recoveryCodes);
    await elsewhere.postForm(paths.recoveryCodes);
    const replaced = await owner.get(paths.recoveryCodes);
    expect([codesIn(replaced.text), replaced.text.includes('10 left.')]).toEqual([[], true]);
    expect(codesIn((await elsewhere.get(paths.recoveryCodes)).text)).toHaveLength(10);
    await owner.postForm(paths.recoveryCodes);
    await running.database.db('users').where({ email: account.email }).update({ recovery_set: null });
    expect(codesIn((await owner.get(paths.recoveryCodes)).text)).toEqual([]);
  });

  it('without a code the last passkey stays, and its page leads to new ones', async () => {
    await isAsked();
    await running.database.db('recovery_codes').delete();
    const [, way = ''] =
      /action="(\/passkeys\/[^"]+\/delete)"/.exec((await owner.get(paths.dashboard)).text) ?? [];
    for (const page of [await owner.get(way), await owner.postForm(way)])
      expect(page.text).toContain(
        `Create another passkey or <a href="${paths.recoveryCodes}">new recovery codes</a> first.`,
      );
  });

  it('the page says when so many have been made that no more are', async () => {
    await isAsked();
    const made = running.database.db('rate_limits').where('key', 'like', 'recovery-sets:%');
    expect(await made.update({ points: limits.recoverySets.points })).toBeGreaterThan(0);
    const answer = await owner.postForm(paths.recoveryCodes);
    expect([answer.status, answer.text.includes('<h1>Recovery codes</h1>')]).toEqual([429, true]);
    expect(answer.text).toMatch(/role="alert">[^<]+<\/p>/);
    expect(answer.text).toContain('10 left.');
  });

  it('it is turned off on a page of its own', async () => {
    const [code = ''] = await isAsked();
    const page = await owner.get(paths.turnOffSecondFactor);
    expect(page.text).toContain('Your recovery codes stop working.');
    expect((await owner.postForm(paths.turnOffSecondFactor)).status).toBe(422);
    const { password } = account;
    const answer = await owner.postForm(paths.turnOffSecondFactor, { password, code });
    expect([answer.status, answer.headers.location]).toEqual([303, paths.secondFactor]);
    expect((await owner.get(paths.secondFactor)).text).toContain(
      'your password signs you in without a passkey',
    );
    expect((await createVisitor(running).signIn(account)).headers.location).toBe(paths.dashboard);
  });
});

it('while it is off there are no recovery codes, and none are made', async () => {
  await signedIn(running, owner, account);
  expect((await owner.get(paths.recoveryCodes)).text).toContain('You need none');
  const before = await codesMade();
  await owner.postForm(paths.recoveryCodes);
  expect([codesIn((await owner.get(paths.recoveryCodes)).text), await codesMade()]).toEqual([[], before]);
});

describe('a security key for this alone', () => {
  it('is added with a recent proof, and works after the password and nowhere else', async () => {
    await isAsked();
    const key = createVisitor(running);
    const { start, finish } = await addsKey(key.authenticator);
    expect(start.body.createOptions.publicKey.excludeCredentials).toHaveLength(1);
    expect([finish.status, finish.body.redirect]).toEqual([200, paths.secondFactor]);
    expect((await owner.get(paths.secondFactor)).text).toContain('Your security key was saved.');
    expect((await owner.get(paths.dashboard)).text).toContain('Works only after your password');

    expect((await key.signInWithPasskey()).status).toBe(401);
    await key.signIn(account);
    const { body } = await key.postJson(paths.secondFactorLogin, { start: true });
    const answer = key.authenticator.get(body.loginOptions, running.origin);
    expect((await key.postJson(paths.secondFactorLogin, { finish: true, credential: answer })).status).toBe(
      200,
    );
    expect((await key.get(paths.dashboard)).status).toBe(200);
  });
});

describe('where the site asks everybody for it who has a passkey', () => {
  it('the pages say so, recovery codes can be made, and nothing can be turned off', async () => {
    const own = await startApp({ env: { REQUIRE_SECOND_FACTOR: 'password' } });
    const visitor = createVisitor(own);
    const { get, postForm } = visitor;
    expect((await visitor.signIn()).headers.location).toBe(paths.dashboard);
    expect((await get(paths.recoveryCodes)).text).toContain('You need none');
    expect((await get(paths.secondFactor)).text).toContain(
      'As soon as you have a passkey, this site asks for it after your password',
    );
    await visitor.createPasskey();
    expect((await visitor.signIn()).headers.location).toBe(paths.verifySignIn);
    await usesPasskeyAfterPassword(visitor, own.origin);

    const page = (await get(paths.secondFactor)).text;
    expect(page).toContain('This site asks everybody who has a passkey.');
    expect(page).toContain('After your password we ask for one of your passkeys');
    expect(page).not.toMatch(/>Turn (on|off)</);
    const overview = (await get(paths.security)).text;
    expect(overview).toContain('After your password we ask for a passkey.');
    expect(overview).toContain('On for everybody who has a passkey');
    expect((await postForm(paths.recoveryCodes)).status).toBe(303);
    const [code = ''] = codesIn((await get(paths.recoveryCodes)).text);
    expect((await get(paths.reauth)).text).toContain('your password and a recovery code');
    const { password } = person;
    expect((await postForm(paths.reauth, { password })).text).toContain('Enter a recovery code.');
    expect((await postForm(paths.reauth, { password, code })).status).toBe(303);
    await own.close();
  });
});

it('[ASVS 16.5.3] a passkey service that is broken leaves it off', async () => {
  await owningPasskey(running, owner, account);
  await changeSessions(running, { provenBy: 'passkey' }, account.email);
  const before = await codesMade();
  wire.before = brokenAnswer;
  const answer = await owner.postForm(paths.turnOnSecondFactor);
  wire.mend();
  expect(answer.status).toBe(503);
  expect(answer.text).toContain('Your passkeys could not be checked, so this was not turned on.');
  expect(String(answer.headers['set-cookie'] ?? '')).not.toContain(cookieNamed(running, 'codes'));
  expect([await isOn(), await codesMade()]).toEqual([false, before]);
  expect((await createVisitor(running).signIn(account)).headers.location).toBe(paths.dashboard);
});
