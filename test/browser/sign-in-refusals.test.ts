/**
 * A passkey that signs nobody in, one for each way to its words: which words belong to which name or code is in
 * src/web/passkeys/ceremony-words.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { browserRefuses, carriedWords, finishIsRefused, startIsChanged } from './support/refusals.ts';
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
const unused = 'No passkey was used. Try again, or use your password.';
const unfinished = 'Your device could not finish. Try again, or use your password.';
const unexpected = 'Something went wrong. Try again, or use your password.';

async function tries({ page }: Visit, role: 'status' | 'alert', text: string): Promise<void> {
  await button(page, name).click();
  await isTold(page, role, failed(text));
  await seesNoTechnicalWords(page);
  expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
}

describe('what the browser or the server refuses', () => {
  it('is told in plain words, and the next press works without reloading', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/^error: (SecurityError|TypeError)|status of [45]\d\d/);
    await arriveWithPasskey(visit);
    const rows = [
      ['NotAllowedError', 400, 'status', unused],
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
    // Another window was open: the device is asked once more without a word.
    await finishIsRefused(page, paths.passkeyLogin, { status: 500, code: 'internal_error' });
    await browserRefuses(page, 'get', 'InvalidStateError', 0, 1);
    await tries(visit, 'alert', unexpected);
    const soon = { status: 429, code: 'too_many_requests', retryAfter: '1' };
    await finishIsRefused(page, paths.passkeyLogin, soon);
    await tries(visit, 'alert', 'Too many attempts. Try again in 1 second.');
    await finishIsRefused(page, paths.passkeyLogin, { status: 409, code: 'challenge_expired' });
    await tries(visit, 'status', 'That took too long. Try again.');
    // What expired meanwhile is tried once more without a word as well.
    await finishIsRefused(page, paths.passkeyLogin, { status: 409, code: 'challenge_expired', times: 1 });
    await browserRefuses(page, 'get', 'OperationError', 0, 1);
    await signInWithPasskey(visit);
  });

  it('near the end of the time is called too late, and leaves the password form as it was', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    await startIsChanged(page, paths.passkeyLogin, ({ loginOptions }) => {
      loginOptions.publicKey.timeout = 1_200;
    });
    await visit.open(paths.login);
    await browserRefuses(page, 'get', 'NotAllowedError', 400);
    await tries(visit, 'status', 'That took too long. Try again.');
    await fillSignIn(visit);
    await seesHeading(page, 'Dashboard');
  });
});
