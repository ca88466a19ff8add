/**
 * The list of passkeys: its entries, renaming where they stand, the page before deleting, a list that is full, and the
 * dashboard by keyboard alone, where the focus is always seen and never lost.
 */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  deletedElsewhere,
  ownsMany,
  proofGrowsOld,
  soon,
  storedPasskeys,
  userIdOf,
} from './support/account-steps.ts';
import { answersUpgrades } from './support/creations.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { ownsPasskey, ownsPasskeyElsewhere } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  arriveSignedIn,
  button,
  field,
  isTold,
  loseCookies,
  passkeyList,
  renameInPlace,
  seesHeading,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();

/** In the page: whether they are the pictures for this colour scheme, and here. */
const areLoaded = (all: (HTMLElement | SVGElement)[], scheme: string) =>
  all.every((one) => {
    const { currentSrc, complete } = one as HTMLImageElement;
    return complete && currentSrc.includes(`-${scheme}-`);
  });

const models = {
  iCloud: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
  google: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
  bitwarden: 'd548826e-79b4-db40-a3d8-11116f7e8349',
  windows: '08987058-cadc-4b81-b6e1-30de50dcbe96',
};

describe('the page that asks before a passkey is deleted', () => {
  it('says what remains to sign in with, leads to how to do the rest, and does not let anybody delete their only way in, not even by a form of yesterday', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/status of 409/);
    const own = await ownsPasskey(visit);
    await signsInUnseen(visit);
    const other = await ownsPasskeyElsewhere(visit);
    await visit.open(paths.deletePasskey(own));
    const remains = await page.getByText('It will no longer sign you in.').innerText();
    expect(remains).toMatch(/You will sign in with your other passkey or your password\.$/);
    const help = page.getByRole('link', { name: 'how to do it yourself' });
    expect(await help.getAttribute('href')).toBe(`${paths.helpPasskeys}#deleting`);
    await deletedElsewhere(stage.app(), other);
    const { db } = stage.app().database;
    await db('users')
      .where({ id: await userIdOf(stage.app(), visit) })
      .update({ password_hash: null });
    await button(page, 'Delete').click();
    await seesHeading(page, 'Your only way to sign in');
    expect(await page.getByRole('alert').innerText()).toContain('is your only way to sign in');
    expect(await button(page, 'Delete').count()).toBe(0);
    const back = page.getByRole('link', { name: 'Back to your passkeys' });
    expect(await back.getAttribute('href')).toMatch(new RegExp(`^${paths.dashboard}`));
    expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  });
});

const textInFocus = (page: Page) => page.locator(':focus').innerText();

it('an entry has the sign of whoever keeps it, drawn for a light and for a dark page; renaming it has the focus in the field and back on the button, says what is wrong, changes nothing else, does not ask again who one is, and goes to where the answer comes from when it is another page', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await ownsPasskey(visit);
  await signsInUnseen(visit);
  await ownsMany(stage.app(), visit, 5, Object.values(models));
  await proofGrowsOld(stage.app(), visit);
  await visit.open(paths.dashboard);
  const signs = passkeyList(page).locator('img');
  expect(await signs.count()).toBe(4);
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await soon(() => signs.evaluateAll(areLoaded, scheme), `signs on a ${scheme} page`).toBe(true);
    const drawn = await signs.evaluateAll((all) =>
      all.map((one) => {
        const { currentSrc, naturalWidth, complete, alt } = one as HTMLImageElement;
        return { file: new URL(currentSrc).pathname, loaded: complete && naturalWidth > 0, alt };
      }),
    );
    expect(drawn.map(({ file }) => file.replace(/-[0-9a-f]{12}/, ''))).toEqual(
      ['icloud', 'google', 'bitwarden', 'computer'].map((name) => `/assets/provider-${name}-${scheme}.svg`),
    );
    for (const { loaded, alt } of drawn) expect({ loaded, alt }).toEqual({ loaded: true, alt: '' });
    // The virtual authenticator is nobody's.
    expect(await passkeyList(page).first().locator('svg').count()).toBe(1);
  }

  const entry = passkeyList(page).nth(1);
  const input = entry.getByLabel('Name', { exact: true });

  await button(entry, 'Rename').click();
  expect(
    await input.evaluate((one: HTMLInputElement) => [one.value, one === document.activeElement]),
  ).toEqual(['Passkey number 2', true]);
  expect(await button(entry, 'Delete').count()).toBe(0);
  for (const leave of [() => page.keyboard.press('Escape'), () => button(entry, 'Cancel').click()]) {
    await input.fill('something else');
    await leave();
    expect([await input.count(), await textInFocus(page)]).toEqual([0, 'Rename']);
    expect(await entry.locator('strong').innerText()).toBe('Passkey number 2');
    await button(entry, 'Rename').click();
  }

  await input.fill('W'.repeat(65));
  await page.keyboard.press('Enter');
  await isTold(page, 'alert', 'A name has at most 64 characters.');
  const wrong = await input.evaluate((one) => [
    one.getAttribute('aria-invalid'),
    document.getElementById(one.getAttribute('aria-describedby') ?? '')?.innerText,
    one === document.activeElement,
  ]);
  expect(wrong).toEqual(['true', 'A name has at most 64 characters.', true]);

  await input.fill('Ada’s <b>laptop</b>');
  await button(entry, 'Save').click();
  await isTold(page, 'status', 'Renamed to Ada’s <b>laptop</b>.');
  const shown = () => passkeyList(page).locator('strong').allInnerTexts();
  const [first, ...others] = await shown();
  expect([others, await textInFocus(page), new URL(page.url()).pathname]).toEqual([
    ['Ada’s <b>laptop</b>', ...[3, 4, 5].map((number) => `Passkey number ${number}`)],
    'Rename',
    paths.dashboard,
  ]);
  // Where the form for here lacks something, the page for it comes.
  await page
    .locator('[data-naming]')
    .evaluate((one: HTMLTemplateElement) => one.content.querySelector('[role=alert]')?.remove());
  await button(entry, 'Rename').click();
  await seesHeading(page, 'Rename passkey');
  await field(page, 'Name').fill('');
  await button(page, 'Save').click();
  await page.getByRole('alert').filter({ hasText: 'Give the passkey a name.' }).waitFor();
  expect(await focusedAtFirst(page)).toBe('name');

  await visit.open(paths.dashboard);
  expect(await shown()).toEqual([first, ...others]);
  await isTold(page, 'status', '');
  // The answer comes from somewhere else.
  await loseCookies(visit);
  await renameInPlace(entry, 'Nobody');
  await seesHeading(page, 'Sign in');
});

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

it('by keyboard alone somebody is led to a passkey that is there already, opens the other places, chooses one, keeps the focus there while it waits, and turns the automatic creation off', async () => {
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

it('the keyboard never loses sight of the focus behind the news of a passkey that came by itself', async () => {
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
