/** Proving once more who one is, by keyboard alone. */
import { expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { proofGrowsOld, storedPasskeys } from './support/account-steps.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { useStage } from './support/stage.ts';
import { arriveOwning, button, seesHeading } from './support/steps.ts';

const stage = useStage();

it('proves once more who one is, changes a box and deletes', async () => {
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
  for (let back = 0; back < 4; back++) await keyboard.press('Shift+Tab');
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

it('keeps the focus on the button of a step-up while it waits and after it failed', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  await arriveOwning(visit);
  await visit.open(paths.reauth);
  await button(page, 'Use a passkey').waitFor();
  await visit.authenticator.setUserVerified(false);
  await tabTo(page, 'Use a passkey');
  await page.keyboard.press('Enter');
  await page
    .getByRole('status')
    .filter({ hasText: /No passkey was used|blocked/ })
    .waitFor();
  expect(await focused(page)).toBe('Use a passkey');
  await tabTo(page, 'Lost your passkey?');
  await page.keyboard.press('Enter');
  await seesHeading(page, 'Lost your passkey?');
});
