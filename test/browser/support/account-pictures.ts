/** The walks through the pages of an account: sign-up, links in mails, settings, goodbye. */
import { paths } from '../../../src/paths.ts';
import type { MailedApp } from '../../support/mailed.ts';
import type { Walk } from './pictures.ts';
import { arriveSignedIn, button, createPasskey, field, seesHeading } from './steps.ts';

export type MailedWalk = Walk & { app: MailedApp };

export async function joining({ app, visit, take }: MailedWalk): Promise<void> {
  const { page, open } = visit;
  const email = 'mary@example.com';
  await open(paths.signUp);
  await take('sign-up', true);
  await field(page, 'Email').fill(email);
  await field(page, 'Password').fill('password1234567');
  await button(page, 'Create account').click();
  await page.getByRole('alert').waitFor();
  await take('sign-up-problem');
  await field(page, 'Password').fill('frankenstein-or-prometheus');
  await button(page, 'Create account').click();
  await seesHeading(page, 'Check your email');
  await take('check-mail');
  await open(await app.newestLink(email));
  await take('confirm');
  await button(page, 'Confirm').click();
  await seesHeading(page, 'Dashboard');
  await take('welcome');
}

export async function recovering({ app, visit, take }: MailedWalk): Promise<void> {
  const { page, open, person } = visit;
  await arriveSignedIn(visit);
  await createPasskey(visit);
  await button(page, 'Sign out').click();
  await open(paths.forgotPassword);
  await take('forgot');
  await field(page, 'Email').fill(person.email);
  await button(page, 'Send the link').click();
  await take('forgot-sent');
  const link = await app.newestLink(person.email);
  await open(link);
  await take('reset');
  await field(page, 'New password').fill('the-last-man-of-1826');
  await button(page, 'Save and sign in').click();
  await seesHeading(page, 'Do you recognise these passkeys?');
  await take('review');
  await button(page, 'Continue').click();
  await seesHeading(page, 'Dashboard');
  await open(await app.newestLink(person.email));
  await take('lockdown');
  await button(page, 'Secure my account').click();
  await take('secured');
  await open(link);
  await take('link-gone');
}

export async function settings({ visit, take }: MailedWalk): Promise<void> {
  const { page, open } = visit;
  await arriveSignedIn(visit);
  await createPasskey(visit);
  await open(paths.security);
  await take('security', true);
  await open(paths.password);
  await take('password');
  await open(paths.removePassword);
  await take('password-stays');
  await open(paths.email);
  await button(page, 'Send the link').click();
  await page.getByRole('alert').waitFor();
  await take('email-problem');
  for (const [name, path] of Object.entries({
    sessions: paths.sessions,
    activity: paths.activity,
    data: paths.data,
  })) {
    await open(path);
    await take(name);
  }
  await open(paths.deleteAccount);
  await take('delete-account');
  await field(page, 'Type your email address to confirm').fill(visit.person.email);
  await field(page, 'Password').fill(visit.person.password);
  await button(page, 'Delete my account').click();
  await seesHeading(page, 'Goodbye');
  await take('goodbye');
}
