/** What axe finds on the pages of somebody who is signed in, in every state that they have. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  addOtherDevice,
  confirmWithPassword,
  createElsewhere,
  ownsMany,
  proofGrowsOld,
  userIdOf,
} from './support/account-steps.ts';
import { isAccessible } from './support/axe.ts';
import { answersUpgrades } from './support/creations.ts';
import { browserRefuses } from './support/refusals.ts';
import { useStage } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
  passkeyList,
  seesHeading,
  signIn,
  signInWithPasskey,
  signOut,
} from './support/steps.ts';

const stage = useStage();

describe('axe finds nothing on the dashboard', () => {
  it('before, while and after a passkey is created', async () => {
    const visit = await stage.visit({ capabilities: { conditionalGet: false, hybridTransport: true } });
    const { page } = visit;
    await arriveSignedIn(visit);
    await isAccessible(page, 'no passkeys');
    await page.getByText('Keep it somewhere else').click();
    await button(page, 'Use a phone or tablet').waitFor();
    await isAccessible(page, 'other places');
    await visit.authenticator.setPresent(false);
    await button(page, 'Use a security key').click();
    await page.getByText('Waiting for your device…').waitFor();
    await isAccessible(page, 'waiting');
    await visit.authenticator.setPresent(true);
    await visit.open(paths.dashboard);
    await createPasskey(visit);
    await page.getByLabel('Give it a name of your own, if you like').waitFor();
    await isAccessible(page, 'form for the name');
    await visit.open(paths.dashboard);
    await button(page, 'Create a passkey').click();
    await page.getByText('You already have a passkey').waitFor();
    await isAccessible(page, 'passkey already there');
    await page.getByRole('link', { name: 'See your passkey' }).click();
    await isAccessible(page, 'led to the passkey');
    await browserRefuses(page, 'create', 'UnknownError');
    await button(page, 'Create a passkey').click();
    await page.getByText('Your device could not finish.').waitFor();
    await isAccessible(page, 'passkey failed');
  });

  it('with the signs of all providers, and with many passkeys', async () => {
    const visit = await stage.visit();
    await arriveSignedIn(visit);
    await createPasskey(visit);
    await ownsMany(stage.app(), visit, 25, [
      'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
      'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
      '08987058-cadc-4b81-b6e1-30de50dcbe96',
    ]);
    await visit.open(paths.dashboard);
    expect(await passkeyList(visit.page).count()).toBe(25);
    await isAccessible(visit.page, '25 passkeys');
  });

  it('with the offer of a passkey for this computer, and after it was declined', async () => {
    const visit = await stage.visit({
      capabilities: { conditionalGet: false, hybridTransport: true, passkeyPlatformAuthenticator: true },
    });
    const { page } = visit;
    await addOtherDevice(page, 'phone');
    await arriveSignedIn(visit);
    await createElsewhere(visit, 'Use a phone or tablet');
    await page.getByText('Passkey saved').waitFor();
    await signOut(visit);
    await signInWithPasskey(visit);
    await button(page, 'No, thanks').waitFor();
    await isAccessible(page, 'offer');
    await visit.authenticator.setPresent(false);
    await button(page, 'Add a passkey').click();
    await page.getByText('Waiting for your device…').waitFor();
    await isAccessible(page, 'offer, waiting');
    await button(page, 'No, thanks').click();
    await page.getByText('We will not ask again').waitFor();
    await isAccessible(page, 'declined');
  });

  it('with the news of a passkey that came by itself', async () => {
    const visit = await stage.visit({ capabilities: { conditionalGet: false, conditionalCreate: true } });
    await answersUpgrades(visit, 'made');
    await signIn(visit);
    await visit.page.getByText('A passkey was saved').waitFor();
    await isAccessible(visit.page, 'news');
    await visit.page.getByRole('link', { name: 'Manage your passkeys' }).click();
    await visit.page.getByText('Added automatically').waitFor();
    await isAccessible(visit.page, 'added automatically');
  });
});

it('axe finds nothing before a passkey is deleted, nor where it cannot be', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  await arriveSignedIn(visit);
  await createPasskey(visit);
  await button(passkeyList(page), 'Delete').click();
  await seesHeading(page, 'Delete passkey');
  await isAccessible(page, 'delete');
  const { db } = stage.app().database;
  await db('users')
    .where({ id: await userIdOf(stage.app(), visit) })
    .update({ password_hash: null });
  await page.reload();
  await seesHeading(page, 'Your only way in');
  await isAccessible(page, 'last way in');
  await visit.open(paths.reauth);
  await button(page, 'Use a passkey').waitFor();
  await isAccessible(page, 'step-up without a password');
});

it('axe finds nothing while somebody proves once more who they are', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await arriveSignedIn(visit);
  await visit.open(paths.reauth);
  await isAccessible(page, 'step-up without a passkey');
  await visit.open(paths.dashboard);
  await createPasskey(visit);
  await proofGrowsOld(stage.app(), visit);
  await button(passkeyList(page), 'Delete').click();
  await button(page, 'Use a passkey').waitFor();
  await isAccessible(page, 'step-up');
  await browserRefuses(page, 'get', 'UnknownError', 0, 1);
  await button(page, 'Use a passkey').click();
  await page.getByText('Your device could not finish.').waitFor();
  await isAccessible(page, 'step-up failed');
  await visit.authenticator.setPresent(false);
  await button(page, 'Use a passkey').click();
  await page.getByText('Waiting for your passkey…').waitFor();
  await isAccessible(page, 'step-up waiting');
  await confirmWithPassword(visit, 'wrong password');
  await page.getByText('The password is wrong.').waitFor();
  await isAccessible(page, 'wrong password');
});
