import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  arriveWaiting,
  happened,
  hasHappened,
  hide,
  show,
  watchDevice,
  watchSent,
  withAutofill,
} from './support/device.ts';
import { answersAtOnce, fieldRefuses, modalIsCancelled, startIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import { button, failed, field, isTold } from './support/steps.ts';

const stage = useStage();

describe('what the browser refuses in the field', () => {
  it('is said and reported to nobody when nothing was chosen', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await watchDevice(visit);
    const sent = watchSent(page);
    await visit.open(paths.login);
    // A device without passkeys says so at once.
    await hasHappened(page, ['conditional: asked', 'conditional: NotAllowedError']);
    await atRest(page);
    await isTold(page, 'status', '');
    expect(sent).toEqual({ starts: 1, finishes: 0, events: [] });
    expect(await happened(page)).toHaveLength(2);
  });

  it('is not asked for again by time, by another tab or by the button, only by somebody at the field', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await fieldRefuses(visit, 'NotAllowedError');
    await watchDevice(visit);
    const sent = watchSent(page);
    await page.clock.install();
    await visit.open(paths.login);
    const once = ['conditional: asked', 'conditional: NotAllowedError'];
    await hasHappened(page, once);
    await page.clock.runFor(600_000);
    await hide(page);
    await show(page);
    await page.clock.runFor(2_000);
    await atRest(page);
    expect([await happened(page), sent.starts]).toEqual([once, 1]);
    await modalIsCancelled(page);
    await button(page, 'Sign in with a passkey').click();
    await isTold(page, 'status', failed('No passkey was used. Try again, or use your password.'));
    await atRest(page);
    await field(page, 'Password').focus();
    expect(await happened(page)).toEqual(once);
    await page.reload();
    await hasHappened(page, [...once, ...once]);
    await field(page, 'Email').click();
    await hasHappened(page, [...once, ...once, ...once]);
    await atRest(page);
    await page.clock.runFor(2_000);
    await field(page, 'Email').click();
    await hasHappened(page, [...once, ...once, ...once, ...once]);
    // For the first page, for the button as its options had grown old, and for the page that was loaded again.
    expect(sent.starts).toBe(3);
  });

  it('is offered again, three times at most, to somebody at the field who may have closed a window', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await fieldRefuses(visit, 'NotAllowedError', 400);
    await watchDevice(visit);
    const sent = watchSent(page);
    await visit.open(paths.login);
    const once = ['conditional: asked', 'conditional: NotAllowedError'];
    await hasHappened(page, once);
    await atRest(page);
    expect(await happened(page)).toEqual(once);
    await field(page, 'Email').focus();
    await hasHappened(page, Array(5).fill(once).flat());
    await atRest(page);
    expect(await happened(page)).toHaveLength(10);
    expect(sent).toEqual({ starts: 1, finishes: 0, events: [] });
    await isTold(page, 'status', '');
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

  it('is said and reported to nobody whatever it is called, and asked for once', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await fieldRefuses(visit, 'NotSupportedError');
    await watchDevice(visit);
    const sent = watchSent(page);
    await visit.open(paths.login);
    const seen = ['conditional: asked', 'conditional: NotSupportedError'];
    for (const name of ['UnknownError', 'SecurityError', 'InvalidStateError', 'EncodingError', '']) {
      await hasHappened(page, seen);
      await atRest(page);
      await isTold(page, 'status', '');
      expect(await happened(page)).toEqual(seen);
      if (!name) break;
      await page.evaluate((name) => sessionStorage.setItem('refused', name), name);
      // The same code asks on a page that has just come.
      await field(page, 'Email').blur();
      await field(page, 'Email').focus();
      seen.push('conditional: asked', `conditional: ${name}`);
    }
    expect(sent).toEqual({ starts: 1, finishes: 0, events: [] });
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
  const told = 'Passkeys are not available right now. Try again, or use your password.';
  await isTold(page, 'alert', failed(told));
});
