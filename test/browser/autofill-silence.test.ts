import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  arriveWaiting,
  happened,
  hasHappened,
  watchDevice,
  watchSent,
  withAutofill,
} from './support/device.ts';
import { answersAtOnce, fieldRefuses, startIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import { button, failed, isTold, seesNoTechnicalWords } from './support/steps.ts';

const stage = useStage();

describe('what the browser refuses in the field', () => {
  it('is said and reported to nobody when nothing was chosen', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await watchDevice(visit);
    const sent = watchSent(page);
    await visit.open(paths.login);
    // A device without passkeys says so at once; four times, as it is asked again three times.
    await hasHappened(page, Array(4).fill(['conditional: asked', 'conditional: NotAllowedError']).flat());
    await atRest(page);
    await isTold(page, 'status', '');
    expect(sent).toEqual({ starts: 1, finishes: 0, events: [] });
    expect(await happened(page)).toHaveLength(8);
  });

  it('does not take away what was said before when nothing was chosen', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    await watchDevice(visit);
    await arriveWaiting(visit);
    await authenticator.clear();
    await authenticator.setPresent(true);
    await answersAtOnce(page);
    await button(page, 'Sign in with a passkey').click();
    await expect.poll(async () => (await happened(page)).at(-1)).toBe('conditional: NotAllowedError');
    await atRest(page);
    await isTold(page, 'status', failed('Your browser or password manager blocked the request.'));
  });

  it('is said and reported when it is another failure', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await fieldRefuses(visit, 'UnknownError');
    const sent = watchSent(page);
    await visit.open(paths.login);
    await isTold(page, 'alert', failed('Your device could not finish. Try again, or use your password.'));
    await seesNoTechnicalWords(page);
    const event = { ceremony: 'autofill', errorName: 'UnknownError', ms: expect.any(Number) };
    await expect.poll(() => sent.events).toEqual([event, event, event, event]);
  });
});

it('options that cannot be had are told to nobody before the button is pressed', async () => {
  const visit = await stage.visit(withAutofill);
  const { page } = visit;
  visit.expectReport(/status of 503/);
  const sent = watchSent(page);
  await startIsRefused(page, paths.passkeyLogin, { status: 503, code: 'passkey_service_unavailable' });
  await page.clock.install();
  await visit.open(paths.login);
  await atRest(page);
  await page.clock.runFor(30_000);
  await expect.poll(() => sent.starts).toBeGreaterThan(1);
  await atRest(page);
  expect(sent.starts).toBeLessThanOrEqual(4);
  expect(sent).toMatchObject({ finishes: 0, events: [] });
  await isTold(page, 'status', '');
  await button(page, 'Sign in with a passkey').click();
  const told = 'Passkeys are not available right now. You can try again or use your password.';
  await isTold(page, 'alert', failed(told));
});
