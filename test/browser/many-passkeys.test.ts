import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ownsMany, storedPasskeys } from './support/account-steps.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, isTold, passkeyList } from './support/steps.ts';

const stage = useStage();

const names = ({ page }: Visit) => passkeyList(page).locator('strong').allInnerTexts();

it('lists a hundred on a small screen, newest first, each with its own two buttons for it alone, and says before the device is asked that there are enough', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 4\d\d/);
  await page.setViewportSize({ width: 360, height: 640 });
  await ownsPasskey(visit);
  await ownsMany(stage.app(), visit, 100);
  await arriveSignedIn(visit);
  const [newest, ...others] = await names(visit);
  expect(newest).toContain('Chromium Virtual Authenticator');
  expect(others).toEqual(Array.from({ length: 99 }, (_, index) => `Passkey number ${index + 2}`));
  for (const name of ['Rename', 'Delete']) {
    const described = await button(passkeyList(page), name).evaluateAll((all) =>
      all.map((one) => document.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent),
    );
    expect(described).toEqual([newest, ...others]);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  // Theirs are oldest first.
  const ids = (await storedPasskeys(stage.app(), visit)).reverse();
  for (const [name, path] of [
    ['Rename', paths.renamePasskey],
    ['Delete', paths.deletePasskey],
  ] as const) {
    const actions = await button(passkeyList(page), name).evaluateAll((all) =>
      all.map((one) => new URL((one as HTMLButtonElement).form?.action ?? '').pathname),
    );
    expect(actions).toEqual(ids.map(path));
  }
  const { y = 999 } = (await button(page, 'Create a passkey').boundingBox()) ?? {};
  expect(y, 'the button to create one is in the first screen').toBeLessThan(640);
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
