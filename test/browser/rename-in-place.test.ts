/** A passkey is renamed where it stands in the list; the page for it is there for whatever is in the way. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ownsMany, proofGrowsOld } from './support/account-steps.ts';
import { focusedAtFirst } from './support/keyboard.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage } from './support/stage.ts';
import {
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
const focused = (page: Page) => page.locator(':focus').innerText();

it('has the focus in the field and back on the button, says what is wrong, changes nothing else, does not ask again who one is, and goes to where the answer comes from when it is another page', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await ownsPasskey(visit);
  await signsInUnseen(visit);
  await ownsMany(stage.app(), visit, 3);
  await proofGrowsOld(stage.app(), visit);
  await visit.open(paths.dashboard);
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
    expect([await input.count(), await focused(page)]).toEqual([0, 'Rename']);
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
  expect([others, await focused(page), new URL(page.url()).pathname]).toEqual([
    ['Ada’s <b>laptop</b>', 'Passkey number 3'],
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
