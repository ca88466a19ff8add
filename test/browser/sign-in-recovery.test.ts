import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { startIsChanged } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
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

async function tries({ page }: Visit, role: 'status' | 'alert', text: string): Promise<void> {
  await button(page, name).click();
  await isTold(page, role, failed(text));
  await seesNoTechnicalWords(page);
  expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
}

describe('a real authenticator', () => {
  it('that does not know its user signs nobody in, until it does', async () => {
    const visit = await stage.visit();
    await arriveWithPasskey(visit);
    await visit.authenticator.setUserVerified(false);
    await button(visit.page, name).click();
    await visit.page
      .getByRole('status')
      .filter({ hasText: /passkey|blocked/ })
      .waitFor();
    await seesNoTechnicalWords(visit.page);
    await visit.authenticator.setUserVerified(true);
    await signInWithPasskey(visit);
  });

  it('that nobody touches leaves the password form usable while it waits', async () => {
    const visit = await stage.visit();
    await arriveWithPasskey(visit);
    await visit.authenticator.setPresent(false);
    await button(visit.page, name).click();
    await isTold(visit.page, 'status', 'Waiting for your passkey…');
    expect(await button(visit.page, name).getAttribute('aria-disabled')).toBe('true');
    await fillSignIn(visit);
    await seesHeading(visit.page, 'Dashboard');
  });
});

it('replaces options that expired before the press', async () => {
  const visit = await stage.visit();
  await arriveWithPasskey(visit);
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

it('says that we could not be reached when the network is gone, and works when it is back', async () => {
  const visit = await stage.visit();
  visit.expectReport(/ERR_INTERNET_DISCONNECTED/);
  await arriveWithPasskey(visit);
  await visit.context.setOffline(true);
  await tries(visit, 'alert', 'We could not be reached. Check your connection and try again.');
  await tries(visit, 'alert', 'We could not be reached. Check your connection and try again.');
  await visit.context.setOffline(false);
  await signInWithPasskey(visit);
});
