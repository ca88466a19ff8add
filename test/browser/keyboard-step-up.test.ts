/** Proving once more who one is, by keyboard alone. */
import { expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { proofGrowsOld, storedPasskeys } from './support/account-steps.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { useStage } from './support/stage.ts';
import { arriveOwning, button, seesHeading } from './support/steps.ts';

const stage = useStage();

it('keeps the focus on the button of a passkey that failed, proves who one is with a password, changes a box and deletes', async () => {
  const visit = await stage.visit();
  const { page, person } = visit;
  const { keyboard } = page;
  visit.expectReport(/status of 422/);
  await arriveOwning(visit);
  await proofGrowsOld(stage.app(), visit);
  await tabTo(page, 'Delete');
  await keyboard.press('Enter');
  await seesHeading(page, 'Confirm it’s you');
  await button(page, 'Use a passkey').waitFor();
  const sections = ['Dashboard', 'Security', 'Sessions', 'Activity', 'Your data'];
  const form = ['password', 'Show password', 'Confirm', 'Use a passkey', 'Cancel'];
  const order = [brand.name, 'Sign out', ...sections, ...form];
  for (const control of order) {
    await keyboard.press('Tab');
    expect(await focused(page)).toBe(control);
  }
  await visit.authenticator.setUserVerified(false);
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await page
    .getByRole('status')
    .filter({ hasText: /No passkey was used|blocked/ })
    .waitFor();
  expect(await focused(page)).toBe('Use a passkey');
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Lost your passkey?');
  await tabTo(page, 'password', 'Shift+Tab');
  await keyboard.type('wrong password');
  await keyboard.press('Enter');
  await page.getByText('The password is wrong.').waitFor();
  expect(await focusedAtFirst(page)).toBe('password');
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
