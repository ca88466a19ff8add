import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
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
import { field, loseCookies, seesHeading, signInWithPasskey } from './support/steps.ts';

const askedAnew = ['conditional: asked', 'conditional: AbortError', 'conditional: asked'];

/** On a page whose options live for 1000 seconds, with a clock that stands still. */
async function arriveAtPausedClock(visit: Visit): Promise<void> {
  const { page } = visit;
  await challengesLiveLong(visit);
  await arriveWaiting(visit);
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000);
}

const challengesLiveLong = ({ page }: Visit) =>
  startIsChanged(page, paths.passkeyLogin, (answer) => {
    answer.expiresIn = 1_000;
  });

const stage = useStage(oneClock);

it('on a page that was left open for longer than a challenge lives the first attempt succeeds, since its options are replaced before they end, when the tab is seen again and when the page comes back out of memory', async () => {
  const visit = await stage.visit(withAutofill);
  const { page, authenticator } = visit;
  const sent = watchSent(page);
  await watchDevice(visit);
  await page.clock.install();
  await arriveAtPausedClock(visit);
  await hide(page);
  await page.clock.runFor(2_000_000);
  await hasHappened(page, ['conditional: asked']);
  expect(sent.starts).toBe(1);
  await challengesLiveLong(visit);
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
  for (const event of ['pagehide', 'pageshow']) {
    await page.evaluate(
      (event) => void dispatchEvent(new PageTransitionEvent(event, { persisted: true })),
      event,
    );
  }
  await hasHappened(page, [...askedAnew, ...askedAnew.slice(1), ...askedAnew.slice(1)]);
  expect(sent.starts).toBe(4);
  expect(new Set(await challenges(page)).size).toBe(4);

  /** Signed out, on a page whose request in the field waits. */
  const waits = async () => {
    await loseCookies(visit);
    await page.evaluate(() => sessionStorage.clear());
    await authenticator.setPresent(false);
    await visit.open(paths.login);
    await hasHappened(page, ['conditional: asked']);
  };
  /** With one more start and one finish, and nothing to report. */
  const signsIn = async (way: string, how: () => Promise<unknown>) => {
    await authenticator.setPresent(true);
    Object.assign(sent, { starts: 0, finishes: 0 });
    await how();
    await seesHeading(page, 'Dashboard');
    expect(sent, way).toEqual({ starts: 1, finishes: 1, events: [] });
  };

  await page.clock.resume();
  await waits();
  await hide(page);
  await pageIsLeftOpen(visit);
  await signsIn('by the button', async () => {
    await show(page);
    await signInWithPasskey(visit);
  });

  await waits();
  const asleep = await page.evaluate(() => Date.now());
  await page.clock.pauseAt(asleep + 1_000);
  await challengesDie(visit);
  await page.clock.setSystemTime(asleep + 3_600_000);
  await signsIn('after the computer slept, and its timers with it', () => field(page, 'Email').focus());
});
