/** What anybody may post about accounts, from one address: two hundred forms in a quarter of an hour. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person } from '../support/app.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { rowCounts } from '../support/request.ts';
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

/** Nobody's, but one that could be. */
const token = 'x'.repeat(22);
const forms = [
  ['a sign-up', paths.signUp, { email: 'new@example.com', password: 'difference-engine-no-2' }],
  ['a forgotten password', paths.forgotPassword, { email: person.email }],
  ['a link to reset a password', paths.resetPassword(token), { password: 'difference-engine-no-2' }],
  ['a link to confirm an address', paths.verifyEmail(token), {}],
  ['a mail that is sent again', paths.resendVerification, {}],
  ['another address', paths.email, { email: 'countess@example.org' }],
  ['a link to change the address', paths.confirmEmail(token), {}],
  ['a lockdown', paths.lockdown(token), {}],
  ['a letter that makes a browser known', paths.knownDevice, { email: person.email }],
  ['a link that makes a browser known, and does not work', paths.useKnownDevice(token), {}],
] as const;

it.each(forms)(
  '[ASVS 2.4.1] %s is taken two hundred times, and then not: nothing comes of it',
  async (_, path, fields) => {
    expect((await visitor.postForm(path, fields)).status).toBeOneOf([303, 410]);
    const count = running.database.db('rate_limits').where('key', 'like', 'account-form:%');
    expect(await count.clone().pluck('points')).toEqual([1]);
    await count.clone().update({ points: 199 });
    expect((await visitor.postForm(path, fields)).status).toBeOneOf([303, 410]);
    const before = await rowCounts(running);

    const refused = await visitor.postForm(path, fields);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(14 * 60);
    expect(await rowCounts(running)).toEqual(before);
  },
);

it('the limit is one for all of these forms together', async () => {
  for (const [, path, fields] of forms) await visitor.postForm(path, fields);
  const count = running.database.db('rate_limits').where('key', 'like', 'account-form:%');
  expect(await count.pluck('points')).toEqual([forms.length]);
});
