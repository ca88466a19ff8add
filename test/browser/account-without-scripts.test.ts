/** What somebody who is signed in can do where no script runs: everything but the passkey itself. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { confirmWithPassword, proofGrowsOld } from './support/account-steps.ts';
import { createsUnseen } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveOwning, button, field, isTold, passkeyList, seesHeading } from './support/steps.ts';

const stage = useStage();

/** Every control that a person can see and use. */
const controls = ({ page }: Visit) =>
  page
    .locator('button:visible, input:visible, summary:visible')
    .evaluateAll((all) => all.map((one) => one.textContent?.trim() || one.getAttribute('name')));

it('shows no control that would do nothing, says what needs a script, turns the automatic creation off, and deletes after a password that was wrong at first, with the tick as it was, and names a passkey that has just been created, and renames it', async () => {
  const visit = await stage.visit({ javaScriptEnabled: false });
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await arriveOwning(visit);
  expect(await controls(visit)).toEqual(['Sign out', 'Rename', 'Delete', 'automatic', 'Save']);
  expect(await page.locator('body').innerText()).toContain('Creating a passkey needs JavaScript');
  const box = page.getByLabel('Create passkeys automatically');
  expect(await box.isChecked()).toBe(true);
  await box.uncheck();
  await button(page, 'Save').click();
  await isTold(page, 'status', 'Passkeys are no longer created automatically.');
  expect(await box.isChecked()).toBe(false);

  await button(passkeyList(page), 'Delete').click();
  await page.getByLabel('Also sign out other devices where it was used').uncheck();
  await proofGrowsOld(stage.app(), visit);
  await button(page, 'Delete').click();
  await seesHeading(page, 'Confirm it’s you');
  expect(await controls(visit)).toEqual(['Sign out', 'password', 'Confirm']);
  await confirmWithPassword(visit, 'wrong password');
  expect(await page.getByRole('alert').innerText()).toBe('The password is wrong.');
  await confirmWithPassword(visit);
  await seesHeading(page, 'Delete passkey');
  expect(await page.getByLabel('Also sign out other devices where it was used').isChecked()).toBe(false);
  await button(page, 'Delete').click();
  await page.getByText('Passkey deleted.').waitFor();
  expect(await passkeyList(page).count()).toBe(0);

  // A device keeps one for each account.
  await visit.authenticator.clear();
  await createsUnseen(visit);
  await visit.open(paths.dashboard);
  await page.getByLabel('Give it a name of your own (optional)').fill('First name');
  await button(page, 'Save name').click();
  await isTold(page, 'status', 'Renamed to First name.');
  await button(passkeyList(page), 'Rename').click();
  await field(page, 'Name').fill('Second name');
  await button(page, 'Save').click();
  await isTold(page, 'status', 'Renamed to Second name.');
});
