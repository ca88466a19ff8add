/** What somebody who is signed in can do where no script runs: everything but the passkey itself. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { confirmWithPassword, proofGrowsOld } from './support/account-steps.ts';
import { createsUnseen, ownsPasskeyOn } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  button,
  field,
  isTold,
  passkeyList,
  seesHeading,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();

/** The same person, with the same cookies, in a browser without scripts; on the dashboard. */
async function withoutScripts(visit: Visit): Promise<Visit> {
  const storageState = await visit.context.storageState();
  const quiet = {
    ...(await stage.visit({ javaScriptEnabled: false, storageState })),
    person: visit.person,
  };
  await quiet.open(paths.dashboard);
  return quiet;
}

async function arrive(): Promise<Visit> {
  const visit = await stage.visit({ javaScriptEnabled: false });
  await arriveOwning(visit);
  return visit;
}

/** Every control that a person can see and use. */
const controls = ({ page }: Visit) =>
  page
    .locator('button:visible, input:visible, summary:visible')
    .evaluateAll((all) => all.map((one) => one.textContent?.trim() || one.getAttribute('name')));

it('shows no control that would do nothing, says what needs a script, and turns the automatic creation off and on', async () => {
  const visit = await arrive();
  const { page } = visit;
  expect(await controls(visit)).toEqual(['Sign out', 'Rename', 'Delete', 'automatic', 'Save']);
  expect(await page.locator('body').innerText()).toContain('Creating a passkey needs JavaScript');
  const box = page.getByLabel('Create passkeys automatically');
  expect(await box.isChecked()).toBe(true);
  await box.uncheck();
  await button(page, 'Save').click();
  await isTold(page, 'status', 'Passkeys are no longer created automatically.');
  expect(await box.isChecked()).toBe(false);
  await box.check();
  await button(page, 'Save').click();
  await isTold(page, 'status', 'Passkeys are created automatically.');
  expect(await box.isChecked()).toBe(true);

  await visit.open(paths.reauth);
  expect(await controls(visit)).toEqual(['Sign out', 'password', 'Confirm']);
});

it('renames, and names a passkey that has just been created', async () => {
  const quiet = await stage.visit({ javaScriptEnabled: false });
  await signsInUnseen(quiet);
  await createsUnseen(quiet);
  await quiet.open(paths.dashboard);
  await quiet.page.getByLabel('Give it a name of your own (optional)').fill('First name');
  await button(quiet.page, 'Save name').click();
  await isTold(quiet.page, 'status', 'Renamed to First name.');
  await button(passkeyList(quiet.page), 'Rename').click();
  await field(quiet.page, 'Name').fill('Second name');
  await button(quiet.page, 'Save').click();
  await isTold(quiet.page, 'status', 'Renamed to Second name.');
});

it('deletes, after the password has been given again, first a wrong one, with the tick as it was', async () => {
  const visit = await arrive();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await button(passkeyList(page), 'Delete').click();
  await page.getByLabel('Also sign out other devices where it was used').uncheck();
  await proofGrowsOld(stage.app(), visit);
  await button(page, 'Delete').click();
  await confirmWithPassword(visit, 'wrong password');
  expect(await page.getByRole('alert').innerText()).toBe('The password is wrong.');
  await confirmWithPassword(visit);
  await seesHeading(page, 'Delete passkey');
  expect(await page.getByLabel('Also sign out other devices where it was used').isChecked()).toBe(false);
  await button(page, 'Delete').click();
  await page.getByText('Passkey deleted.').waitFor();
  expect(await passkeyList(page).count()).toBe(0);
});

it('does not offer a passkey for this computer, since it could not be created', async () => {
  const visit = await stage.visit({
    capabilities: { conditionalGet: false, conditionalCreate: false, hybridTransport: true },
  });
  await ownsPasskeyOn(visit, 'phone');
  await visit.open(`${paths.login}?return_to=${paths.helpPasskeys}`);
  await button(visit.page, 'Sign in with a passkey').click();
  await seesHeading(visit.page, 'About passkeys');
  const quiet = await withoutScripts(visit);
  await seesHeading(quiet.page, 'Dashboard');
  expect(await quiet.page.getByText('Add a passkey to this computer?').isVisible()).toBe(false);
});
