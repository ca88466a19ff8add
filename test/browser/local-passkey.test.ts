/**
 * Whoever signed in with another device may want a passkey on this one: what the browser adds to what the server decides
 * (test/application/local-offer.test.ts). What becomes of pressing is in managers-creating.test.ts.
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { addOtherDevice, createElsewhere, type OtherDevice } from './support/account-steps.ts';
import { notesCreations } from './support/creations.ts';
import { ownsPasskeyOn } from './support/owning.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, isTold, passkeyList, signInWithPasskey, signOut } from './support/steps.ts';

const stage = useStage();
const capabilities = {
  conditionalGet: false,
  conditionalCreate: false,
  hybridTransport: true,
  passkeyPlatformAuthenticator: true,
};
const card = ({ page }: Visit) => page.getByRole('region', { name: 'Add a passkey to this computer?' });

/** On the sign-in page, with a passkey on another device only. */
async function arriveWith(device: OtherDevice, claimed: Partial<typeof capabilities> = {}): Promise<Visit> {
  const visit = await stage.visit({ capabilities: { ...capabilities, ...claimed } });
  await ownsPasskeyOn(visit, device);
  await visit.open(paths.login);
  return visit;
}

/** The same with a phone, by the button for it, and what this browser was asked to create. */
async function createsOnPhone() {
  const visit = await stage.visit({ capabilities });
  const asked = await notesCreations(visit);
  const { held } = await addOtherDevice(visit.page, 'phone');
  await arriveSignedIn(visit);
  await createElsewhere(visit, 'Use a phone or tablet');
  await visit.page.getByText('Passkey saved').waitFor();
  expect([await held(), await visit.authenticator.passkeys()]).toEqual([1, []]);
  await signOut(visit);
  return { visit, asked };
}

/** Where the card would have been shown by now. */
async function isNotAsked(visit: Visit): Promise<void> {
  await button(visit.page, 'Create a passkey').waitFor();
  await atRest(visit.page);
  // The page has asked before us what the browser can, and has heard it before us.
  await visit.page.evaluate(() =>
    (PublicKeyCredential as unknown as { getClientCapabilities(): Promise<object> }).getClientCapabilities(),
  );
  expect(await card(visit).count()).toBe(0);
}

it('is offered once after a sign-in with a phone, and created on this computer', async () => {
  const { visit, asked } = await createsOnPhone();
  const { page, authenticator } = visit;
  asked.length = 0;
  await signInWithPasskey(visit);
  await card(visit).waitFor();
  await button(card(visit), 'Add a passkey').click();
  await page.getByText('Passkey saved').waitFor();
  expect(asked).toMatchObject([{ hints: ['client-device'], attachment: 'platform' }]);
  expect(asked[0]?.excluded).toHaveLength(1);
  expect(await authenticator.passkeys()).toHaveLength(1);
  expect(await passkeyList(page).count()).toBe(2);
  await isNotAsked(visit);
});

it('moves nothing that is on the page already, however late the browser says what it can, and goes when somebody says no', async () => {
  const visit = await stage.visit({ capabilities });
  const { page } = visit;
  await ownsPasskeyOn(visit, 'phone');
  await visit.context.addInitScript(answerOnDemand);
  await visit.open(paths.login);
  await signInWithPasskey(visit);
  await button(page, 'Create a passkey').waitFor();
  const before = await places(page);
  expect([before.length > 5, await card(visit).count()]).toEqual([true, 0]);
  await page.evaluate(() => (window as unknown as { answer(): void }).answer());
  await card(visit).waitFor();
  expect((await places(page)).filter(([text]) => before.some(([one]) => one === text))).toEqual(before);
  await button(card(visit), 'No, thanks').click();
  await isTold(page, 'status', 'We will not ask again on this device.');
  await page.evaluate(() => (window as unknown as { answer(): void }).answer());
  await isNotAsked(visit);
});

it('is not offered after a security key was used', async () => {
  const visit = await arriveWith('security key');
  await signInWithPasskey(visit);
  await isNotAsked(visit);
});

it('is not offered on a computer that can keep none', async () => {
  const visit = await arriveWith('phone', { passkeyPlatformAuthenticator: false });
  await signInWithPasskey(visit);
  await isNotAsked(visit);
});

/** The browser does not say what it can before it is told to. */
function answerOnDemand(): void {
  const browser = PublicKeyCredential as unknown as { getClientCapabilities(): Promise<object> };
  const real = browser.getClientCapabilities.bind(browser);
  const told = new Promise<void>((resolve) => Object.assign(window, { answer: resolve }));
  browser.getClientCapabilities = async () => {
    await told;
    return real();
  };
}

/** How far down each thing on the page is, in the order of the page. */
function places(page: Page): Promise<[string, number][]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main :is(h1, h2, p, li, button, label)')]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }))
      .map((one) => [one.innerText, Math.round(one.getBoundingClientRect().top)]),
  );
}
