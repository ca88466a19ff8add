/** What people can do where no script runs: everything but the passkey itself. A whole account so is in account-life.test.ts. */
import { expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { confirmWithPassword, proofGrowsOld } from './support/account-steps.ts';
import { createsUnseen, isAskedAfterPassword } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  button,
  field,
  fillSignIn,
  isTold,
  passkeyList,
  seesHeading,
} from './support/steps.ts';

const stage = useStage();

/** Every control that a person can see and use. */
const controls = ({ page }: Visit, third: 'summary' | 'a' = 'summary') =>
  page
    .locator(`button:visible, input:visible, ${third}:visible`)
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

const onlyThePassword = ['email', 'password', 'Sign in', 'Forgot your password?', 'What is a passkey?'];

it('a sign-in shows the form again with what was typed, but never the password, signs in, and shows no dead control', async () => {
  const visit = await stage.visit({ javaScriptEnabled: false });
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await visit.open(paths.login);
  expect(await controls(visit, 'a')).toEqual(onlyThePassword);
  await fillSignIn(visit, 'wrong password');
  expect(await page.getByRole('alert').innerText()).toBe('Email or password is wrong.');
  expect(await field(page, 'Email').inputValue()).toBe(visit.person.email);
  expect(await field(page, 'Password').inputValue()).toBe('');
  expect(page.url()).toBe(visit.origin + paths.login);
  expect(await controls(visit, 'a')).toEqual(onlyThePassword);
  await fillSignIn(visit);
  await seesHeading(page, 'Dashboard');
  expect(await page.locator('body').innerText()).toContain('needs JavaScript');
  expect(await controls(visit, 'a')).toEqual([
    brand.name,
    'Sign out',
    'Dashboard',
    'Security',
    'Sessions',
    'Activity',
    'Your data',
    'About passkeys',
    'automatic',
    'Save',
  ]);
});

it('whoever is asked for a passkey after the password gets in with a recovery code', async () => {
  const visit = await stage.visit({ javaScriptEnabled: false });
  const { page } = visit;
  const [code = ''] = await isAskedAfterPassword(visit);
  const form = { ...visit.person, return_to: paths.recoveryCodes };
  const answer = await visit.context.request.post(paths.login, { form, maxRedirects: 0 });
  await visit.open(answer.headers().location ?? '');
  await seesHeading(page, 'One more step');
  expect(await controls(visit, 'a')).toEqual(['code', 'Sign in', 'Start again']);
  expect(await page.locator('body').innerText()).toContain('Using a passkey needs JavaScript.');
  await field(page, 'Recovery code').fill(code);
  await button(page, 'Sign in').click();
  await button(page, 'Create new codes').click();
  await seesHeading(page, 'Your recovery codes');
  expect(await page.locator('code').count()).toBe(10);
  expect(await page.locator('button:visible').allTextContents()).toEqual(['Sign out']);
});
