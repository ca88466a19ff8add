/** The pages of somebody who is signed in, in their states, on every screen and with large text. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  addOtherDevice,
  confirmWithPassword,
  createElsewhere,
  ownsMany,
  proofGrowsOld,
  userIdOf,
} from './support/account-steps.ts';
import { answersUpgrades } from './support/creations.ts';
import { fits, longEmail } from './support/layout.ts';
import { browserRefuses } from './support/refusals.ts';
import { isPainted, noteShifts, shiftsOf } from './support/shifts.ts';
import { useStage } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
  loseCookies,
  passkeyList,
  seesHeading,
  signIn,
  signInWithPasskey,
} from './support/steps.ts';

const stage = useStage();

it('fits while a passkey is created and named, here or elsewhere', async () => {
  const visit = await stage.visit({ capabilities: { conditionalGet: false, hybridTransport: true } });
  const { page } = visit;
  await arriveSignedIn(visit);
  await page.getByText('Keep it somewhere else').click();
  await button(page, 'Use a phone or tablet').waitFor();
  await fits(page, 'other places');
  await visit.open(paths.dashboard);
  await createPasskey(visit);
  await page.getByLabel('Give it a name of your own, if you like').fill('W'.repeat(64));
  await fits(page, 'form for the name');
  await visit.open(paths.dashboard);
  await button(page, 'Create a passkey').click();
  await page.getByText('You already have a passkey').waitFor();
  await fits(page, 'passkey already there');
});

it('fits with many passkeys that have long names and many facts', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  const { db } = stage.app().database;
  await arriveSignedIn(visit);
  await createPasskey(visit);
  await ownsMany(stage.app(), visit, 25, ['fbfc3007-154e-4ecc-8c0b-6e020557d7bd']);
  const user_id = await userIdOf(stage.app(), visit);
  await db('passkey_api_credentials')
    .where({ user_id })
    .update({ name: 'W'.repeat(64), last_used_at: new Date().toISOString() });
  await db('passkey_records')
    .where({ user_id })
    .update({ automatic: true, discoverable: false, last_device: 'Samsung Internet on Android' });
  await visit.open(paths.dashboard);
  expect(await passkeyList(page).first().innerText()).toContain('Works only after your password');
  await fits(page, '25 passkeys');
});

it('fits with the offer of a passkey for this computer', async () => {
  const visit = await stage.visit({
    capabilities: { conditionalGet: false, hybridTransport: true, passkeyPlatformAuthenticator: true },
  });
  const { page } = visit;
  await addOtherDevice(page, 'phone');
  await arriveSignedIn(visit);
  await createElsewhere(visit, 'Use a phone or tablet');
  await page.getByText('Passkey saved').waitFor();
  await loseCookies(visit);
  await visit.open(paths.login);
  await signInWithPasskey(visit);
  await button(page, 'No, thanks').waitFor();
  await fits(page, 'offer');
});

it('fits with the news of a passkey that came by itself, which covers nothing at the end of the page', async () => {
  const visit = await stage.visit({
    capabilities: { conditionalGet: false, conditionalCreate: true },
    viewport: { width: 360, height: 640 },
  });
  const { page } = visit;
  await answersUpgrades(visit, 'made');
  await signIn(visit);
  const news = page.getByText('A passkey was saved');
  await news.waitFor();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const [end, begin] = await Promise.all([page.locator('.card').boundingBox(), news.boundingBox()]);
  expect(begin?.y).toBeGreaterThanOrEqual((end?.y ?? 0) + (end?.height ?? 0));
  await fits(page, 'news');
});

it('fits on the way to delete a passkey', async () => {
  const visit = await stage.visit({ email: longEmail });
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await arriveSignedIn(visit);
  await createPasskey(visit);
  await proofGrowsOld(stage.app(), visit);
  await button(passkeyList(page), 'Delete').click();
  await button(page, 'Use a passkey').waitFor();
  await fits(page, 'step-up');
  await browserRefuses(page, 'get', 'UnknownError');
  await button(page, 'Use a passkey').click();
  await page.getByText('Your device could not finish.').waitFor();
  await fits(page, 'step-up failed');
  await confirmWithPassword(visit, 'wrong password');
  await page.getByText('The password is wrong.').waitFor();
  await fits(page, 'step-up with a wrong password');
  await confirmWithPassword(visit);
  await seesHeading(page, 'Delete passkey');
  await fits(page, 'delete');
  await stage
    .app()
    .database.db('users')
    .where({ id: await userIdOf(stage.app(), visit) })
    .update({ password_hash: null });
  await page.reload();
  await seesHeading(page, 'Your only way in');
  await fits(page, 'last way in');
});

it('does not move when its script comes late', async () => {
  const visit = await stage.visit({ before: noteShifts });
  const { page } = visit;
  await visit.context.request.post(paths.login, { form: visit.person, maxRedirects: 0 });
  let arrives = () => {};
  const late = new Promise<void>((resolve) => {
    arrives = resolve;
  });
  await page.route('**/assets/account-*.js', async (route) => {
    await late;
    await route.continue();
  });
  await page.goto(paths.dashboard, { waitUntil: 'commit' });
  await page.getByLabel('Create passkeys automatically').waitFor();
  expect(await button(page, 'Create a passkey').count()).toBe(0);
  await isPainted(page);
  arrives();
  await button(page, 'Create a passkey').waitFor();
  expect(await shiftsOf(page)).toEqual([]);
});
