/** A passkey after the password: turned on, used, and what there is instead of it. */
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { isAskedAfterPassword, ownsPasskey } from './support/owning.ts';
import { browserRefuses } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, field, fillSignIn, isTold, seesHeading, signOut, signsInUnseen } from './support/steps.ts';

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

it('is turned on with the passkey that is there, and then signs in by two presses of a key; another tab goes the same way, and back leads to no half of a sign-in', async () => {
  const visit = await stage.visit();
  const { page, context, open, person } = visit;
  visit.expectReport(/status of 401/);
  await ownsPasskey(visit);
  await signsInUnseen(visit);
  await open(paths.secondFactor);
  await button(page, 'Turn on').click();
  await seesHeading(page, 'Confirm it’s you');
  await button(page, 'Use a passkey').click();
  await isTold(page, 'status', 'Thank you. Now press “Turn on”.');
  await button(page, 'Turn on').click();
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
  await page.getByText('I have saved them').click();
  await page.getByText('On since').waitFor();
  await signOut(visit);
  await field(page, 'Email').fill(person.email);
  await field(page, 'Password').fill(person.password);
  await page.keyboard.press('Enter');
  await seesHeading(page, 'One more step');
  expect(await focusedAtFirst(page)).toBe('Use a passkey');
  const other = await context.newPage();
  await other.goto(paths.verifySignIn);
  await page.keyboard.press('Enter');
  await seesHeading(page, 'Dashboard');
  await other.getByText('Use a recovery code').click();
  await seesHeading(other, 'Dashboard');
  await page.goBack();
  await seesHeading(page, 'Dashboard');
});

it('a page that was left open ends when somebody starts again, and leads to the beginning once the sign-in has ended; then a recovery code gets in, by keyboard alone, and nothing that was typed is lost', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of (401|422)/);
  const [code = ''] = await isAskedAfterPassword(visit);
  await arrivesPending(visit);
  await button(page, 'Start again').click();
  await seesHeading(page, 'Sign in');
  const again = await visit.context.request.get(paths.verifySignIn);
  expect(new URL(again.url()).pathname).toBe(paths.login);

  await arrivesPending(visit, paths.activity);
  await button(page, 'Use a passkey').waitFor();
  const expires_at = new Date(0).toISOString();
  await stage.app().database.db('pending_sign_ins').update({ expires_at });
  await button(page, 'Use a passkey').click();
  await seesHeading(page, 'Sign in');
  await isTold(page, 'status', 'Your sign-in took too long. Sign in again.');
  await fillSignIn(visit);

  await button(page, 'Use a passkey').waitFor();
  await browserRefuses(page, 'get', 'NotAllowedError', 400);
  await page.keyboard.press('Enter');
  await isTold(page, 'status', 'No passkey was used. Try again, or use a recovery code.');
  expect(await focused(page)).toBe('Use a passkey');
  await tabTo(page, 'Use a recovery code');
  await page.keyboard.press('Enter');
  await field(page, 'Recovery code').waitFor();
  expect(await focusedAtFirst(page)).toBe('code');
  await page.keyboard.type(code.slice(0, -1).toLowerCase());
  await page.keyboard.press('Enter');
  await isTold(
    page,
    'alert',
    'That is not a whole recovery code: it has 26 letters and digits, and never the letter U.',
  );
  expect(await focusedAtFirst(page)).toBe('code');
  await page.keyboard.press('End');
  await page.keyboard.type(code.slice(-1).toLowerCase());
  await page.keyboard.press('Enter');
  await seesHeading(page, 'Activity');
  await page.getByText('Recovery code used').first().waitFor();
});

describe('whoever has no passkey at hand', () => {
  const hasNoCodes = async ({ person }: Visit) => {
    const { db } = stage.app().database;
    await db('recovery_codes')
      .whereIn('user_id', db('users').where({ email: person.email }).select('id'))
      .delete();
  };

  async function seesNoWayToUseACode({ page }: Visit): Promise<void> {
    expect(await page.getByText('Use a recovery code').filter({ visible: true }).count()).toBe(0);
    expect(await field(page, 'Recovery code').count()).toBe(0);
  }

  it('nor a browser that can use one is asked for a code at once, is told where to go without a code, and sees no way to use one there nor in a browser that can use a passkey', async () => {
    const visit = await stage.visit({
      before: () => {
        if (!sessionStorage.getItem('able')) Reflect.deleteProperty(window, 'PublicKeyCredential');
      },
    });
    const { page } = visit;
    await isAskedAfterPassword(visit);
    const address = await pendingPage(visit);
    await visit.open(address);
    await field(page, 'Recovery code').waitFor();
    expect(await button(page, 'Use a passkey').count()).toBe(0);
    await hasNoCodes(visit);
    await visit.open(address);
    await page.getByText('If this browser cannot, use another browser or device.').waitFor();
    await seesNoWayToUseACode(visit);
    await page.evaluate(() => sessionStorage.setItem('able', 'yes'));
    await visit.open(address);
    await button(page, 'Use a passkey').waitFor();
    await seesNoWayToUseACode(visit);
  });

  it('nor a script gets in with the password and a recovery code', async () => {
    const visit = await stage.visit({ javaScriptEnabled: false });
    const { page } = visit;
    visit.expectReport(/status of 422/);
    const [code = '', next = ''] = await isAskedAfterPassword(visit);
    await arrivesPending(visit, paths.secondFactor);
    const controls = page.locator('button:visible, input:visible, a:visible');
    const named = await controls.evaluateAll((all) =>
      all.map((one) => one.textContent?.trim() || one.getAttribute('name')),
    );
    expect(named).toEqual(['code', 'Sign in', 'Start again']);
    expect(await page.locator('body').innerText()).toContain('Using a passkey needs JavaScript.');
    await field(page, 'Recovery code').fill('wrong');
    await button(page, 'Sign in').click();
    expect(await page.getByRole('alert').innerText()).toContain('That is not a whole recovery code');
    await field(page, 'Recovery code').fill(code);
    await button(page, 'Sign in').click();
    await seesHeading(page, 'Passkey after password');
    await page.getByText('You used a recovery code. You have 9 left.').waitFor();
    await button(page, 'Manage recovery codes').click();
    await button(page, 'Create new codes').click();
    await seesHeading(page, 'Your recovery codes');
    expect(await page.locator('code').count()).toBe(10);
    expect(await page.locator('button:visible').allTextContents()).toEqual(['Sign out']);
    expect(next).not.toBe('');
  });
});
