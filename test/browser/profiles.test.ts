/** Visits that have the same browser profile after each other share nothing that a test could see. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { addOtherDevice } from './support/account-steps.ts';
import { notesCreations } from './support/creations.ts';
import { happened, watchDevice } from './support/device.ts';
import { ownsPasskey, ownsPasskeyOn } from './support/owning.ts';
import { isNeverAnswered } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, createPasskey, isTold, seesHeading } from './support/steps.ts';

const stage = useStage();
const visits: Visit[] = [];

async function visit(): Promise<Visit> {
  const one = await stage.visit();
  visits.push(one);
  return one;
}

it('one brings along whatever a test can', async () => {
  const first = await visit();
  const { page, context } = first;
  await ownsPasskey(first);
  await ownsPasskeyOn(first, 'phone');
  await first.authenticator.setUserVerified(false);
  await watchDevice(first);
  const asked = await notesCreations(first);
  await arriveSignedIn(first);
  await page.evaluate(() => {
    for (const storage of [localStorage, sessionStorage]) storage.setItem('left', 'behind');
  });
  await isNeverAnswered(page, paths.passkeyRegistration, 'start');
  await button(page, 'Create a passkey').click();
  await isTold(page, 'status', 'Waiting for your device…');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 320, height: 640 });
  await (await context.newPage()).goto(paths.health);
  await context.setOffline(true);
  expect(asked).toEqual([]);
});

it('the next one has the same page, and meets nothing of it', async () => {
  const next = await visit();
  const { page, context } = next;
  expect(page).toBe(visits[0]?.page);
  expect(context.pages()).toEqual([page]);
  expect(await context.cookies()).toEqual([]);
  await next.open(paths.dashboard);
  await seesHeading(page, 'Sign in');
  await button(page, 'Sign in with a passkey').click();
  await isTold(page, 'status', 'Your browser or password manager blocked the request. Lost your passkey?');
  expect(await happened(page)).toEqual([]);
  const seen = () => [
    localStorage.length + sessionStorage.length,
    'noteCreation' in window,
    matchMedia('(prefers-color-scheme: dark)').matches,
    innerWidth,
  ];
  expect(await page.evaluate(seen)).toEqual([0, false, false, 800]);
  await arriveSignedIn(next);
  await createPasskey(next);
  expect(next.authenticator.deleted).toEqual([]);
  expect(await next.authenticator.passkeys()).toHaveLength(1);
  expect(await (await addOtherDevice(page, 'phone')).held()).toBe(0);
  await page.clock.install();
});

it('a clock stays, so that nobody has that page again', async () => {
  expect((await visit()).page).not.toBe(visits[0]?.page);
});
