import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ownsPasskey } from './support/owning.ts';
import { startIsChanged } from './support/refusals.ts';
import { useStage } from './support/stage.ts';
import {
  arriveWithPasskey,
  button,
  failed,
  fillSignIn,
  isTold,
  seesHeading,
  seesNoTechnicalWords,
  signInWithPasskey,
} from './support/steps.ts';

const stage = useStage();
const name = 'Sign in with a passkey';

it('a device that does not know its user signs nobody in, nor a network that is gone, until that is over', async () => {
  const visit = await stage.visit();
  visit.expectReport(/ERR_INTERNET_DISCONNECTED/);
  await arriveWithPasskey(visit);
  await visit.authenticator.setUserVerified(false);
  await button(visit.page, name).click();
  await visit.page
    .getByRole('status')
    .filter({ hasText: /No passkey was used|blocked/ })
    .waitFor();
  await seesNoTechnicalWords(visit.page);
  await visit.authenticator.setUserVerified(true);
  await visit.context.setOffline(true);
  for (const _ of ['once', 'again']) {
    await button(visit.page, name).click();
    await isTold(
      visit.page,
      'alert',
      failed('We could not be reached. Check your connection and try again.'),
    );
    await seesNoTechnicalWords(visit.page);
    expect(await button(visit.page, name).getAttribute('aria-disabled')).toBeNull();
  }
  await visit.context.setOffline(false);
  await signInWithPasskey(visit);
});

it('a device that nobody touches leaves the password form usable while it waits', async () => {
  const visit = await stage.visit();
  await arriveWithPasskey(visit);
  await visit.authenticator.setPresent(false);
  await button(visit.page, name).click();
  await isTold(visit.page, 'status', 'Waiting for your passkey…');
  expect(await button(visit.page, name).getAttribute('aria-disabled')).toBe('true');
  await fillSignIn(visit);
  await seesHeading(visit.page, 'Dashboard');
});

it('replaces options that expired before the press', async () => {
  const visit = await stage.visit();
  await ownsPasskey(visit);
  await startIsChanged(visit.page, paths.passkeyLogin, (answer) => {
    answer.loginOptions.publicKey.challenge = 'ZXhwaXJlZC1sb25nLWFnby1leHBpcmVkLWxvbmctYWdv';
    answer.expiresIn = 0;
  });
  const [prepared] = await Promise.all([
    visit.page.waitForResponse(`**${paths.passkeyLogin}`),
    visit.open(paths.login),
  ]);
  await prepared.finished();
  await signInWithPasskey(visit);
});
