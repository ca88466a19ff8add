/** The device has made a key, and the server did not say that it has it. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { finishMeets, storedPasskeys } from './support/account-steps.ts';
import { intercept } from './support/interception.ts';
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

async function keepsTheKey({ authenticator }: Visit): Promise<void> {
  expect(authenticator.deleted).toEqual([]);
  expect(await authenticator.passkeys()).toHaveLength(1);
}

describe('a key that the server has, although its answer was lost,', () => {
  it('stays on the device, and the page says that it was saved and leads to it', async () => {
    const visit = await arrive();
    const { page } = visit;
    await finishMeets(visit, async (route) => {
      await route.fetch();
      await route.abort();
    });
    await button(page, name).click();
    await isTold(page, 'status', saved);
    await keepsTheKey(visit);
    await page.getByRole('link', { name: 'See your passkeys' }).click();
    await page.getByText('Passkey saved in').waitFor();
    expect(await passkeyList(page).count()).toBe(1);
    await keepsTheKey(visit);
  });

  it('stays also when the same finish was sent twice', async () => {
    const visit = await arrive();
    await finishMeets(visit, async (route) => {
      expect((await route.fetch()).status()).toBe(200);
      await route.continue();
    });
    await button(visit.page, name).click();
    await isTold(visit.page, 'status', saved);
    await keepsTheKey(visit);
    expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  });

  it('stays when the list of passkeys cannot be read, and the person is told of the connection', async () => {
    const visit = await arrive();
    await finishMeets(visit, async (route) => {
      await route.fetch();
      await route.abort();
    });
    await listIsLost(visit);
    await button(visit.page, name).click();
    await isTold(visit.page, 'alert', 'We could not be reached. Check your connection and try again.');
    await keepsTheKey(visit);
  });
});

it('signals nothing after a refusal when the list of passkeys cannot be read', async () => {
  const visit = await arrive();
  await finishIsRefused(visit.page, paths.passkeyRegistration, {
    status: 500,
    code: 'internal_error',
  });
  await listIsLost(visit);
  await button(visit.page, name).click();
  await isTold(visit.page, 'alert', 'Something went wrong. Try again.');
  await keepsTheKey(visit);
});

it('signals nothing for a key that is registered already, and says so as good news', async () => {
  const visit = await arrive();
  await finishIsRefused(visit.page, paths.passkeyRegistration, { status: 409, code: 'already_registered' });
  await button(visit.page, name).click();
  await isTold(
    visit.page,
    'status',
    'You already have a passkey in this password manager. See your passkeys',
  );
  await keepsTheKey(visit);
});
