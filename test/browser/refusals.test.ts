/**
 * A passkey that signs nobody in or is not created, one for each way to its words: which words belong to which name or
 * code is in src/web/passkeys/ceremony-words.test.ts. The page that asks for one more proof runs the script of the sign-in page,
 * and is not walked through here.
 */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon, storedPasskeys } from './support/account-steps.ts';
import { watchSent } from './support/device.ts';
import { letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import {
  browserRefuses,
  carriedWords,
  finishIsRefused,
  isNeverAnswered,
  startIsChanged,
} from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveWithPasskey,
  button,
  createPasskey,
  failed,
  fillSignIn,
  isTold,
  loseCookies,
  seesHeading,
  seesNoTechnicalWords,
  signInWithPasskey,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();

describe('signing in', () => {
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

  it('tells in plain words what the browser or the server refuses, the next press works without reloading, and what expired or was in use is tried once more without a word', async () => {
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

describe('creating', () => {
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
    await page.waitForFunction(() => 'closeWindow' in window);
    await page.evaluate(() =>
      Reflect.get(
        window,
        'closeWindow',
      )(new DOMException('The operation was not allowed.', 'NotAllowedError')),
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
});

describe('what nobody answers', () => {
  const unreached = 'We could not be reached. Check your connection and try again.';

  /** The request is on its way, and the page waits for longer than it should. */
  async function waits({ page }: Visit, url: string, name: string): Promise<void> {
    await Promise.all([page.waitForRequest(`**${url}`), button(page, name).click()]);
    expect(await button(page, name).getAttribute('aria-disabled')).toBe('true');
    await page.clock.fastForward(31_000);
    await soon(() => button(page, name).getAttribute('aria-disabled')).toBeNull();
  }

  it('the sign-in whose finish or start is not answered ends, as does the creation whose start is not; one whose finish is not leaves no key behind; and each works again', async () => {
    const visit = await stage.visit();
    const { page, authenticator } = visit;
    const name = 'Sign in with a passkey';
    await page.clock.install();
    await arriveWithPasskey(visit);
    // Options are fetched with the page; the press after a finish has to fetch them anew.
    for (const request of ['finish', 'start'] as const)
      await isNeverAnswered(page, paths.passkeyLogin, request);
    for (const _ of ['finish', 'start']) {
      await waits(visit, paths.passkeyLogin, name);
      await isTold(page, 'alert', failed(unreached));
    }
    await signInWithPasskey(visit);

    await authenticator.clear();
    await soon(() => authenticator.deleted).toHaveLength(1);
    for (const request of ['start', 'finish'] as const)
      await isNeverAnswered(page, paths.passkeyRegistration, request);
    await waits(visit, paths.passkeyRegistration, 'Create a passkey');
    await isTold(page, 'alert', unreached);
    await button(page, 'Create a passkey').click();
    await soon(async () => (await authenticator.passkeys()).length).toBe(1);
    await page.clock.fastForward(31_000);
    await isTold(page, 'alert', 'The passkey was not saved. Try again.');
    await soon(() => authenticator.deleted).toHaveLength(2);
    expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
    await createPasskey(visit);
  });
});
