import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import {
  arriveWaiting,
  challenges,
  hasHappened,
  hide,
  show,
  watchDevice,
  watchSent,
  withAutofill,
} from './support/device.ts';
import { challengesDie, oneClock, pageIsLeftOpen } from './support/passing-time.ts';
import { startIsChanged } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveWithPasskey, field, seesHeading, signInWithPasskey } from './support/steps.ts';

const askedAnew = ['conditional: asked', 'conditional: AbortError', 'conditional: asked'];

/** On a page whose options live for 1000 seconds, with a clock that stands still. */
async function arriveAtPausedClock(visit: Visit): Promise<void> {
  const { page } = visit;
  await watchDevice(visit);
  await page.clock.install();
  await liveLong(visit);
  await arriveWaiting(visit);
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000);
}

const liveLong = ({ page }: Visit) =>
  startIsChanged(page, paths.passkeyLogin, (answer) => {
    answer.expiresIn = 1_000;
  });

const stage = useStage(oneClock);

describe('the options that a waiting request was given', () => {
  it('stay as they are while the tab is hidden, are replaced when it is seen again, and when three quarters of their life are over', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    const sent = watchSent(page);
    await arriveAtPausedClock(visit);
    await hide(page);
    await page.clock.runFor(2_000_000);
    await hasHappened(page, ['conditional: asked']);
    expect(sent.starts).toBe(1);
    await liveLong(visit);
    await show(page);
    await page.clock.runFor(1_000);
    await hasHappened(page, askedAnew);
    expect(sent.starts).toBe(2);
    await atRest(page);
    await page.clock.runFor(730_000);
    await hasHappened(page, askedAnew);
    expect(sent.starts).toBe(2);
    await page.clock.runFor(20_000);
    await hasHappened(page, [...askedAnew, ...askedAnew.slice(1)]);
    expect(sent.starts).toBe(3);
    expect(new Set(await challenges(page)).size).toBe(3);
  });

  it('are replaced when the page comes back out of memory', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    const sent = watchSent(page);
    await watchDevice(visit);
    await arriveWaiting(visit);
    for (const event of ['pagehide', 'pageshow']) {
      await page.evaluate(
        (event) => void dispatchEvent(new PageTransitionEvent(event, { persisted: true })),
        event,
      );
    }
    await hasHappened(page, askedAnew);
    expect(sent.starts).toBe(2);
    const [first, second] = await challenges(page);
    expect(second).not.toBe(first);
  });
});

describe('on a page that was left open for longer than a challenge lives, the first attempt succeeds', () => {
  it('by the button, in a browser without autofill', async () => {
    const visit = await stage.visit();
    await visit.page.clock.install();
    await arriveWithPasskey(visit);
    await atRest(visit.page);
    await pageIsLeftOpen(visit);
    const sent = watchSent(visit.page);
    await signInWithPasskey(visit);
    expect(sent).toEqual({ starts: 1, finishes: 1, events: [] });
  });

  it('by the button, after the tab was hidden', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    await watchDevice(visit);
    await page.clock.install();
    await arriveWaiting(visit);
    await hide(page);
    await pageIsLeftOpen(visit);
    await authenticator.setPresent(true);
    const sent = watchSent(page);
    await show(page);
    await signInWithPasskey(visit);
    expect(sent).toEqual({ starts: 1, finishes: 1, events: [] });
  });

  it('by the field, when the tab is seen again', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    await watchDevice(visit);
    await page.clock.install();
    await arriveWaiting(visit);
    await hide(page);
    await pageIsLeftOpen(visit);
    await authenticator.setPresent(true);
    const sent = watchSent(page);
    await show(page);
    await page.clock.runFor(1_000);
    await seesHeading(page, 'Dashboard');
    expect(sent).toEqual({ starts: 1, finishes: 1, events: [] });
  });

  it('by the field, after the computer slept and its timers with it', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    await watchDevice(visit);
    await page.clock.install();
    await arriveWaiting(visit);
    const asleep = await page.evaluate(() => Date.now());
    await page.clock.pauseAt(asleep + 1_000);
    await challengesDie(visit);
    await page.clock.setSystemTime(asleep + 3_600_000);
    await authenticator.setPresent(true);
    const sent = watchSent(page);
    await field(page, 'Email').focus();
    await seesHeading(page, 'Dashboard');
    expect(sent).toEqual({ starts: 1, finishes: 1, events: [] });
  });

  it('by the field, on a page that was seen all the time', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    const sent = watchSent(page);
    await watchDevice(visit);
    await page.clock.install();
    await arriveWaiting(visit);
    for (const starts of [2, 3]) {
      await pageIsLeftOpen(visit);
      await soon(() => sent.starts).toBe(starts);
      await hasHappened(page, [
        ...Array(starts - 1)
          .fill(askedAnew.slice(0, 2))
          .flat(),
        'conditional: asked',
      ]);
    }
    await authenticator.setPresent(true);
    await pageIsLeftOpen(visit);
    await seesHeading(page, 'Dashboard');
    expect(sent).toMatchObject({ starts: 4, finishes: 1, events: [] });
  });
});
