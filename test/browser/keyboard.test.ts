import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { browserRefuses, windowStaysOpen } from './support/refusals.ts';
import { useStage } from './support/stage.ts';
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

it('does the whole main job in reading order; the focus is always seen, and stays on a passkey button while it waits and after it failed', async () => {
  const visit = await stage.visit();
  const { page, person } = visit;
  const { keyboard } = page;
  await visit.open(paths.login);
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('email');
  await keyboard.type(person.email);
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('password');
  await keyboard.type(person.password);
  for (const next of ['Show password', 'Sign in', 'Sign in with a passkey']) {
    await keyboard.press('Tab');
    expect(await focused(page)).toBe(next);
  }
  const close = await windowStaysOpen(page);
  await keyboard.press('Space');
  await isTold(page, 'status', 'Waiting for your passkey…');
  expect(await focused(page)).toBe('Sign in with a passkey');
  await close();
  await isTold(page, 'status', 'No passkey was used. Try again, or use your password. Lost your passkey?');
  expect(await focused(page)).toBe('Sign in with a passkey');
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await seesHeading(page, 'Dashboard');

  await browserRefuses(page, 'create', 'UnknownError', 0, 1);
  await tabTo(page, 'Create a passkey');
  await keyboard.press('Enter');
  await isTold(page, 'alert', 'Your device could not finish. Try again.');
  expect(await focused(page)).toBe('Create a passkey');
  await keyboard.press('Space');
  await page.getByText('Passkey saved').waitFor();
  await tabTo(page, 'Rename');
  await keyboard.press('Enter');
  await keyboard.type('Laptop');
  await keyboard.press('Enter');
  await isTold(page, 'status', 'Renamed to Laptop.');

  await tabTo(page, 'Sign out', 'Shift+Tab');
  await keyboard.press('Enter');
  await seesHeading(page, 'Sign in');
  await tabTo(page, 'Sign in with a passkey');
  await keyboard.press('Enter');
  await seesHeading(page, 'Dashboard');

  await tabTo(page, 'Delete');
  await keyboard.press('Space');
  await seesHeading(page, 'Delete passkey');
  await tabTo(page, 'Cancel');
  await page.keyboard.press('Shift+Tab');
  expect(await focused(page)).toBe('Delete');
  await keyboard.press('Enter');
  await page.getByText('Passkey deleted.').waitFor();
  expect(await passkeyList(page).count()).toBe(0);
});

it('puts the focus where something has to be corrected', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await visit.open(paths.login);
  await button(page, 'Sign in').click();
  await page.getByRole('alert').filter({ hasText: /./ }).first().waitFor();
  expect(await focusedAtFirst(page)).toBe('email');
  await fillSignIn(visit, 'wrong password');
  await page.getByRole('alert').filter({ hasText: 'Email or password is wrong.' }).waitFor();
  expect(await focusedAtFirst(page)).toBe('password');

  await visit.open(paths.renamePasskey(await arriveOwning(visit)));
  await field(page, 'Name').fill('');
  await button(page, 'Save').click();
  await page.getByRole('alert').filter({ hasText: 'Give the passkey a name.' }).waitFor();
  expect(await focusedAtFirst(page)).toBe('name');
});
