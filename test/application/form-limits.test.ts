/** What anybody may post about accounts, from one address: two hundred forms in a quarter of an hour. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { rowCounts } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: MailedApp;
let visitor: Visitor;
beforeAll(async () => {
  running = await startMailedApp();
  visitor = createVisitor(running);
  await visitor.signIn();
});
afterAll(() => running.close());
beforeEach(() => running.database.db('rate_limits').where('key', 'like', 'account-form:%').delete());

/** Nobody's, but one that could be: a form with it is answered that the link is gone. */
const token = 'x'.repeat(22);
const forms = [
  ['a sign-up', paths.signUp, { email: 'new@example.com', password: 'difference-engine-no-2' }, 303],
  ['a forgotten password', paths.forgotPassword, { email: person.email }, 303],
  ['a link to reset a password', paths.resetPassword(token), { password: 'difference-engine-no-2' }, 410],
  ['a link to confirm an address', paths.verifyEmail(token), {}, 410],
  ['a mail that is sent again', paths.resendVerification, {}, 303],
  ['another address', paths.email, { email: 'countess@example.org' }, 303],
  ['a link to change the address', paths.confirmEmail(token), {}, 410],
  ['a lockdown', paths.lockdown(token), {}, 410],
  ['a letter that makes a browser known', paths.knownDevice, { email: person.email }, 303],
  ['a link that makes a browser known, and does not work', paths.useKnownDevice(token), {}, 410],
] as const;

it.each(forms)(
  '[ASVS 2.4.1] %s is taken two hundred times, and then not: nothing comes of it',
  async (_, path, fields, taken) => {
    expect((await visitor.postForm(path, fields)).status).toBe(taken);
    const count = running.database.db('rate_limits').where('key', 'like', 'account-form:%');
    // One for all of these forms together.
    const counted = [{ key: 'account-form:127.0.0.1', points: 1 }];
    expect(await count.clone().select('key', 'points')).toEqual(counted);
    await count.clone().update({ points: 199 });
    expect((await visitor.postForm(path, fields)).status).toBe(taken);
    const before = await rowCounts(running);

    const refused = await visitor.postForm(path, fields);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(14 * 60);
    expect(refused.text).toMatch(/Too many attempts. Try again in 15 minutes./);
    expect(await rowCounts(running)).toEqual(before);
  },
);

const used = () =>
  running.database.db('rate_limits').where('key', 'like', 'account-form:%').update({ points: 10_000 });

/** What the form says, what stands in its fields, and what people are told beside it. */
const shown = (html: string) => ({
  heading: /<h1>([^<]+)</.exec(html)?.[1],
  told: [...html.matchAll(/role="alert"[^>]*>([^<]+)</g)].map(([, text]) => text),
  fields: [...html.matchAll(/<input id="(\w+)"[^>]* value="([^"]*)"/g)].map(([, name, value]) => [
    name,
    value,
  ]),
});
const told = ['Too many attempts. Try again in 15 minutes.'];
const typed = 'Ada@Example';
const password = 'difference-engine-no-2';
const back = [
  [
    paths.signUp,
    'Create an account',
    [
      ['email', typed],
      ['password', ''],
    ],
  ],
  [paths.forgotPassword, 'Forgot your password?', [['email', typed]]],
  [paths.knownDevice, 'Use your password in this browser', [['email', typed]]],
  [paths.email, 'Change your email address', [['email', typed]]],
  [paths.password, 'Change your password', [['password', '']]],
  [paths.resendVerification, 'Check your email', []],
] as const;

it.each(back)(
  '[ASVS 2.4.1] what was typed at %s comes back, and when to try again, but no password',
  async (path, heading, fields) => {
    await visitor.postForm(paths.resendVerification);
    await used();
    const { status, text } = await visitor.postForm(path, { email: typed, password });
    expect([status, shown(text)]).toEqual([429, { heading, told, fields }]);
    expect(text).not.toContain(password);
  },
);

it('whoever asks for JSON is told in JSON, as ever', async () => {
  await visitor.postForm(paths.resendVerification);
  await used();
  const answer = await visitor.postForm(paths.signUp, { email: typed }).set('Accept', 'application/json');
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body).toEqual({ title: told[0], status: 429, code: 'too_many_requests' });
});

describe('all that is wrong is said at once', () => {
  const problems = (html: string) =>
    [...html.matchAll(/<p class="problem" id="(\w+)-problem"[^>]*>([^<]+)</g)].map(([, name, text]) => [
      name,
      text,
    ]);
  const badEmail = ['email', 'Enter your email address, such as name@example.com.'];

  it.each([
    ['nonsense', 'short', [badEmail, ['password', 'Use at least 15 characters.']]],
    ['new@example.com', 'short', [['password', 'Use at least 15 characters.']]],
    [
      'countess@nowhere',
      'countess',
      [
        badEmail,
        [
          'password',
          'Use at least 15 characters. Do not use your email address or the name of this site as your password.',
        ],
      ],
    ],
  ])('at a sign-up with %j and %j', async (email, chosen, wrong) => {
    const guest = createVisitor(running);
    const { status, text } = await guest.postForm(paths.signUp, { email, password: chosen });
    expect([status, problems(text)]).toEqual([422, wrong]);
    expect(shown(text).fields).toEqual([
      ['email', email],
      ['password', ''],
    ]);
  });

  it('also where no password is wanted, and in the name of a passkey', async () => {
    const guest = createVisitor(running);
    const { text } = await guest.postForm(paths.signUp, { email: 'nonsense', password: '', way: 'passkey' });
    expect(problems(text)).toEqual([badEmail]);
    const id = await givePasskey(running, createAuthenticator());
    const renamed = await visitor.postForm(paths.renamePasskey(id), { name: `${'x'.repeat(70)}\u202ex` });
    expect(problems(renamed.text)).toEqual([
      ['name', 'A name has at most 64 characters. This name has characters that cannot be shown.'],
    ]);
    const endless = await visitor.postForm(paths.renamePasskey(id), { name: 'x'.repeat(1_001) });
    expect(problems(endless.text)).toEqual([['name', 'A name has at most 64 characters.']]);
  });
});
