/** Creating a passkey on the dashboard, here or elsewhere: what is asked for, and what the page says before and after. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  confirmWithPassword,
  createElsewhere,
  proofGrowsOld,
  soon,
  storedPasskeys,
} from './support/account-steps.ts';
import { notesCreations } from './support/creations.ts';
import { ownsPasskey, ownsPasskeyElsewhere } from './support/owning.ts';
import { startIsChanged } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
  isTold,
  passkeyList,
  seesHeading,
  seesNoTechnicalWords,
} from './support/steps.ts';

const stage = useStage();

const names = (list: ReturnType<typeof passkeyList>) => list.locator('strong').allInnerTexts();

it('before the device asks the page says what it will ask for, and what a passkey is, also to whom cannot see it; a device that has one already is good news that leads to that passkey, or to the list where it may be any of several; the proof of identity may have to be given again; and the passkey gets a number when another one has its name, and a name by the form that it opens with', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
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
  const about = section.getByRole('link', { name: 'About passkeys' });
  expect(await about.getAttribute('href')).toBe(paths.helpPasskeys);

  await createPasskey(visit);
  const [first = ''] = await names(passkeyList(page));
  const place = () =>
    button(page, 'Create a passkey').evaluate((one) => one.getBoundingClientRect().top + scrollY);
  const under = await place();
  await button(page, 'Create a passkey').click();
  await isTold(page, 'status', 'You already have a passkey in this password manager. See your passkey');
  expect(await page.getByText('Passkey saved').isVisible()).toBe(false);
  expect(await place(), 'the button stays under the finger').toEqual(under);
  expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
  await seesNoTechnicalWords(page);
  expect(await passkeyList(page).count()).toBe(1);
  expect(await authenticator.passkeys()).toHaveLength(1);
  await page.getByRole('link', { name: 'See your passkey' }).click();
  const [id] = await storedPasskeys(stage.app(), visit);
  expect(new URL(page.url()).hash).toBe(`#key-${id}`);
  expect(await page.locator(`#key-${id}`).innerText()).toBe(await passkeyList(page).innerText());
  const focused = page.locator(':focus');
  expect(await focused.innerText()).toContain(first);

  await authenticator.clear();
  await proofGrowsOld(stage.app(), visit);
  asked.length = 0;
  await button(page, 'Create a passkey').click();
  await seesHeading(page, 'Confirm it’s you');
  expect(asked).toEqual([]);
  await confirmWithPassword(visit);
  await seesHeading(page, 'Dashboard');
  await createPasskey(visit);
  expect(asked).toHaveLength(1);

  expect(await names(passkeyList(page))).toEqual([`${first} 2`, first]);
  expect(await page.locator('.naming').count()).toBe(1);
  await page.getByText(`Passkey saved in ${first} as ${first} 2.`).waitFor();
  await button(page, 'Create a passkey').click();
  await isTold(page, 'status', 'You already have a passkey in this password manager. See your passkeys');
  await page.getByRole('link', { name: 'See your passkeys' }).click();
  expect(await focused.innerText()).toBe('Passkeys');

  const input = page.getByLabel('Give it a name of your own (optional)');
  expect(await input.inputValue()).toBe(`${first} 2`);
  await input.fill('Kitchen tablet');
  await button(page, 'Save name').click();
  await isTold(page, 'status', 'Renamed to Kitchen tablet.');
  expect(await names(passkeyList(page))).toEqual(['Kitchen tablet', first]);
  expect(await input.count()).toBe(0);
});

const noPhone = { conditionalGet: false, conditionalCreate: false, hybridTransport: false };
const withPhone = { ...noPhone, hybridTransport: true };

/** Removes what browsers of some years ago did not have. */
function withoutJsonMethods(): void {
  if ('PublicKeyCredential' in window)
    Reflect.deleteProperty(PublicKeyCredential, 'parseCreationOptionsFromJSON');
}

/** What the buttons for other places ask for. */
const places = [
  ['Use a phone or tablet', 'hybrid'],
  ['Use a security key', 'security-key'],
] as const;

it('each button asks for its place, and that all of a person’s passkeys are left out, also in a browser that does not parse options itself', async () => {
  const visit = await stage.visit({ capabilities: withPhone });
  const asked = await notesCreations(visit);
  await ownsPasskey(visit);
  await ownsPasskeyElsewhere(visit);
  await arriveSignedIn(visit);
  await button(visit.page, 'Create a passkey').click();
  await isTold(
    visit.page,
    'status',
    'You already have a passkey in this password manager. See your passkeys',
  );
  const { hints, attachment, mediation } = asked[0] ?? {};
  expect({ hints: hints ?? [], attachment, mediation }).toEqual({ hints: [] });
  for (const [index, [name, hint]] of places.entries()) {
    // Nothing answers from the first place: the next document ends the waiting for it.
    if (index > 0) {
      await visit.context.addInitScript(withoutJsonMethods);
      await visit.open(paths.dashboard);
    }
    asked.length = 0;
    await createElsewhere(visit, name);
    await soon(() => asked.length).toBe(1);
    expect(asked[0], name).toEqual({
      hints: [hint],
      attachment: 'cross-platform',
      userVerification: 'required',
      timeout: 300_000,
      excluded: expect.arrayContaining(await storedPasskeys(stage.app(), visit)),
      abortable: true,
    });
    expect(asked[0]?.excluded).toHaveLength(2);
  }
});

it('gives the device no more time than the challenge has, and has no button for a phone where the browser has no way to one, or does not say what it can', async () => {
  const visit = await stage.visit({ capabilities: noPhone });
  const { page, context } = visit;
  const asked = await notesCreations(visit);
  await arriveSignedIn(visit);
  await seesNoPhone(visit);
  await context.addInitScript(withoutCapabilities);
  await visit.open(paths.dashboard);
  await seesNoPhone(visit);
  await startIsChanged(page, paths.passkeyRegistration, (answer) => {
    const { createOptions } = answer as unknown as { createOptions: { publicKey: { timeout: number } } };
    createOptions.publicKey.timeout = 45_000;
  });
  await createPasskey(visit);
  expect(asked).toMatchObject([{ timeout: 45_000 }]);
});

/** Nor did they say what they can. */
function withoutCapabilities(): void {
  if ('PublicKeyCredential' in window) Reflect.deleteProperty(PublicKeyCredential, 'getClientCapabilities');
}

async function seesNoPhone({ page }: Visit): Promise<void> {
  await page.getByText('Use a phone or security key').click();
  await button(page, 'Use a security key').waitFor();
  expect(await button(page, 'Use a phone or tablet').count()).toBe(0);
}

it('asks only once while it waits, and says that it does', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
  await arriveSignedIn(visit);
  const posted: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') posted.push(request.url());
  });
  await authenticator.setPresent(false);
  await createElsewhere(visit, 'Use a security key');
  await isTold(page, 'status', 'Waiting for your device…');
  for (const name of ['Use a security key', 'Create a passkey'])
    await button(page, name).click({ force: true });
  await page.keyboard.press('Enter');
  await isTold(page, 'status', 'Waiting for your device…');
  expect(await button(page, 'Use a security key').getAttribute('aria-disabled')).toBe('true');
  expect(posted).toEqual([visit.origin + paths.passkeyRegistration]);
  expect(await authenticator.passkeys()).toEqual([]);
});
