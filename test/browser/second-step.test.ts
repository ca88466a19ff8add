/**
 * A passkey after the password, and what there is instead of it. How it is turned on is in
 * accessibility.test.ts; what there is where no script runs in without-scripts.test.ts.
 */
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { isAskedAfterPassword } from './support/owning.ts';
import { browserRefuses } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, field, isTold, loseCookies, seesHeading } from './support/steps.ts';

const stage = useStage();

/** The password was right. @returns the page on which the passkey in the authenticator is asked for */
async function pendingPage(visit: Visit, wanted = ''): Promise<string> {
  const form = { ...visit.person, return_to: wanted };
  const answer = await visit.context.request.post(paths.login, { form, maxRedirects: 0 });
  return answer.headers().location ?? '';
}

/** The same, on that page. */
async function arrivesPending(visit: Visit, wanted?: string): Promise<void> {
  await visit.open(await pendingPage(visit, wanted));
  await seesHeading(visit.page, 'One more step');
}

it('a page that was left open leads to the beginning once the sign-in has ended; then two presses of a key sign in, also after the first came to nothing, and back leads to no half of a sign-in; a recovery code gets in as well, by keyboard alone, and nothing that was typed is lost; new codes are printed and downloaded as they are shown', async () => {
  const visit = await stage.visit();
  const { page, person } = visit;
  const { keyboard } = page;
  visit.expectReport(/status of 4(01|22)/);
  const [code = ''] = await isAskedAfterPassword(visit);
  await arrivesPending(visit, paths.activity);
  await button(page, 'Use a passkey').waitFor();
  const expires_at = new Date(0).toISOString();
  await stage.app().database.db('pending_sign_ins').update({ expires_at });
  await button(page, 'Use a passkey').click();
  await seesHeading(page, 'Sign in');
  await isTold(page, 'status', 'Your sign-in took too long. Sign in again.');

  await field(page, 'Email').fill(person.email);
  await field(page, 'Password').fill(person.password);
  await keyboard.press('Enter');
  await seesHeading(page, 'One more step');
  expect(await focusedAtFirst(page)).toBe('Use a passkey');
  await browserRefuses(page, 'get', 'NotAllowedError', 400, 1);
  await keyboard.press('Enter');
  await isTold(page, 'status', 'No passkey was used. Try again, or use a recovery code.');
  expect(await focused(page)).toBe('Use a passkey');
  await keyboard.press('Enter');
  await seesHeading(page, 'Activity');
  await page.goBack();
  await seesHeading(page, 'Activity');

  await loseCookies(visit);
  await arrivesPending(visit, paths.recoveryCodes);
  await button(page, 'Use a passkey').waitFor();
  await tabTo(page, 'Use a recovery code');
  await keyboard.press('Enter');
  await field(page, 'Recovery code').waitFor();
  expect(await focusedAtFirst(page)).toBe('code');
  await keyboard.type(code.slice(0, -1).toLowerCase());
  await keyboard.press('Enter');
  await isTold(
    page,
    'alert',
    'That is not a whole recovery code: it has 26 letters and digits, and never the letter U.',
  );
  expect(await focusedAtFirst(page)).toBe('code');
  await keyboard.press('End');
  await keyboard.type(code.slice(-1).toLowerCase());
  await keyboard.press('Enter');

  await button(page, 'Create new codes').click();
  await seesHeading(page, 'Your recovery codes');
  const shown = await page.locator('code').allTextContents();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Download').click()]);
  expect(download.suggestedFilename()).toBe('latchkey-recovery-codes.txt');
  const file = await text(await download.createReadStream());
  expect(shown).toHaveLength(10);
  await page.emulateMedia({ media: 'print' });
  const printed = (await page.locator('main').innerText()).split(/\n+/);
  await page.emulateMedia({ media: null });
  expect(printed).toEqual([
    'Your recovery codes',
    'Each works once, in place of a passkey.',
    expect.stringContaining(`Recovery codes of ${person.email} at Latchkey`),
    ...shown,
  ]);
  expect(file.split('\n').filter((line) => shown.includes(line))).toEqual(shown);
});

const hasNoCodes = async ({ person }: Visit) => {
  const { db } = stage.app().database;
  await db('recovery_codes')
    .whereIn('user_id', db('users').where({ email: person.email }).select('id'))
    .delete();
};

it('whoever has no passkey at hand, nor a browser that can use one, is asked for a code at once, and is told where to go without a code', async () => {
  const visit = await stage.visit({ before: () => Reflect.deleteProperty(window, 'PublicKeyCredential') });
  const { page } = visit;
  await isAskedAfterPassword(visit);
  const address = await pendingPage(visit);
  await visit.open(address);
  await field(page, 'Recovery code').waitFor();
  expect(await button(page, 'Use a passkey').count()).toBe(0);
  await hasNoCodes(visit);
  await visit.open(address);
  await page.getByText('If this browser cannot, use another browser or device.').waitFor();
  expect(await page.getByText('Use a recovery code').filter({ visible: true }).count()).toBe(0);
  expect(await field(page, 'Recovery code').count()).toBe(0);
});
