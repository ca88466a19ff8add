/** An account that was taken back to an address that another account has by now: it has none, and a way in. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noAddressOf } from '../../src/accounts/no-address.ts';
import { paths } from '../../src/paths.ts';
import { actingIn, place } from '../support/acting.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person } from '../support/app.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { rememberSeats } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const fresh = 'countess@example.org';
const chosen = 'a-new-one-for-the-countess';
let running: MailedApp;
let thief: Visitor;
let again: () => Promise<[Visitor]>;
let owner: Visitor;
let id: string;
beforeAll(async () => {
  running = await startMailedApp();
  thief = createVisitor(running);
  await thief.signIn();
  for (const table of ['rate_limits', 'outbox']) await running.database.db(table).delete();
  ({ id } = await running.database.db('users').where({ email: person.email }).first('id'));
  again = await rememberSeats(running, thief);
});
afterAll(() => running.close());
beforeEach(async () => {
  running.mail.clear();
  [thief] = await again();
  owner = createVisitor(running);
});

/** A link that waits to be mailed. */
const newest = (
  kind: Parameters<ReturnType<typeof actingIn>['newestSecret']>[0],
  email: string = person.email,
) => actingIn(running).newestSecret(kind, email);
const resetLink = async () => paths.resetPassword(await newest('reset-password'));
const account = () => running.database.db('users').where({ id }).first();

/** @returns the letter's link, and what it said before the button and after */
async function secured(): Promise<{ before: string; after: string }> {
  await thief.postForm(paths.password, { password: 'only-the-thief-knows-this' });
  const link = paths.lockdown(await newest('lockdown'));
  await thief.postForm(paths.email, { email: fresh });
  await thief.postForm(paths.confirmEmail(await newest('change-email', fresh)));
  await running.createAccount(person.email, 'somebody-elses-by-now');
  const guest = createVisitor(running);
  return { before: (await guest.get(link)).text, after: (await guest.postForm(link)).text };
}

describe('an account without an address', () => {
  it('is one whose page says so, before and after it is secured, and in the letter', async () => {
    const { before, after } = await secured();
    const taken = `Another account has the address ${person.email} now.`;
    for (const text of [before, after]) expect(text).toContain(taken);
    expect(before).not.toContain(`${person.email} again`);
    const link = await resetLink();
    const [letter] = (await running.mailsTo(person.email)).slice(-1);
    expect(letter?.text).toContain('Your earlier account at');
    const { text } = await owner.get(link);
    expect([text.includes('which has no email address'), text.includes('secured.invalid')]).toEqual([
      true,
      false,
    ]);
  });

  it('is never shown what stands in for one, nor mailed to it, and can have one', async () => {
    await secured();
    await owner.postForm(await resetLink(), { password: chosen });
    const none = noAddressOf(id);
    expect((await account()).email).toBe(none);
    for (const path of [paths.security, paths.email, paths.password, paths.deleteAccount, paths.dashboard]) {
      const { text } = await owner.get(path);
      expect(text, path).toContain('<span title="No email address">');
      expect(text, path).not.toContain(none);
    }
    const security = (await owner.get(paths.security)).text;
    expect(security).toContain('Enter an address');
    expect(security).not.toContain('Confirm email');
    expect((await owner.get(paths.email)).text).toContain('<h1>Enter your email address</h1>');
    expect((await owner.postForm(paths.resendVerification)).headers.location).toBe(paths.email);
    expect((await owner.get(paths.verifyEmailSent)).headers.location).toBe(paths.email);
    expect(JSON.parse((await owner.postForm(paths.exportData)).text).account.email).toBeNull();
    expect(JSON.parse((await owner.get(paths.passkeySignals)).text).name).toBe('No email address');
    expect(await running.database.db('outbox').where('letter', 'like', `%${none}%`)).toEqual([]);

    await owner.postForm(paths.email, { email: fresh });
    const link = paths.confirmEmail(await newest('change-email', fresh));
    const { text } = await owner.get(link);
    expect([text.includes(`becomes ${fresh}`), text.includes('secured.invalid')]).toEqual([true, false]);
    await owner.postForm(link);
    expect((await owner.get(paths.activity)).text).not.toContain(none);
    expect((await owner.get(paths.security)).text).toContain(`${fresh} · confirmed`);
  });

  it('has no way in by password, and so keeps its last passkey', async () => {
    await secured();
    await owner.postForm(await resetLink(), { password: chosen });
    expect((await owner.get(paths.security)).text).not.toContain('You can sign in with your password');
    await owner.createPasskey();
    const { credential_id: passkey } = await running.database.db('passkey_records').first();
    expect((await owner.get(paths.security)).text).toContain('You can sign in with your passkey.');
    const refused = await owner.postForm(paths.deletePasskey(passkey));
    expect([refused.status, refused.text.includes('only way to sign in')]).toEqual([409, true]);
  });

  it('can be come back to by the next link, as long as it has nothing else, and is told so where it can prove nothing', async () => {
    await thief.createPasskey();
    await secured();
    const first = await resetLink();
    await owner.postForm(first, { way: 'passkey' });
    await ageProofs(running, 601, noAddressOf(id));
    const { text } = await owner.get(paths.reauth);
    expect(text).toContain('Sign in again with the latest link that we emailed you.');
    // The passkey waits to be looked at, and is offered nowhere before.
    expect((await owner.get(paths.security)).text).toContain('<span>1 to review</span>');
    expect(text).not.toContain('data-ceremony="step-up"');
    expect((await owner.get(paths.secondFactor)).text).not.toContain('Any of these passkeys will do');
    expect((await createVisitor(running).postForm(first)).status).toBe(410);
    const next = createVisitor(running);
    expect((await next.postForm(await resetLink(), { way: 'passkey' })).status).toBe(303);
    const third = await resetLink();
    await next.postForm(paths.email, { email: fresh });
    await next.postForm(paths.confirmEmail(await newest('change-email', fresh)));
    expect((await createVisitor(running).postForm(third, { way: 'passkey' })).status).toBe(410);
  });

  it('is not confirmed by a link that an operator has handed over', async () => {
    await secured();
    const link = await running.app.operations.makeResetLink({ userId: id, operator: true }, true, place);
    await owner.postForm(paths.resetPassword(link.secret ?? ''), { password: chosen });
    expect((await account()).email_verified_at).toBeNull();
  });

  it('is deleted without typing one', async () => {
    await secured();
    await owner.postForm(await resetLink(), { password: chosen });
    expect((await owner.get(paths.deleteAccount)).text).not.toContain('Type your email address');
    expect((await owner.postForm(paths.deleteAccount, { password: chosen })).status).toBe(303);
    expect(await account()).toBeUndefined();
  });
});
