/**
 * The pages around signing in, of help and of what goes wrong: axe finds nothing on them, in light and in dark, and
 * those that differ in more than a sentence never scroll sideways or cut anything off, with a long address and a long name.
 */
import { it } from 'vitest';
import { PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { isAccessible } from './support/axe.ts';
import { isForEverybody, longEmail } from './support/layout.ts';
import { browserRefuses, windowStaysOpen } from './support/refusals.ts';
import { useStage } from './support/stage.ts';
import {
  arriveOwning,
  button,
  field,
  isTold,
  passkeyList,
  renameInPlace,
  seesHeading,
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

it('the pages of help and of what goes wrong are for everybody, those on which a passkey is renamed, and the dashboard and the proof of who one is while the passkey service is down', async () => {
  const visit = await stage.visit({ email: longEmail });
  const { page } = visit;
  visit.expectReport(/status of (404|422|503)/);
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
  // The page of a fault of ours is of the same template, and says other words.
  await visit.open('/nowhere');
  await seesHeading(page, 'Page not found');
  await isForEverybody(page, '404');

  // At the end: the application takes a while to ask the service again.
  down = true;
  await visit.open(paths.dashboard);
  await page.getByText('Passkeys are not available right now.').waitFor();
  await isAccessible(page, 'dashboard without the service');
  await visit.open(paths.reauth);
  await seesHeading(page, 'Confirm it’s you');
  await page.getByText('Passkeys are not available right now.').waitFor();
  await isAccessible(page, 'step-up without the service');
});
