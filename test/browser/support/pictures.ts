/** The walks on which pictures are taken: each leads somebody through states that people see. Here without the dashboard. */
import { paths } from '../../../src/paths.ts';
import type { TestApp } from '../../support/app.ts';
import { confirmWithPassword, proofGrowsOld } from './account-steps.ts';
import { browserRefuses } from './refusals.ts';
import type { Visit } from './stage.ts';
import { arriveSignedIn, button, createPasskey, fillSignIn, passkeyList, seesHeading } from './steps.ts';

export type Walk = {
  app: TestApp;
  visit: Visit;
  /** Takes a picture of the page as it is now. @param inReadme it is one of the few of the README */
  take(name: string, inReadme?: boolean): Promise<void>;
};

export async function signInPages({ visit, take }: Walk): Promise<void> {
  const { page, open } = visit;
  await open(paths.login);
  await button(page, 'Sign in with a passkey').waitFor();
  await take('login', true);
  await browserRefuses(page, 'get', 'NotAllowedError', 400);
  await button(page, 'Sign in with a passkey').click();
  await page.getByText('No passkey was used.').waitFor();
  await take('login-passkey-refused');
  await visit.context.route(`**${paths.passkeyLogin}`, (route) => route.abort());
  await open(paths.login);
  await button(page, 'Sign in with a passkey').click();
  await page.getByText('We could not be reached.').waitFor();
  await take('login-offline');
  await visit.context.unrouteAll();
  await button(page, 'Sign in').click();
  await page.getByText('Enter your password.').waitFor();
  await take('login-nothing-entered');
  await fillSignIn(visit, 'wrong password');
  await page.getByText('Email or password is wrong.').waitFor();
  await take('login-wrong-password');
  await open(paths.lostPasskey);
  await take('lost-passkey');
  await open(paths.helpPasskeys);
  await take('help');
  await open('/nowhere');
  await take('error', true);
}

export async function stepUp({ app, visit, take }: Walk): Promise<void> {
  const { page, open, authenticator } = visit;
  await arriveSignedIn(visit);
  await open(paths.reauth);
  await take('reauth-without-passkey');
  await open(paths.dashboard);
  await createPasskey(visit);
  await proofGrowsOld(app, visit);
  await button(passkeyList(page), 'Delete').click();
  await seesHeading(page, 'Confirm it’s you');
  await button(page, 'Use a passkey').waitFor();
  await take('reauth');
  await browserRefuses(page, 'get', 'UnknownError', 0, 1);
  await button(page, 'Use a passkey').click();
  await page.getByText('Your device could not finish.').waitFor();
  await take('reauth-failed');
  await authenticator.setPresent(false);
  await button(page, 'Use a passkey').click();
  await page.getByText('Waiting for your passkey…').waitFor();
  await take('reauth-waiting');
  await confirmWithPassword(visit, 'wrong password');
  await page.getByText('The password is wrong.').waitFor();
  await take('reauth-wrong-password');
}
