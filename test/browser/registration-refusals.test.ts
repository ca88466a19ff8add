/**
 * A passkey that is not created, one for each way to its words: which words belong to which name is in
 * src/web/passkeys/ceremony-words.test.ts.
 */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { browserRefuses, carriedWords } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  button,
  isTold,
  loseCookies,
  seesHeading,
  seesNoTechnicalWords,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();
const name = 'Create a passkey';
const alreadyThere = 'You already have a passkey in this password manager. See your passkeys';
const unsupported = 'This device cannot save a passkey. Try your phone or a security key instead.';

async function tries({ page }: Visit, role: 'status' | 'alert', text: string): Promise<void> {
  await button(page, name).click();
  await isTold(page, role, text);
  await seesNoTechnicalWords(page);
  expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
}

it('asks only once while it waits, tells what the browser, the device or the network refused in plain words, is free for the next press without reloading, and sends whoever was signed out meanwhile to sign in', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
  visit.expectReport(/^error: (SecurityError|TypeError)|ERR_INTERNET_DISCONNECTED|status of 401/);
  const here = `${paths.dashboard}?from=mail`;
  await signsInUnseen(visit);
  await visit.open(here);
  await page.evaluate(() =>
    Object.defineProperty(navigator.credentials, 'create', {
      configurable: true,
      value: () => new Promise((_, reject) => Object.assign(window, { closeWindow: reject })),
    }),
  );
  const posted: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') posted.push(request.url());
  });
  await button(page, name).click();
  await isTold(page, 'status', 'Waiting for your device…');
  expect(await button(page, name).getAttribute('aria-disabled')).toBe('true');
  await button(page, name).click({ force: true });
  await page.keyboard.press('Enter');
  await isTold(page, 'status', 'Waiting for your device…');
  expect(posted).toEqual([visit.origin + paths.passkeyRegistration]);
  await page.evaluate(() =>
    Reflect.get(window, 'closeWindow')(new DOMException('The operation was not allowed.', 'NotAllowedError')),
  );
  await isTold(page, 'status', 'No passkey was created.');
  // A device that does not know its user, and a network that is gone.
  await browserRefuses(page, 'create', 'NotAllowedError', 0, 0);
  await authenticator.setUserVerified(false);
  await tries(visit, 'status', 'No passkey was created.');
  await authenticator.setUserVerified(true);
  await visit.context.setOffline(true);
  await tries(visit, 'alert', 'We could not be reached. Check your connection and try again.');
  await visit.context.setOffline(false);

  const rows = [
    ['InvalidStateError', 0, 'status', alreadyThere],
    ['NotSupportedError', 0, 'alert', unsupported],
    ['UnknownError', 0, 'alert', 'Your device could not finish. Try again.'],
    [
      'SecurityError',
      0,
      'alert',
      `Passkeys do not work at this address. Open ${stage.app().origin} instead.`,
    ],
    ['TypeError', 0, 'alert', 'Something went wrong. Try again.'],
    ['AbortError', 0, 'status', ''],
  ] as const;
  for (const [error, after, role, text] of rows) {
    await browserRefuses(page, 'create', error, after);
    await tries(visit, role, text);
  }
  expect(await carriedWords(page)).toMatchObject({
    ConstraintError: unsupported,
    EncodingError: 'Something went wrong. Try again.',
    uv_required: 'Unlock your device with your fingerprint, face or PIN.',
    challenge_expired: 'That took too long. Try again.',
  });
  expect(await authenticator.passkeys()).toEqual([]);
  await loseCookies(visit);
  await button(page, name).click();
  await seesHeading(page, 'Sign in');
  expect(new URL(page.url()).searchParams.get('return_to')).toBe(here);
});
