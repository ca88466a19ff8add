/**
 * The pages around signing in and of help, and those of somebody who is signed in, in the states that differ in more than a
 * sentence: axe finds nothing on them, in light and in dark, and they fit every screen, with large text and with long
 * names. States that a page can have at once are looked at at once, what one script does with every button (waiting,
 * failing) on one page of each kind, and what only says another sentence in the same place once. Of pages of errors, one
 * is in account-forms.test.ts.
 */
import { expect, it } from 'vitest';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { confirmWithPassword, ownsMany, proofGrowsOld, userIdOf } from './support/account-steps.ts';
import { isAccessible } from './support/axe.ts';
import { answersUpgrades } from './support/creations.ts';
import { isForEverybody, longEmail } from './support/layout.ts';
import { ownsPasskey, ownsPasskeyOn } from './support/owning.ts';
import { browserRefuses, windowStaysOpen } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  arriveSignedIn,
  button,
  createPasskey,
  field,
  fillSignIn,
  isTold,
  passkeyList,
  renameInPlace,
  seesHeading,
  signIn,
  signInWithPasskey,
  signOut,
} from './support/steps.ts';

let down = false;
const stage = useStage({
  wrapTransport: (transport) => ({
    ...transport,
    fetch: (url, init) => {
      if (down) throw new PasskeyServiceFault('network');
      return transport.fetch(url, init);
    },
  }),
});

async function losesPassword(visit: Visit): Promise<void> {
  const { db } = stage.app().database;
  await db('users')
    .where({ id: await userIdOf(stage.app(), visit) })
    .update({ password_hash: null });
}

it('the dashboard is for everybody while a passkey is created, and after it', async () => {
  const visit = await stage.visit({
    capabilities: { conditionalGet: false, hybridTransport: true },
    email: longEmail,
  });
  const { page } = visit;
  await arriveSignedIn(visit);
  await page.getByText('Use a phone or security key').click();
  await visit.authenticator.setPresent(false);
  await button(page, 'Use a security key').click();
  await page.getByText('Waiting for your device…').waitFor();
  await isForEverybody(page, 'no passkeys, other places, waiting');
  await visit.authenticator.setPresent(true);
  await visit.open(paths.dashboard);
  await createPasskey(visit);
  await page.getByLabel('Give it a name of your own (optional)').fill('W'.repeat(64));
  await isForEverybody(page, 'form for the name');
});

it('the dashboard is for everybody with the signs of providers, long names and many facts, and with the news of a passkey that came by itself, which covers nothing at the end of the page', async () => {
  const visit = await stage.visit({ capabilities: { conditionalGet: false, conditionalCreate: true } });
  const { page } = visit;
  await page.setViewportSize({ width: 360, height: 640 });
  await ownsPasskey(visit);
  await ownsMany(stage.app(), visit, 4, [
    'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
    'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
    '08987058-cadc-4b81-b6e1-30de50dcbe96',
  ]);
  const { db } = stage.app().database;
  const user_id = await userIdOf(stage.app(), visit);
  await db('passkey_api_credentials')
    .where({ user_id })
    .update({ name: 'W'.repeat(64), last_used_at: new Date().toISOString() });
  await db('passkey_records')
    .where({ user_id })
    .update({ automatic: true, discoverable: false, last_device: 'Samsung Internet on Android' });
  await answersUpgrades(visit, 'made');
  await signIn(visit);
  const news = page.getByText('A passkey was saved');
  await news.waitFor();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const [end, begin] = await Promise.all([page.locator('.card').boundingBox(), news.boundingBox()]);
  expect(begin?.y).toBeGreaterThanOrEqual((end?.y ?? 0) + (end?.height ?? 0));
  expect(await passkeyList(page).count()).toBe(4);
  const facts = await passkeyList(page).first().innerText();
  expect(facts).toContain('Works only after your password');
  expect(facts).toContain('Added automatically');
  await isForEverybody(page, 'news, long names and many facts');
  await button(page, 'Create a passkey').click();
  await page.getByText('You already have a passkey').waitFor();
  await page.getByRole('link', { name: 'See your passkey' }).click();
  await isForEverybody(page, 'led to the passkey that is already there');
});

it('the dashboard is for everybody with the offer of a passkey for this computer', async () => {
  const visit = await stage.visit({
    capabilities: { conditionalGet: false, hybridTransport: true, passkeyPlatformAuthenticator: true },
  });
  const { page } = visit;
  await ownsPasskeyOn(visit, 'phone');
  await visit.open(paths.login);
  await signInWithPasskey(visit);
  await button(page, 'No, thanks').waitFor();
  await isForEverybody(page, 'offer');
});

it('the way to delete a passkey is for everybody: the proof of who one is, the page before, and where it cannot be', async () => {
  const visit = await stage.visit({ email: longEmail.replace('a', 'w') });
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await arriveOwning(visit);
  await proofGrowsOld(stage.app(), visit);
  await button(passkeyList(page), 'Delete').click();
  await confirmWithPassword(visit, 'wrong password');
  await page.getByText('The password is wrong.').waitFor();
  await browserRefuses(page, 'get', 'UnknownError', 0, 1);
  await button(page, 'Use a passkey').click();
  await page.getByText('Your device could not finish.').waitFor();
  expect(await page.getByText('The password is wrong.').isVisible()).toBe(true);
  await isForEverybody(page, 'step-up with a wrong password and a passkey that failed');
  await confirmWithPassword(visit);
  await seesHeading(page, 'Delete passkey');
  await isForEverybody(page, 'delete');
  await losesPassword(visit);
  await page.reload();
  await seesHeading(page, 'Your only way to sign in');
  await isForEverybody(page, 'last way in');
});

it('a passkey after the password is for everybody where it is turned on and off, with the recovery codes, and where somebody signs in with it', async () => {
  const visit = await stage.visit({ email: `w${longEmail}` });
  const { page, open } = visit;
  visit.expectReport(/status of 422/);
  await arriveOwning(visit);
  await open(paths.secondFactor);
  await button(page, 'Turn on').click();
  await button(page, 'Use a passkey').waitFor();
  await button(page, 'Use a passkey').click();
  await page.getByText('Now press “Turn on”.').waitFor();
  await isForEverybody(page, 'off, and proven');
  await button(page, 'Turn on').click();
  await seesHeading(page, 'Your recovery codes');
  await isForEverybody(page, 'new recovery codes');
  for (const path of [paths.recoveryCodes, paths.turnOffSecondFactor, paths.security]) {
    await open(path);
    await isForEverybody(page, path);
  }

  await signOut(visit);
  await fillSignIn(visit);
  await button(page, 'Use a passkey').waitFor();
  await browserRefuses(page, 'get', 'UnknownError', 0, 1);
  await button(page, 'Use a passkey').click();
  await page.getByText('Your device could not finish.').waitFor();
  await isForEverybody(page, 'second step, failed');
  await page.getByText('Use a recovery code', { exact: true }).click();
  await page.getByLabel('Recovery code').waitFor();
  await button(page, 'Sign in').click();
  await page.getByText('Enter a recovery code.').waitFor();
  await isForEverybody(page, 'recovery code, and none entered');
});

it('the sign-in page is for everybody when a passkey was not used or failed, and what was typed is wrong', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await visit.open(paths.login);
  await button(page, 'Sign in with a passkey').waitFor();
  const close = await windowStaysOpen(page);
  await button(page, 'Sign in with a passkey').click();
  await isTold(page, 'status', 'Waiting for your passkey…');
  await close();
  await isTold(page, 'status', 'No passkey was used. Try again, or use your password. Lost your passkey?');
  await isAccessible(page, 'passkey not used');
  await field(page, 'Email').fill(longEmail);
  await button(page, 'Sign in').click();
  await page.getByText('Enter your password.').waitFor();
  await browserRefuses(page, 'get', 'UnknownError');
  await button(page, 'Sign in with a passkey').click();
  await page.getByText('Your device could not finish. Try again, or use your password.').waitFor();
  await isForEverybody(page, 'no password, passkey failed');
});

it('the pages of help are for everybody, those on which a passkey is renamed, and the dashboard while the passkey service is down', async () => {
  const visit = await stage.visit({ email: longEmail.replace('a', 'v') });
  const { page } = visit;
  visit.expectReport(/status of (422|503)/);
  await visit.open(paths.lostPasskey);
  await seesHeading(page, 'Lost your passkey?');
  await isForEverybody(page, 'lost passkey');
  await visit.open(paths.helpPasskeys);
  await seesHeading(page, 'About passkeys');
  await isForEverybody(page, 'about passkeys');

  const id = await arriveOwning(visit);
  await renameInPlace(passkeyList(page), ' ');
  await page.getByText('Give the passkey a name.').waitFor();
  await isAccessible(page, 'rename in the list');
  await visit.open(paths.renamePasskey(id));
  await field(page, 'Name').fill('');
  await button(page, 'Save').click();
  await page.getByText('Give the passkey a name.').waitFor();
  await field(page, 'Name').fill('W'.repeat(64));
  await isForEverybody(page, 'rename without a name');
  // In the last test of the file: the application takes a while to ask the service again.
  down = true;
  await visit.open(paths.dashboard);
  await page.getByText('Passkeys are not available right now.').waitFor();
  await isAccessible(page, 'dashboard without the service');
});
