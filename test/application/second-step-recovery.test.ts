/** A mailed link is no way round the passkey after the password. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { aMoment } from '../support/a-moment.ts';
import { actingIn, place } from '../support/acting.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { askedForPasskey, rememberSeats, signedIn } from '../support/seated.ts';
import { codesIn, usesPasskeyAfterPassword } from '../support/second-factor.ts';
import { haveHadThemForLong } from '../support/second-step.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const fresh = 'difference-engine-no-2';
let running: TestApp;
let owner: Visitor;
let codes: string[];
let seats: () => Promise<[Visitor]>;
beforeAll(async () => {
  // Nobody listens there: letters wait in the outbox, where their links are read.
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  owner = createVisitor(running);
  codes = await askedForPasskey(running, owner);
  seats = await rememberSeats(running, owner);
});
afterAll(() => running.close());
beforeEach(async () => {
  [owner] = await seats();
});

const resetLink = async () =>
  paths.resetPassword(await actingIn(running).newestSecret('reset-password', person.email));

/** With the mailed link in a browser that has the owner's passkey, up to the second step. */
async function opensLink(fields: Record<string, string>): Promise<Visitor> {
  const visitor = createVisitor(running, owner.authenticator);
  await running.app.operations.requestReset(person.email, place);
  const answer = await visitor.postForm(await resetLink(), fields);
  const review = encodeURIComponent(paths.reviewPasskeys);
  expect(answer.headers.location).toBe(`${paths.verifySignIn}?return_to=${review}`);
  expect((await visitor.get(paths.dashboard)).status).toBe(303);
  return visitor;
}
const waits = 'Your new password is saved once you have used a passkey or a recovery code.';
const saysWhatWaits = async ({ get }: Visitor) => (await get(paths.verifySignIn)).text.includes(waits);
/** Where the application leads whoever is signed in: it costs no page. */
const isIn = async ({ get }: Visitor) => (await get(paths.home)).headers.location === paths.dashboard;
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
  const visitor = createVisitor(running, owner.authenticator);
  const inside = await signedIn(running, visitor);
  await haveHadThemForLong(running.database.db);
  await aMoment();
  await running.app.operations.changePassword(inside, 'a hash of somebody else', place);
  const secret = await actingIn(running).newestSecret('lockdown', person.email);
  const secured = await createVisitor(running).postForm(paths.lockdown(secret));
  expect(secured.text).toContain(
    `Recovery codes from before then work again. If they may not be yours, <a href="${paths.recoveryCodes}">create new ones</a> after you sign in.`,
  );
  await visitor.postForm(await resetLink(), { password: fresh });
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
