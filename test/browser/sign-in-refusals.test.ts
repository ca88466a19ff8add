/**
 * A passkey that signs nobody in, one for each way to its words: which words belong to which name or code is in
 * src/web/passkeys/ceremony-words.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { watchSent } from './support/device.ts';
import { letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import { browserRefuses, carriedWords, finishIsRefused, startIsChanged } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
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
const unused = 'No passkey was used. Try again, or use your password.';
const unfinished = 'Your device could not finish. Try again, or use your password.';
const unexpected = 'Something went wrong. Try again, or use your password.';

async function tries({ page }: Visit, role: 'status' | 'alert', text: string): Promise<void> {
  await button(page, name).click();
  await isTold(page, role, failed(text));
  await seesNoTechnicalWords(page);
  expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
}

/** The options that the next page asks for have died by the time of a press, and are none that the server knows. */
const expireAtOnce = ({ page }: Visit) =>
  startIsChanged(page, paths.passkeyLogin, (answer) => {
    answer.loginOptions.publicKey.challenge = 'ZXhwaXJlZC1sb25nLWFnby1leHBpcmVkLWxvbmctYWdv';
    answer.expiresIn = 0;
  });

describe('what the browser or the server refuses', () => {
  it('is told in plain words, the next press works without reloading, and what expired or was in use is tried once more without a word', async () => {
    const visit = await stage.visit();
    const { page, authenticator } = visit;
    visit.expectReport(/^error: (SecurityError|TypeError)|status of [45]\d\d|ERR_INTERNET_DISCONNECTED/);
    await ownsPasskey(visit);
    const sent = watchSent(page);
    const expired = { status: 409, code: 'challenge_expired' };
    await finishIsRefused(page, paths.passkeyLogin, { ...expired, times: 1 });
    await expireAtOnce(visit);
    await visit.open(paths.login);
    await atRest(page);
    // Another window is open at first.
    await browserRefuses(page, 'get', 'OperationError', 0, 1);
    await signInWithPasskey(visit);
    expect(sent).toEqual({ starts: 3, finishes: 2, events: [] });

    await loseCookies(visit);
    await visit.open(paths.login);
    const rows = [
      ['NotAllowedError', 400, 'status', unused],
      ['NotAllowedError', 299_500, 'status', 'That took too long. Try again.'],
      ['NotAllowedError', 0, 'status', 'Your browser or password manager blocked the request.'],
      ['InvalidStateError', 0, 'alert', unfinished],
      [
        'SecurityError',
        0,
        'alert',
        `Passkeys do not work at this address. Open ${stage.app().origin} instead.`,
      ],
      ['TypeError', 0, 'alert', unexpected],
      ['AbortError', 0, 'status', ''],
    ] as const;
    for (const [error, after, role, text] of rows) {
      await browserRefuses(page, 'get', error, after);
      await tries(visit, role, text);
    }
    expect(await carriedWords(page)).toMatchObject({
      EncodingError: failed(unexpected),
      uv_required: failed('Unlock your device with your fingerprint, face or PIN.'),
    });

    await browserRefuses(page, 'get', 'NotAllowedError', 0, 0);
    const answers = [
      [500, 'internal_error', unexpected],
      [401, 'not_verified', 'That passkey could not be verified. Use your password instead.'],
      [429, 'too_many_requests', 'Too many attempts. Try again in 7 seconds.'],
      [
        503,
        'passkey_service_unavailable',
        'Passkeys are not available right now. Try again, or use your password.',
      ],
    ] as const;
    for (const [status, code, text] of answers) {
      await finishIsRefused(page, paths.passkeyLogin, { status, code });
      await tries(visit, 'alert', text);
    }
    const soon = { status: 429, code: 'too_many_requests', retryAfter: '1' };
    await finishIsRefused(page, paths.passkeyLogin, soon);
    await tries(visit, 'alert', 'Too many attempts. Try again in 1 second.');
    await finishIsRefused(page, paths.passkeyLogin, expired);
    await tries(visit, 'status', 'That took too long. Try again.');

    await authenticator.setUserVerified(false);
    await button(page, name).click();
    await page
      .getByRole('status')
      .filter({ hasText: /No passkey was used|blocked/ })
      .waitFor();
    await seesNoTechnicalWords(page);
    await authenticator.setUserVerified(true);
    await letThrough(page);
    await visit.context.setOffline(true);
    for (const _ of ['once', 'again'])
      await tries(visit, 'alert', 'We could not be reached. Check your connection and try again.');
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
});
