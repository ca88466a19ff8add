/** What people go through behind a password manager: they press a button, and what is imitated comes of it. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { soon } from './account-steps.ts';
import { answersAfterAll, asked, behaves, imitates, imitations, thatCome } from './imitated-credentials.ts';
import { atRest } from './rest.ts';
import type { Visit } from './stage.ts';
import { failed, isTold, seesNoTechnicalWords } from './steps.ts';

const tooLong = 'That took too long. Try again.';

type Words = Record<string, readonly ['status' | 'alert', string]>;

/** What people are told who use a passkey, by what comes of it. */
export const using: Words = {
  left: ['status', failed('No passkey was used. Try again, or use your password.')],
  broken: ['alert', failed('Your device could not finish. Try again, or use your password.')],
  cannot: ['alert', failed('Your device could not finish. Try again, or use your password.')],
  pieces: ['alert', failed('Your device could not finish. Try again, or use your password.')],
  fault: ['alert', failed('Something went wrong. Try again, or use your password.')],
  ended: ['status', ''],
};

/** And who create one. */
export const creating: Words = {
  left: ['status', 'No passkey was created.'],
  broken: ['alert', 'Your device could not finish. Try again.'],
  cannot: ['alert', 'This device cannot save a passkey. Try your phone or a security key instead.'],
  pieces: ['alert', 'The passkey was not saved. Try again.'],
  fault: ['alert', 'Something went wrong. Try again.'],
  ended: ['status', ''],
};

/** What answers for the browser of this visit is imitated. One of the imitations looks like a fault of ours. */
export async function isImitated(visit: Visit): Promise<Visit> {
  visit.expectReport(/^error: TypeError: Cannot read/);
  await imitates(visit);
  return visit;
}

/**
 * The button is pressed once with each of these, and what is on the device comes to nothing: told in plain words, with a
 * button that is free. The page presses it itself: a click of the mouse would cost more than what comes of it.
 */
export async function tries(
  { page }: Visit,
  pressed: Locator,
  names: readonly string[],
  words: Words,
): Promise<void> {
  for (const name of names) {
    await behaves(page, name, 400);
    await pressed.evaluate(pressUntilFree);
    const [role, text] = words[imitations[name]?.outcome ?? ''] ?? ['alert', 'words for it'];
    await isTold(page, role, text);
    await seesNoTechnicalWords(page);
  }
}

/** In the page: presses the button, and waits until it has been busy and is free again. */
function pressUntilFree(pressed: HTMLElement | SVGElement): Promise<void> {
  return new Promise((resolve) => {
    const seen = new MutationObserver(() => {
      if (pressed.ariaDisabled) return;
      seen.disconnect();
      resolve();
    });
    seen.observe(pressed, { attributeFilter: ['aria-disabled'] });
    (pressed as HTMLElement).click();
  });
}

const isFree = (pressed: Locator, name: string) =>
  soon(() => pressed.getAttribute('aria-disabled'), name).toBeNull();

/** Its time is over, and after that comes what it answers after all. @returns when the page has taken notice of it */
export async function waitsInVain({ page }: Visit, pressed: Locator): Promise<void> {
  const [name = ''] = thatCome('nothing');
  await behaves(page, name, 310_000);
  await pressed.click();
  await soon(() => asked(page)).toBe(1);
  expect(await pressed.getAttribute('aria-disabled')).toBe('true');
  await page.clock.fastForward(310_000);
  await isFree(pressed, name);
  await page.getByText(tooLong).waitFor();
  await answersAfterAll(page);
  await atRest(page);
  await page.getByText(tooLong).waitFor();
  await behaves(page);
}

/** Names of exceptions that reached the server, of which each had a right answer: any other would be on the console. */
export function eventsOf(page: Page): string[] {
  const names: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith(paths.passkeyEvents)) names.push(request.postDataJSON().errorName);
  });
  return names;
}
