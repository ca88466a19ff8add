/** Addresses as people have them and browsers send them, from the first form to the last. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { setFailures } from '../support/sign-in-attempts.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const password = 'no-2-of-the-difference-engines';
let running: MailedApp;
let visitor: Visitor;
beforeAll(async () => {
  running = await startMailedApp();
});
afterAll(() => running.close());
beforeEach(async () => {
  visitor = createVisitor(running);
  await running.database.db('rate_limits').delete();
});

/** From the form to the session, by the link in the letter. @param shown the address as a mail program shows it */
async function signUp(typed: string, shown = typed): Promise<void> {
  expect((await visitor.postForm(paths.signUp, { email: typed, password })).headers.location).toBe(
    paths.verifyEmailSent,
  );
  const answer = await visitor.postForm(await running.newestLink(shown));
  expect([answer.status, answer.headers.location]).toEqual([303, paths.dashboard]);
}

describe('an address with signs that are rare', () => {
  it('has an account, is shown as it is, and signs in', async () => {
    const email = "o'n&a!#$%*/=?^_`{|}~b@1.example";
    const inHtml = 'o&#39;n&amp;a!#$%*/=?^_`{|}~b@1.example';
    await visitor.postForm(paths.signUp, { email, password });
    expect((await visitor.get(paths.verifyEmailSent)).text).toContain(`We sent an email to ${inHtml}.`);
    await visitor.postForm(await running.newestLink(email));
    const refused = await visitor.postForm(paths.deleteAccount, { email: `not.${email}`, password });
    expect(refused.status).toBe(422);
    await visitor.signOut();
    expect((await visitor.signIn({ email, password })).status).toBe(303);
    expect((await visitor.get(paths.security)).text).toContain(inHtml);
    await visitor.signOut();
    await visitor.postForm(paths.forgotPassword, { email });
    expect((await visitor.get(await running.newestLink(email))).text).toContain(`the account of ${inHtml}.`);
  });
});

describe('an address in an international domain', () => {
  const [unicode, ascii, capitals] = ['user@пример.рф', 'user@xn--e1afmkfd.xn--p1ai', 'User@ПРИМЕР。РФ'];

  it('is one, however it is typed: one account, one password, one throttle', async () => {
    await signUp(unicode);
    for (const email of [ascii, capitals, unicode]) {
      await visitor.signOut();
      expect((await visitor.signIn({ email, password })).status, email).toBe(303);
    }
    expect(await running.database.db('users').where({ email: ascii }).pluck('email')).toEqual([ascii]);
    await expect(running.createAccount(capitals, password)).rejects.toThrow('already exists');

    const stranger = createVisitor(running);
    for (const email of [ascii, unicode]) await stranger.signIn({ email, password: 'wrong-password' });
    const counted = running.database.db('rate_limits').where('key', 'like', 'sign-in-failures:%');
    expect(await counted.pluck('points')).toEqual([2]);
    // However long a busy machine takes for the next try, it comes too early.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await setFailures(running, 9);
    await stranger.signIn({ email: ascii, password: 'wrong-password' });
    expect((await stranger.signIn({ email: capitals, password: 'wrong-password' })).status).toBe(429);
  });

  it('gets its letters, and can be moved to and left', async () => {
    const later = 'later@例え.テスト';
    await signUp('first@bücher.example');
    await visitor.postForm(paths.email, { email: later });
    await visitor.postForm(await running.newestLink(later));
    expect((await visitor.get(paths.security)).text).toContain('later@xn--r8jz45g.xn--zckzah');
    const { headers } = await visitor.postForm(paths.deleteAccount, { email: later, password });
    expect(headers.location).toBe(paths.goodbye);
  });
});

describe('what no email field of a browser takes', () => {
  it('is told on each form, as src/accounts/email-address.test.ts has it', async () => {
    for (const path of [paths.signUp, paths.login, paths.forgotPassword, paths.knownDevice])
      expect((await visitor.postForm(path, { email: 'ada@my_host.example', password })).status, path).toBe(
        422,
      );
  });
});
