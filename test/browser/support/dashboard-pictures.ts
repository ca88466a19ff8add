/** The walks on which pictures of the dashboard are taken, and of the pages that one reaches from it. */
import { paths } from '../../../src/paths.ts';
import { addOtherDevice, createElsewhere, ownsMany, proofGrowsOld, userIdOf } from './account-steps.ts';
import { answersUpgrades } from './creations.ts';
import { intercept, letThrough } from './interception.ts';
import type { Walk } from './pictures.ts';
import { browserRefuses } from './refusals.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
  field,
  fillSignIn,
  passkeyList,
  renameInPlace,
  signInWithPasskey,
  signOut,
} from './steps.ts';

/** Whose passkeys the list shows: of iCloud, Google, Bitwarden and Windows. */
const models = [
  'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
  'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
  'd548826e-79b4-db40-a3d8-11116f7e8349',
  '08987058-cadc-4b81-b6e1-30de50dcbe96',
];

export async function creationStates({ visit, take }: Walk): Promise<void> {
  const { page, open, authenticator } = visit;
  await arriveSignedIn(visit);
  await take('dashboard-empty');
  await page.getByText('Use a phone or security key').click();
  await take('dashboard-elsewhere');
  await authenticator.setUserVerified(false);
  await button(page, 'Create a passkey').click();
  await page.getByText('No passkey was created.').waitFor();
  await take('dashboard-cancelled');
  await authenticator.setUserVerified(true);
  await createPasskey(visit);
  await take('dashboard-naming');
  await open(paths.dashboard);
  await button(page, 'Create a passkey').click();
  await page.getByText('You already have').waitFor();
  await take('dashboard-already-there');
  await page.getByRole('link', { name: 'See your passkey' }).click();
  await take('dashboard-that-passkey');
  await authenticator.clear();
  await intercept(page, paths.passkeyRegistration, async (route) => {
    if (!route.request().postDataJSON().finish) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await button(page, 'Create a passkey').click();
  await page.getByText('Your passkey was saved.').waitFor();
  await take('dashboard-saved-after-all');
  await letThrough(page);
}

export async function management({ app, visit, take }: Walk): Promise<void> {
  const { page, open } = visit;
  await arriveSignedIn(visit);
  await createPasskey(visit);
  await signOut(visit);
  await signInWithPasskey(visit);
  await ownsMany(app, visit, 5, models);
  const { db } = app.database;
  const names = ['iCloud Keychain', 'Google Password Manager', 'Bitwarden', 'Windows Hello'];
  for (const [index, name] of names.entries()) {
    await db('passkey_api_credentials')
      .where({ user_id: await userIdOf(app, visit), name: `Passkey number ${index + 2}` })
      .update({ name, backup_state: name !== 'Windows Hello' });
  }
  await open(paths.dashboard);
  await take('dashboard', true);
  const second = passkeyList(page).nth(1);
  const action = await second.locator('[data-rename]').getAttribute('action');
  await renameInPlace(second, '');
  await second.getByText('Give the passkey a name.').waitFor();
  await take('dashboard-rename');
  await open(action ?? '');
  await take('rename', true);
  await field(page, 'Name').fill('');
  await button(page, 'Save').click();
  await take('rename-without-name');
  await field(page, 'Name').fill('The passkey on the tablet that lives in the kitchen drawer, 2nd');
  await button(page, 'Save').click();
  await take('dashboard-long-name');
  await button(passkeyList(page).nth(2), 'Delete').click();
  await take('delete', true);
  await button(page, 'Delete').click();
  await take('dashboard-deleted');
  await ownsNothingElse({ app, visit, take });
}

/** One passkey and no password: the way in that must stay. */
async function ownsNothingElse({ app, visit, take }: Walk): Promise<void> {
  const id = await userIdOf(app, visit);
  const { db } = app.database;
  const [{ password_hash }] = await db('users').where({ id }).select('password_hash');
  await db('passkey_api_credentials').where({ user_id: id }).andWhereNot('name', 'like', 'Chrom%').delete();
  await db('users').where({ id }).update({ password_hash: null });
  await visit.open(paths.dashboard);
  await button(passkeyList(visit.page), 'Delete').click();
  await take('delete-last-way-in');
  await proofGrowsOld(app, visit);
  await visit.open(paths.reauth);
  await take('reauth-without-password');
  await db('users').where({ id }).update({ password_hash });
}

export async function anotherDevice({ visit, take }: Walk): Promise<void> {
  const { page } = visit;
  await addOtherDevice(page, 'phone');
  await arriveSignedIn(visit);
  await createElsewhere(visit, 'Use a phone or tablet');
  await page.getByText('Passkey saved').waitFor();
  await signOut(visit);
  await take('login-last-used');
  await signInWithPasskey(visit);
  await button(page, 'No, thanks').waitFor();
  await take('dashboard-offer');
  await browserRefuses(page, 'create', 'NotAllowedError');
  await button(page, 'Add a passkey').click();
  await page.getByText('No passkey was created.').waitFor();
  await take('dashboard-offer-refused');
  await button(page, 'No, thanks').click();
  await take('dashboard-declined');
}

export async function automatically({ visit, take }: Walk): Promise<void> {
  const { page, open } = visit;
  await answersUpgrades(visit, 'made');
  await open(paths.login);
  await fillSignIn(visit);
  await page.getByText('A passkey was saved').waitFor();
  await take('dashboard-toast');
  await page.getByRole('link', { name: 'Manage your passkeys' }).click();
  await take('dashboard-automatic');
}

export async function manyPasskeys({ app, visit, take }: Walk): Promise<void> {
  await arriveSignedIn(visit);
  await createPasskey(visit);
  await ownsMany(app, visit, 25, models);
  await visit.open(paths.dashboard);
  await take('dashboard-many');
}
