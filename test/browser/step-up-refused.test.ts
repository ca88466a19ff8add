/** Proving once more who one is, by keyboard alone, where the first tries fail. */
import { expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { proofGrowsOld, sessionCookie, storedPasskeys } from './support/account-steps.ts';
import { letThrough } from './support/interception.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { browserRefuses, finishIsRefused } from './support/refusals.ts';
import { useStage } from './support/stage.ts';
import {
  arriveOwning,
  button,
  failed,
  field,
  isTold,
  seesHeading,
  seesNoTechnicalWords,
} from './support/steps.ts';

const stage = useStage();

it('who does not confirm is told why, keeps the focus and the session as it is, may cancel, and may try again with the password, change a box and delete', async () => {
  const visit = await stage.visit();
  const { page, person } = visit;
  const { keyboard } = page;
  visit.expectReport(/status of 4\d\d/);
  await arriveOwning(visit);
  await proofGrowsOld(stage.app(), visit);
  await tabTo(page, 'Delete');
  await keyboard.press('Enter');
  await seesHeading(page, 'Confirm it’s you');
  await button(page, 'Use a passkey').waitFor();
  const cookie = await sessionCookie(visit);
  const sections = ['Dashboard', 'Security', 'Sessions', 'Activity', 'Your data'];
  const form = ['password', 'Show password', 'Confirm', 'Use a passkey', 'Cancel'];
  const order = [brand.name, 'Sign out', ...sections, ...form];
  for (const control of order) {
    await keyboard.press('Tab');
    expect(await focused(page)).toBe(control);
  }
  expect(await page.locator(':focus').getAttribute('href')).toBe(paths.dashboard);

  await visit.authenticator.setUserVerified(false);
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await page
    .getByRole('status')
    .filter({ hasText: /No passkey was used|blocked/ })
    .waitFor();
  expect(await focused(page)).toBe('Use a passkey');
  await visit.authenticator.setUserVerified(true);
  await finishIsRefused(page, paths.passkeyReauth, { status: 403, code: 'wrong_account' });
  await keyboard.press('Enter');
  await isTold(page, 'alert', failed('That passkey belongs to another account.'));
  await seesNoTechnicalWords(page);
  await letThrough(page);
  await browserRefuses(page, 'get', 'NotAllowedError', 400);
  await keyboard.press('Enter');
  await isTold(page, 'status', failed('No passkey was used. Try again, or use your password.'));
  expect(await focused(page)).toBe('Use a passkey');
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Lost your passkey?');

  await tabTo(page, 'password', 'Shift+Tab');
  await keyboard.type('wrong password');
  await keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'The password is wrong.' }).waitFor();
  expect(await focusedAtFirst(page)).toBe('password');
  expect(await page.title()).toContain('Could not confirm');
  const input = field(page, 'Password');
  expect(await input.inputValue()).toBe('');
  expect(await page.locator(`#${await input.getAttribute('aria-describedby')}`).innerText()).toBe(
    'The password is wrong.',
  );
  expect(await sessionCookie(visit)).toBe(cookie);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);

  await keyboard.type(person.password);
  await keyboard.press('Enter');
  await seesHeading(page, 'Delete passkey');
  await tabTo(page, 'end_sessions');
  await keyboard.press('Space');
  expect(await page.getByLabel('Also sign out other devices').isChecked()).toBe(false);
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Delete');
  await keyboard.press('Enter');
  await page.getByText('Passkey deleted.').waitFor();
  expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
});
