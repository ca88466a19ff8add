/**
 * A whole account, from sign-up to goodbye, without any script; its passkeys are made by a device that is no browser. Signing
 * in so is in without-scripts.test.ts; another address is confirmed over HTTP, in test/application/email-change.test.ts.
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { createsUnseen } from './support/owning.ts';
import { useStage } from './support/stage.ts';
import { button, field, seesHeading } from './support/steps.ts';

const stage = useStage({ mailed: true });
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('role') ?? document.activeElement?.id ?? '');
const life = { email: 'mary@example.com', password: 'frankenstein-or-prometheus' };
const later = 'the-last-man-of-1826';

it('is signed up for after a form that came back, confirmed, lost, opened again and deleted', async () => {
  const quiet = await stage.visit({ javaScriptEnabled: false });
  const { page } = quiet;
  quiet.expectReport(/status of 422/);
  const follow = async (email: string) => quiet.open(await stage.mailed().newestLink(email));

  await quiet.open(paths.login);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await seesHeading(page, 'Create an account');
  await field(page, 'Email').fill(life.email);
  await field(page, 'Password').fill('too short');
  await button(page, 'Create account').click();
  await soon(() => focused(page), 'the focus').toBe('alert');
  await page.getByRole('alert').getByRole('link', { name: 'Use at least 15 characters.' }).click();
  expect(await focused(page), 'the focus after the link').toBe('password');
  expect(await field(page, 'Email').inputValue()).toBe(life.email);
  expect(await field(page, 'Password').inputValue()).toBe('');
  await field(page, 'Password').fill(life.password);
  await button(page, 'Create account').click();
  await seesHeading(page, 'Check your email');
  await follow(life.email);
  await seesHeading(page, 'Confirm your email address');
  await button(page, 'Confirm').click();
  await seesHeading(page, 'Dashboard');
  await page.getByText('Your account is ready.').waitFor();

  await createsUnseen(quiet);

  await button(page, 'Sign out').click();
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await field(page, 'Email').fill(life.email);
  await button(page, 'Send the link').click();
  await seesHeading(page, 'Check your email');
  await follow(life.email);
  await seesHeading(page, 'Choose a new password');
  await field(page, 'New password').fill(later);
  await button(page, 'Save and sign in').click();
  await seesHeading(page, 'Do you recognise these passkeys?');
  await page.getByText('Your password was changed').waitFor();
  await button(page, 'Continue').click();
  await seesHeading(page, 'Dashboard');

  // A device keeps one for each account.
  await quiet.authenticator.clear();
  await createsUnseen(quiet);
  await quiet.open(paths.security);
  await button(page, 'Remove password').click();
  await seesHeading(page, 'Remove your password');
  await field(page, 'Password').fill(later);
  await button(page, 'Remove password').click();
  await page.getByText('Your password was removed.').waitFor();

  await page.getByRole('link', { name: 'Your data' }).first().click();
  await button(page, 'Delete account').click();
  await seesHeading(page, 'Delete your account');
  expect(await page.locator('body').innerText()).toContain('Using a passkey needs JavaScript.');

  await quiet.open(paths.security);
  await button(page, 'Set a password').click();
  await field(page, 'New password').fill(life.password);
  await button(page, 'Set password').click();
  await page.getByText('Your password was set.').waitFor();
  await quiet.open(paths.deleteAccount);
  await field(page, 'Type your email address to confirm').fill(life.email);
  await field(page, 'Password').fill(life.password);
  await button(page, 'Delete my account').click();
  await seesHeading(page, 'Goodbye');
  const { db } = stage.app().database;
  expect(await db('users').where({ email: life.email })).toEqual([]);
  await quiet.open(paths.dashboard);
  await seesHeading(page, 'Sign in');
});
