import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  arriveWaiting,
  challenges,
  happened,
  hasHappened,
  watchDevice,
  watchSent,
  withAutofill,
} from './support/device.ts';
import { letThrough } from './support/interception.ts';
import { finishIsLost, finishIsRefused, modalIsCancelled } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  button,
  failed,
  field,
  fillSignIn,
  isTold,
  seesHeading,
  seesNoTechnicalWords,
} from './support/steps.ts';

const stage = useStage();
const unverified = failed('That passkey could not be verified. Use your password instead.');

/** A passkey is chosen in the field: the device, which nobody touches otherwise, is touched on a new request. */
async function choosesInField({ page, authenticator }: Visit): Promise<void> {
  await authenticator.setPresent(true);
  await page.reload();
}

describe('a passkey chosen in the field that the server refuses', () => {
  it('is told in plain words, unless its challenge has run out, the field offers passkeys again with a new challenge, what was typed stays where it is, and the password form works', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    visit.expectReport(/status of (401|409)/);
    await watchDevice(visit);
    await arriveWaiting(visit);
    const sent = watchSent(page);
    // Whoever is told no takes the finger away.
    const meanwhile = () => authenticator.setPresent(false);
    const offeredAgain = ['conditional: asked', 'conditional: answered', 'conditional: asked'];
    await finishIsRefused(page, paths.passkeyLogin, {
      status: 409,
      code: 'challenge_expired',
      times: 1,
      meanwhile,
    });
    await choosesInField(visit);
    await hasHappened(page, ['conditional: asked', ...offeredAgain]);
    const [, expired, afterExpiry] = await challenges(page);
    expect(afterExpiry).not.toBe(expired);
    await isTold(page, 'status', '');
    expect(sent).toMatchObject({ starts: 2, finishes: 1, events: [] });

    await page.evaluate(() => sessionStorage.clear());
    await finishIsRefused(page, paths.passkeyLogin, {
      status: 401,
      code: 'not_verified',
      times: 1,
      meanwhile,
    });
    await choosesInField(visit);
    await isTold(page, 'alert', unverified);
    await seesNoTechnicalWords(page);
    await hasHappened(page, offeredAgain);
    const [refused, again] = await challenges(page);
    expect(again).not.toBe(refused);
    await isTold(page, 'alert', unverified);

    await finishIsRefused(page, paths.passkeyLogin, { status: 401, code: 'not_verified' });
    await field(page, 'Email').pressSequentially('ada.');
    await field(page, 'Password').pressSequentially('analytical');
    await modalIsCancelled(page);
    await authenticator.setPresent(true);
    const before = sent.finishes;
    await button(page, 'Sign in with a passkey').click();
    await expect.poll(() => sent.finishes).toBeGreaterThan(before);
    await isTold(page, 'alert', unverified);
    expect(await field(page, 'Email').inputValue()).toBe('ada.');
    expect(await field(page, 'Password').inputValue()).toBe('analytical');
    await fillSignIn(visit);
    await seesHeading(page, 'Dashboard');
  });

  it('is tried at most four times in a minute, and then again when somebody comes to the field; when the answer is lost, that is said, and it is tried again by itself five seconds later', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    visit.expectReport(/status of 401|ERR_INTERNET_DISCONNECTED/);
    await watchDevice(visit);
    await arriveWaiting(visit);
    await page.clock.install();
    await finishIsRefused(page, paths.passkeyLogin, { status: 401, code: 'not_verified' });
    const sent = watchSent(page);
    await choosesInField(visit);
    await expect.poll(() => sent).toMatchObject({ starts: 4, finishes: 4 });
    await page.clock.runFor(30_000);
    await atRest(page);
    expect(sent).toMatchObject({ starts: 4, finishes: 4 });

    await field(page, 'Email').focus();
    await expect.poll(() => sent).toMatchObject({ starts: 5, finishes: 5 });
    await atRest(page);
    expect(sent).toMatchObject({ starts: 5, finishes: 5 });

    await page.clock.runFor(60_000);
    await field(page, 'Email').click();
    await expect.poll(() => sent).toMatchObject({ starts: 9, finishes: 9 });
    await isTold(page, 'alert', unverified);

    await letThrough(page);
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000);
    await page.evaluate(() => sessionStorage.clear());
    await finishIsLost(page, paths.passkeyLogin);
    await choosesInField(visit);
    await isTold(page, 'alert', failed('We could not be reached. Check your connection and try again.'));
    await page.clock.runFor(4_999);
    await atRest(page);
    expect(await happened(page)).toHaveLength(2);
    await page.clock.runFor(1);
    await seesHeading(page, 'Dashboard');
    expect(await authenticator.passkeys()).toHaveLength(1);
  });
});
