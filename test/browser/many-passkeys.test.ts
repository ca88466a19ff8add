import { expect, it } from 'vitest';
import { ownsMany, storedPasskeys } from './support/account-steps.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, isTold, passkeyList, renameInPlace, seesHeading } from './support/steps.ts';

const stage = useStage();

/** On the dashboard of a small telephone, with so many passkeys. */
async function arriveWith(count: number): Promise<Visit> {
  const visit = await stage.visit();
  await visit.page.setViewportSize({ width: 360, height: 640 });
  await ownsPasskey(visit);
  await ownsMany(stage.app(), visit, count);
  await arriveSignedIn(visit);
  return visit;
}

const names = ({ page }: Visit) => passkeyList(page).locator('strong').allInnerTexts();

it('lists twenty-five on a small screen, newest first, each with its own two buttons for it alone', async () => {
  const visit = await arriveWith(25);
  const { page } = visit;
  const [newest, ...others] = await names(visit);
  expect(newest).toContain('Chromium Virtual Authenticator');
  expect(others).toEqual(Array.from({ length: 24 }, (_, index) => `Passkey number ${index + 2}`));
  for (const name of ['Rename', 'Delete']) {
    const described = await button(passkeyList(page), name).evaluateAll((all) =>
      all.map((one) => document.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent),
    );
    expect(described).toEqual([newest, ...others]);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  const before = [newest ?? '', ...others];
  const ids = await storedPasskeys(stage.app(), visit);
  const { y = 999 } = (await button(page, 'Create a passkey').boundingBox()) ?? {};
  expect(y, 'the button to create one is in the first screen').toBeLessThan(640);
  await renameInPlace(passkeyList(page).last(), 'The oldest');
  await isTold(page, 'status', 'Renamed to The oldest.');
  await button(passkeyList(page).nth(12), 'Delete').click();
  await seesHeading(page, 'Delete passkey');
  await page.getByText(`Delete ${before[12]}, created`).waitFor();
  await page.getByText('You will sign in with your 24 other passkeys or your password.').waitFor();
  await button(page, 'Delete').click();
  await page.getByText('Passkey deleted.').waitFor();
  expect(await names(visit)).toEqual([...before.slice(0, 12), ...before.slice(13, 24), 'The oldest']);
  // Theirs are oldest first.
  const deleted = ids[24 - 12];
  expect(await storedPasskeys(stage.app(), visit)).toEqual(ids.filter((id) => id !== deleted));
});

it('says at a hundred that there are enough, before the device is asked, and leads to the list', async () => {
  const visit = await arriveWith(100);
  const { page } = visit;
  visit.expectReport(/status of 4\d\d/);
  await visit.authenticator.clear();
  await button(page, 'Create a passkey').click();
  await isTold(
    page,
    'alert',
    'You have 100 passkeys. Delete one that you no longer use first. See your passkeys',
  );
  expect(await visit.authenticator.passkeys()).toEqual([]);
  await page.getByRole('link', { name: 'See your passkeys' }).click();
  expect(await page.locator(':focus').innerText()).toBe('Passkeys');
});
