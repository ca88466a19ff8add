import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { confirmWithPassword, proofGrowsOld, storedPasskeys } from './support/account-steps.ts';
import { notesCreations } from './support/creations.ts';
import { createsUnseen, ownsPasskeyElsewhere } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  arriveSignedIn,
  button,
  createPasskey,
  field,
  isTold,
  passkeyList,
  seesHeading,
  seesNoTechnicalWords,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();
/** On the dashboard, which has just heard of a passkey that was created. */
async function arriveAfterCreation(visit: Visit): Promise<void> {
  await signsInUnseen(visit);
  await createsUnseen(visit);
  await visit.open(paths.dashboard);
}

/** The same once more, on a device that has none. */
async function savesAnother(visit: Visit): Promise<void> {
  await visit.authenticator.clear();
  await createsUnseen(visit);
  await visit.open(paths.dashboard);
}

const names = (list: ReturnType<typeof passkeyList>) => list.locator('strong').allInnerTexts();

it('before the device asks the page says what it will ask for, and what a passkey is, also to whom cannot see it; the proof of identity may have to be given again; and the passkey gets a number when another one has its name', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 403/);
  const asked = await notesCreations(visit);
  await arriveSignedIn(visit);
  const sentence =
    'Your device asks for your fingerprint, face or PIN and saves the passkey in your password manager.';
  expect(await page.getByText(sentence).isVisible()).toBe(true);
  const describedBy = await button(page, 'Create a passkey').getAttribute('aria-describedby');
  expect(await page.locator(`#${describedBy}`).innerText()).toBe(sentence);
  const before = await page.getByText(sentence).boundingBox();
  const control = await button(page, 'Create a passkey').boundingBox();
  expect(Math.abs((before?.y ?? 0) - (control?.y ?? 999))).toBeLessThan(100);
  const section = page.getByRole('region', { name: 'Passkeys' });
  expect(await section.innerText()).toContain('A passkey signs you in without a password.');
  await section.getByRole('link', { name: 'About passkeys' }).click();
  await seesHeading(page, 'About passkeys');

  await ownsPasskeyElsewhere(visit);
  await visit.open(paths.dashboard);
  const [first] = await names(passkeyList(page));
  await proofGrowsOld(stage.app(), visit);
  await button(page, 'Create a passkey').click();
  await seesHeading(page, 'Confirm it’s you');
  expect(asked).toEqual([]);
  await confirmWithPassword(visit);
  await seesHeading(page, 'Dashboard');
  await createPasskey(visit);
  expect(asked).toHaveLength(1);

  const given = [`${first} 2`, first];
  expect(await names(passkeyList(page))).toEqual(given);
  expect(await page.locator('.naming').count()).toBe(1);
  await page.getByText(`Passkey saved in ${first} as ${first} 2.`).waitFor();
  await page.getByRole('link', { name: 'Skip' }).click();
  await isTold(page, 'status', '');
  expect(await names(passkeyList(page))).toEqual(given);
  expect(await button(page, 'Save name').count()).toBe(0);
});

it('a passkey that was just saved opens with a form for its name, and another try on its device is the only news', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 422/);
  await arriveAfterCreation(visit);
  const [given] = await names(passkeyList(page));
  const input = page.getByLabel('Give it a name of your own (optional)');
  expect(await input.inputValue()).toBe(given);
  await input.fill('Kitchen tablet');
  await button(page, 'Save name').click();
  await isTold(page, 'status', 'Renamed to Kitchen tablet.');
  expect(await names(passkeyList(page))).toEqual(['Kitchen tablet']);
  expect(await input.count()).toBe(0);

  await savesAnother(visit);
  await input.fill('W'.repeat(65));
  await button(page, 'Save name').click();
  await seesHeading(page, 'Rename passkey');
  expect(await page.getByRole('alert').innerText()).toBe('A name has at most 64 characters.');
  expect(await field(page, 'Name').inputValue(), 'what was typed').toBe('W'.repeat(65));

  await savesAnother(visit);
  await page.getByText('Passkey saved').waitFor();
  const place = () =>
    button(page, 'Create a passkey').evaluate((one) => one.getBoundingClientRect().top + scrollY);
  const before = await place();
  await button(page, 'Create a passkey').click();
  await isTold(page, 'status', 'You already have a passkey in this password manager. See your passkeys');
  expect(await page.getByText('Passkey saved').isVisible()).toBe(false);
  expect(await place(), 'the button stays under the finger').toEqual(before);
});

it('a device that has one already is good news that leads to that passkey, or to the list where it may be any of several', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  await arriveOwning(visit);
  await button(page, 'Create a passkey').click();
  await isTold(page, 'status', 'You already have a passkey in this password manager. See your passkey');
  expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
  await seesNoTechnicalWords(page);
  expect(await passkeyList(page).count()).toBe(1);
  expect(await visit.authenticator.passkeys()).toHaveLength(1);
  await page.getByRole('link', { name: 'See your passkey' }).click();
  const [id] = await storedPasskeys(stage.app(), visit);
  expect(new URL(page.url()).hash).toBe(`#key-${id}`);
  expect(await page.locator(`#key-${id}`).innerText()).toBe(await passkeyList(page).innerText());
  const focused = page.locator(':focus');
  expect(await focused.innerText()).toContain(await passkeyList(page).locator('strong').innerText());

  await ownsPasskeyElsewhere(visit);
  await visit.open(paths.dashboard);
  await button(page, 'Create a passkey').click();
  await isTold(page, 'status', 'You already have a passkey in this password manager. See your passkeys');
  await page.getByRole('link', { name: 'See your passkeys' }).click();
  expect(await focused.innerText()).toBe('Passkeys');
});
