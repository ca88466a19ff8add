/** The device has made a key, and the server did not say that it has it. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { finishMeets, soon, storedPasskeys } from './support/account-steps.ts';
import { intercept, letThrough } from './support/interception.ts';
import { finishIsRefused } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, isTold, passkeyList } from './support/steps.ts';

const stage = useStage();
const name = 'Create a passkey';
const saved = 'Your passkey was saved. See your passkeys';

async function arrive(): Promise<Visit> {
  const visit = await stage.visit();
  visit.expectReport(/status of [45]\d\d|ERR_FAILED/);
  await arriveSignedIn(visit);
  return visit;
}

async function listIsLost({ page }: Visit): Promise<void> {
  await intercept(page, paths.passkeySignals, (route) => route.abort());
}

/** It is still there, and this test takes it away before the next. @param times how often that has happened */
async function keepsTheKey({ authenticator }: Visit, times: number): Promise<void> {
  expect(await authenticator.passkeys()).toHaveLength(1);
  expect(authenticator.deleted).toHaveLength(times);
  await authenticator.clear();
  await soon(() => authenticator.deleted).toHaveLength(times + 1);
}

it('a key stays when the same finish was sent twice, when it is registered already, when the list cannot be read, and when the server has it although its answer was lost: then the page says so and leads to it', async () => {
  const visit = await arrive();
  const { page, authenticator } = visit;
  const statuses: number[] = [];
  await finishMeets(visit, async (route) => {
    statuses.push((await route.fetch()).status());
    await route.continue();
  });
  await button(page, name).click();
  await isTold(page, 'status', saved);
  expect(statuses).toEqual([200]);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  await keepsTheKey(visit, 0);

  await finishIsRefused(page, paths.passkeyRegistration, { status: 409, code: 'already_registered' });
  await button(page, name).click();
  await isTold(page, 'status', 'You already have a passkey in this password manager. See your passkeys');
  await keepsTheKey(visit, 1);

  await listIsLost(visit);
  await finishIsRefused(page, paths.passkeyRegistration, { status: 500, code: 'internal_error' });
  await button(page, name).click();
  await isTold(page, 'alert', 'Something went wrong. Try again.');
  await keepsTheKey(visit, 2);

  // The server has this one, and the person is told of the connection.
  await finishMeets(visit, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await button(page, name).click();
  await isTold(page, 'alert', 'We could not be reached. Check your connection and try again.');
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(2);
  await keepsTheKey(visit, 3);

  await letThrough(page, paths.passkeySignals);
  await button(page, name).click();
  await isTold(page, 'status', saved);
  expect(authenticator.deleted).toHaveLength(4);
  await page.getByRole('link', { name: 'See your passkeys' }).click();
  await page.getByText('Passkey saved in').waitFor();
  expect(await passkeyList(page).count()).toBe(3);
  expect(await authenticator.passkeys()).toHaveLength(1);
  expect(authenticator.deleted).toHaveLength(4);
});
