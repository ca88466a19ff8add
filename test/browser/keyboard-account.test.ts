/** The side of somebody who is signed in, by keyboard alone; the focus is always seen and never lost. */
import { expect, it } from 'vitest';
import { ownsMany } from './support/account-steps.ts';
import { answersUpgrades } from './support/creations.ts';
import { focused, tabTo } from './support/keyboard.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage } from './support/stage.ts';
import { arriveOwning, arriveSignedIn, isTold, passkeyList } from './support/steps.ts';

const stage = useStage();

it('is led to a passkey that is there already, opens the other places, chooses one, keeps the focus there while it waits, and turns the automatic creation off', async () => {
  const visit = await stage.visit({ capabilities: { conditionalGet: false, hybridTransport: true } });
  const { page } = visit;
  const { keyboard } = page;
  await arriveOwning(visit);
  await tabTo(page, 'Create a passkey');
  await keyboard.press('Space');
  await isTold(page, 'status', 'You already have a passkey in this password manager. See your passkey');
  expect(await focused(page)).toBe('Create a passkey');
  await tabTo(page, 'See your passkey');
  await keyboard.press('Enter');
  expect(await focused(page)).toContain('Chromium Virtual Authenticator');
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Rename');

  await visit.authenticator.setPresent(false);
  await tabTo(page, 'Use a phone or security key', 'Shift+Tab');
  await keyboard.press('Enter');
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Use a phone or tablet');
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Use a security key');
  await keyboard.press('Space');
  await isTold(page, 'status', 'Waiting for your device…');
  expect(await focused(page)).toBe('Use a security key');
  await tabTo(page, 'automatic');
  await keyboard.press('Space');
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Save');
  await keyboard.press('Enter');
  await isTold(page, 'status', 'Passkeys are no longer created automatically.');
});

it('never loses sight of the focus behind the news of a passkey that came by itself', async () => {
  const visit = await stage.visit({ capabilities: { conditionalGet: false, conditionalCreate: true } });
  const { page } = visit;
  await page.setViewportSize({ width: 360, height: 640 });
  // Enough to fill more than a screen.
  await ownsPasskey(visit);
  await ownsMany(stage.app(), visit, 6);
  await answersUpgrades(visit, 'made');
  await arriveSignedIn(visit);
  await page.getByText('A passkey was saved').waitFor();
  const names = [];
  do {
    await page.keyboard.press('Tab');
    names.push(await focused(page));
  } while (names.at(-1) !== 'Manage your passkeys' && names.length < 40);
  expect(names.filter((name) => name === 'Rename')).toHaveLength(6);
  await page.keyboard.press('Enter');
  await page.getByText('Added automatically').waitFor();
  expect(await passkeyList(page).count()).toBe(7);
});
