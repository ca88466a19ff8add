/**
 * A passkey that signs nobody in or is not created, one for each way to its words that no other file has: which words belong
 * to which name or code is in src/web/passkeys/ceremony-words.test.ts, what browsers and password managers throw in
 * managers-using.test.ts and managers-creating.test.ts, other refusals of a server in signals.test.ts and
 * creating-refused.test.ts. The page that asks for one more proof runs the script of the sign-in page, and is not walked
 * through here.
 */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon, storedPasskeys } from './support/account-steps.ts';
import { watchSent } from './support/device.ts';
import { letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import {
  answersAtOnce,
  browserRefuses,
  carriedWords,
  finishIsRefused,
  isNeverAnswered,
  startIsChanged,
} from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  button,
  createPasskey,
  failed,
  fillSignIn,
  isTold,
  loseCookies,
  seesHeading,
  seesNoTechnicalWords,
  signInWithPasskey,
} from './support/steps.ts';

const stage = useStage();

const signing = 'Sign in with a passkey';
const creating = 'Create a passkey';
const unreached = 'We could not be reached. Check your connection and try again.';

async function tries({ page }: Visit, name: string, role: 'status' | 'alert', text: string): Promise<void> {
  await button(page, name).click();
  await isTold(page, role, text);
  await seesNoTechnicalWords(page);
  expect(await button(page, name).getAttribute('aria-disabled')).toBeNull();
}

/** The options that the next page asks for have died by the time of a press, and are none that the server knows. */
const expireAtOnce = ({ page }: Visit) =>
  startIsChanged(page, paths.passkeyLogin, (answer) => {
    answer.loginOptions.publicKey.challenge = 'ZXhwaXJlZC1sb25nLWFnby1leHBpcmVkLWxvbmctYWdv';
    answer.expiresIn = 0;
  });

/** The request is on its way, and the page waits for longer than it should. */
async function waits({ page }: Visit, url: string, name: string): Promise<void> {
  await Promise.all([page.waitForRequest(`**${url}`), button(page, name).click()]);
  expect(await button(page, name).getAttribute('aria-disabled')).toBe('true');
  // The request may be on its way before the page has begun to wait for it.
  await soon(async () => {
    await page.clock.fastForward(31_000);
    return button(page, name).getAttribute('aria-disabled');
  }).toBeNull();
}

it('what the browser, the server, the device or the network refuses is told in plain words, what nobody answers ends, and the next press works without reloading; what expired or was in use is tried once more without a word, no key is left behind, and whoever was signed out meanwhile is sent to sign in', async () => {
  const visit = await stage.visit();
  const { page, authenticator, origin } = visit;
  visit.expectReport(/^error: SecurityError|status of [45]\d\d|ERR_INTERNET_DISCONNECTED/);
  await page.clock.install();
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
  const here = `${paths.dashboard}?from=mail`;
  await visit.open(here);
  await seesHeading(page, 'Sign in');
  const elsewhere = `Passkeys do not work at this address. Open ${origin} instead.`;
  const rows = [
    ['NotAllowedError', 299_500, 'status', 'That took too long. Try again.'],
    ['NotAllowedError', 0, 'status', 'Your browser or password manager blocked the request.'],
    ['SecurityError', 0, 'alert', elsewhere],
  ] as const;
  for (const [error, after, role, text] of rows) {
    if (after === 0) await answersAtOnce(page);
    await browserRefuses(page, 'get', error, after);
    await tries(visit, signing, role, failed(text));
  }
  const unexpected = 'Something went wrong. Try again, or use your password.';
  expect(await carriedWords(page)).toMatchObject({
    EncodingError: failed(unexpected),
    uv_required: failed('Unlock your device with your fingerprint, face or PIN.'),
  });

  await browserRefuses(page, 'get', 'NotAllowedError', 0, 0);
  const answers = [
    [{ status: 500, code: 'internal_error' }, 'alert', unexpected],
    [
      { status: 429, code: 'too_many_requests', retryAfter: '1' },
      'alert',
      'Too many attempts. Try again in 1 second.',
    ],
    [expired, 'status', 'That took too long. Try again.'],
  ] as const;
  for (const [refusal, role, text] of answers) {
    await finishIsRefused(page, paths.passkeyLogin, refusal);
    await tries(visit, signing, role, failed(text));
  }
  await letThrough(page);
  await visit.context.setOffline(true);
  for (const _ of ['once', 'again']) await tries(visit, signing, 'alert', failed(unreached));
  await visit.context.setOffline(false);
  // The press after a finish has to fetch its options anew.
  for (const request of ['finish', 'start'] as const)
    await isNeverAnswered(page, paths.passkeyLogin, request);
  for (const _ of ['finish', 'start']) {
    await waits(visit, paths.passkeyLogin, signing);
    await isTold(page, 'alert', failed(unreached));
  }

  await authenticator.setPresent(false);
  await Promise.all([page.waitForResponse(`**${paths.passkeyLogin}`), button(page, signing).click()]);
  expect(await button(page, signing).getAttribute('aria-disabled')).toBe('true');
  // The device is asked, with options that came over the network.
  await isTold(page, 'status', 'Waiting for your passkey…');
  await fillSignIn(visit);
  await seesHeading(page, 'Dashboard');
  await authenticator.setPresent(true);

  // A device that does not know its user, and a network that is gone.
  await authenticator.clear();
  await authenticator.setUserVerified(false);
  await tries(visit, creating, 'status', 'No passkey was created.');
  await authenticator.setUserVerified(true);
  await visit.context.setOffline(true);
  await tries(visit, creating, 'alert', unreached);
  await visit.context.setOffline(false);
  await browserRefuses(page, 'create', 'SecurityError', 0, 1);
  await tries(visit, creating, 'alert', elsewhere);
  expect(await carriedWords(page)).toMatchObject({
    ConstraintError: 'This device cannot save a passkey. Try your phone or a security key instead.',
    EncodingError: 'Something went wrong. Try again.',
    uv_required: 'Unlock your device with your fingerprint, face or PIN.',
    challenge_expired: 'That took too long. Try again.',
  });
  expect(await authenticator.passkeys()).toEqual([]);

  for (const request of ['start', 'finish'] as const)
    await isNeverAnswered(page, paths.passkeyRegistration, request);
  await waits(visit, paths.passkeyRegistration, creating);
  await isTold(page, 'alert', unreached);
  const before = authenticator.deleted.length;
  await button(page, creating).click();
  await soon(async () => (await authenticator.passkeys()).length).toBe(1);
  await page.clock.fastForward(31_000);
  await isTold(page, 'alert', 'The passkey was not saved. Try again.');
  await soon(() => authenticator.deleted).toHaveLength(before + 1);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  await createPasskey(visit);

  await visit.open(here);
  await loseCookies(visit);
  await button(page, creating).click();
  await seesHeading(page, 'Sign in');
  expect(new URL(page.url()).searchParams.get('return_to')).toBe(here);
});
