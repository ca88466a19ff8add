/** A mailed link is no way round the passkey after the password. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person } from '../support/app.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { codesIn, turnsOnSecondFactor, usesPasskeyAfterPassword } from '../support/second-factor.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const fresh = 'difference-engine-no-2';
let running: MailedApp;
let owner: Visitor;
let codes: string[];
beforeAll(async () => {
  running = await startMailedApp();
  owner = createVisitor(running);
  codes = await turnsOnSecondFactor(owner);
});
afterAll(() => running.close());

/** With the mailed link in a browser that has the owner's passkey, up to the second step. */
async function opensLink(fields: Record<string, string>): Promise<Visitor> {
  const visitor = createVisitor(running, owner.authenticator);
  await visitor.postForm(paths.forgotPassword, { email: person.email });
  const answer = await visitor.postForm(await running.newestLink(person.email), fields);
  const review = encodeURIComponent(paths.reviewPasskeys);
  expect(answer.headers.location).toBe(`${paths.verifySignIn}?return_to=${review}`);
  expect((await visitor.get(paths.dashboard)).status).toBe(303);
  return visitor;
}
const waits = 'Your new password is saved once you have used a passkey or a recovery code.';
const saysWhatWaits = async ({ get }: Visitor) => (await get(paths.verifySignIn)).text.includes(waits);
const isIn = async ({ get }: Visitor) => (await get(paths.dashboard)).status === 200;
const leadsOn = async (password: string) =>
  (await createVisitor(running).signIn({ ...person, password })).headers.location === paths.verifySignIn;

it('[ASVS 6.4.3] who wants a passkey instead of a password gives a recovery code first', async () => {
  const visitor = await opensLink({ way: 'passkey' });
  expect([await isIn(owner), await saysWhatWaits(visitor)]).toEqual([true, false]);
  const answer = await visitor.postForm(paths.verifySignIn, {
    code: codes[0] ?? '',
    return_to: paths.reviewPasskeys,
  });
  expect(answer.headers.location).toBe(paths.reviewPasskeys);
  expect([await isIn(visitor), await isIn(owner)]).toEqual([true, false]);
  expect((await visitor.get(paths.secondFactor)).text).toContain('On since');
});

it('[ASVS 6.4.3] a new password is set, and everybody else signed out, when the second step has passed', async () => {
  await owner.signInWithPasskey();
  const visitor = await opensLink({ password: fresh });
  expect(await saysWhatWaits(visitor)).toBe(true);
  expect([await leadsOn(person.password), await leadsOn(fresh), await isIn(owner)]).toEqual([
    true,
    false,
    true,
  ]);
  await usesPasskeyAfterPassword(visitor, running.origin);
  expect([await leadsOn(person.password), await leadsOn(fresh), await isIn(owner)]).toEqual([
    false,
    true,
    false,
  ]);
  expect(await isIn(visitor)).toBe(true);
});

it('[ASVS 7.5.1] after “This wasn’t me” the owner is told that codes of before work, and led to new ones', async () => {
  await running.database.db('rate_limits').delete();
  const visitor = createVisitor(running, owner.authenticator);
  await visitor.signInWithPasskey();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await visitor.postForm(paths.password, { password: person.password });
  const secured = await createVisitor(running).postForm(await running.newestLink(person.email));
  expect(secured.text).toContain(
    `Recovery codes from before then work again. If they may not be yours, <a href="${paths.recoveryCodes}">create new ones</a> after you sign in.`,
  );
  await visitor.postForm(await running.newestLink(person.email), { password: fresh });
  await usesPasskeyAfterPassword(visitor, running.origin);
  const review = await visitor.get(paths.reviewPasskeys);
  const newCodes = `${paths.recoveryCodes}?return_to=${encodeURIComponent(paths.reviewPasskeys)}`;
  expect(review.text).toContain(
    `If your codes may not be yours alone, <a href="${newCodes}">create new ones</a>.`,
  );
  await visitor.postForm(newCodes);
  const made = await visitor.get(newCodes);
  expect(codesIn(made.text)).toHaveLength(10);
  expect(made.text).toContain(`<a href="${paths.reviewPasskeys}">I have saved them</a>`);
  const later = createVisitor(running);
  await later.signIn({ ...person, password: fresh });
  expect((await later.postForm(paths.verifySignIn, { code: codes.at(-1) ?? '' })).status).toBe(422);
});
