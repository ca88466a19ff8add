import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ownsPasskey } from './support/owning.ts';
import { startIsChanged } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import {
  button,
  failed,
  fillSignIn,
  isTold,
  loseCookies,
  seesHeading,
  seesNoTechnicalWords,
  signInWithPasskey,
} from './support/steps.ts';

const stage = useStage();
const name = 'Sign in with a passkey';

it('options that expired before the press are replaced; a device that does not know its user signs nobody in, nor a network that is gone, until that is over; and while a device waits that nobody touches the password form is usable', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
  visit.expectReport(/ERR_INTERNET_DISCONNECTED/);
  await ownsPasskey(visit);
  await startIsChanged(page, paths.passkeyLogin, (answer) => {
    answer.loginOptions.publicKey.challenge = 'ZXhwaXJlZC1sb25nLWFnby1leHBpcmVkLWxvbmctYWdv';
    answer.expiresIn = 0;
  });
  const [prepared] = await Promise.all([
    page.waitForResponse(`**${paths.passkeyLogin}`),
    visit.open(paths.login),
  ]);
  await prepared.finished();
  await signInWithPasskey(visit);

  await loseCookies(visit);
  await visit.open(paths.login);
  await authenticator.setUserVerified(false);
  await button(page, name).click();
  await page
    .getByRole('status')
    .filter({ hasText: /No passkey was used|blocked/ })
    .waitFor();
  await seesNoTechnicalWords(page);
  await authenticator.setUserVerified(true);
  await visit.context.setOffline(true);
  for (const _ of ['once', 'again']) {
    await button(page, name).click();
    await isTold(page, 'alert', failed('We could not be reached. Check your connection and try again.'));
    await seesNoTechnicalWords(page);
    expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
  }
  await visit.context.setOffline(false);
  await authenticator.setPresent(false);
  await button(page, name).click();
  await isTold(page, 'status', 'Waiting for your passkey…');
  expect(await button(page, name).getAttribute('aria-disabled')).toBe('true');
  // The device is asked by now, with options that came over the network.
  await atRest(page);
  await isTold(page, 'status', 'Waiting for your passkey…');
  await fillSignIn(visit);
  await seesHeading(page, 'Dashboard');
});
