/**
 * Whoever signed in with another device may want a passkey on this one: what the browser adds to what the server decides
 * (test/application/local-offer.test.ts). It is created as by the button (managers-creating.test.ts).
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { creating, isImitated, tries } from './support/behind-managers.ts';
import { notesCreations } from './support/creations.ts';
import { behaves, oneOfEach } from './support/imitated-credentials.ts';
import { focused, tabTo } from './support/keyboard.ts';
import { ownsPasskeyOn } from './support/owning.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, isTold, passkeyList, signInWithPasskey } from './support/steps.ts';

const stage = useStage();
const capabilities = {
  conditionalGet: false,
  conditionalCreate: false,
  hybridTransport: true,
  passkeyPlatformAuthenticator: true,
};
const card = ({ page }: Visit) => page.getByRole('region', { name: 'Add a passkey to this computer?' });

/** On the sign-in page, with a passkey on a phone only. */
async function arrives(visit: Visit): Promise<void> {
  await ownsPasskeyOn(visit, 'phone');
  await visit.open(paths.login);
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

it('is offered once after a sign-in with a phone, says in the card what came to nothing, and is created on this computer', async () => {
  const visit = await isImitated(await stage.visit({ capabilities }));
  const { page, authenticator } = visit;
  const asked = await notesCreations(visit);
  await arrives(visit);
  await signInWithPasskey(visit);
  const pressed = button(card(visit), 'Add a passkey');
  await pressed.waitFor();
  await tries(visit, pressed, oneOfEach('fault', 'left'), creating);
  expect(await card(visit).getByRole('status').innerText()).toBe('No passkey was created.');
  await behaves(page);
  asked.length = 0;
  await pressed.click();
  await page.getByText('Passkey saved').waitFor();
  expect(asked).toMatchObject([{ hints: ['client-device'], attachment: 'platform' }]);
  expect(asked[0]?.excluded).toHaveLength(1);
  expect(await authenticator.passkeys()).toHaveLength(1);
  expect(await passkeyList(page).count()).toBe(2);
  await isNotAsked(visit);
});

it('moves nothing that is on the page already, however late the browser says what it can, and goes when somebody says no, by keyboard', async () => {
  const visit = await stage.visit({ capabilities });
  const { page } = visit;
  await visit.context.addInitScript(answerOnDemand);
  await arrives(visit);
  await signInWithPasskey(visit);
  await button(page, 'Create a passkey').waitFor();
  const before = await places(page);
  expect([before.length > 5, await card(visit).count()]).toEqual([true, 0]);
  await page.evaluate(() => (window as unknown as { answer(): void }).answer());
  await card(visit).waitFor();
  expect((await places(page)).filter(([text]) => before.some(([one]) => one === text))).toEqual(before);
  await tabTo(page, 'Add a passkey');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('No, thanks');
  await page.keyboard.press('Enter');
  await isTold(page, 'status', 'We will not ask again on this device.');
  await page.evaluate(() => (window as unknown as { answer(): void }).answer());
  await isNotAsked(visit);
});

it('is not offered on a computer that can keep none', async () => {
  const visit = await stage.visit({ capabilities: { ...capabilities, passkeyPlatformAuthenticator: false } });
  await arrives(visit);
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
