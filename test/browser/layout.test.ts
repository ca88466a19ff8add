import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { paths } from '../../src/web/paths.ts';
import { useStage } from './support/stage.ts';
import { arriveSignedIn, button, createPasskey, field, passkeyList, seesHeading } from './support/steps.ts';

const stage = useStage();
const widths = [320, 360, 768, 1280];
const longEmail = `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.example.com`;

/** On the page as it is, at every width and with text at twice its size. */
async function fits(page: Page, what: string): Promise<void> {
  for (const zoom of ['100%', '200%']) {
    await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), zoom);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      expect(await faults(page), `${what} at ${width} px and ${zoom}`).toEqual({
        beyond: 0,
        cut: [],
        small: [],
      });
    }
  }
}

/** Pixels to scroll sideways, text that its box cuts off unseen, and targets too small for a finger. */
function faults(page: Page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const seen = [...document.body.querySelectorAll<HTMLElement>('*')].filter((one) => one.checkVisibility());
    const name = (one: HTMLElement) => `${one.tagName} ${one.textContent?.trim().slice(0, 30)}`;
    const isCut = (one: HTMLElement) =>
      one.scrollWidth > one.clientWidth + 1 &&
      one.clientWidth > 0 &&
      !(one instanceof HTMLInputElement) &&
      getComputedStyle(one).textOverflow !== 'ellipsis';
    const isSmall = (one: HTMLElement) => {
      const { width, height } = one.getBoundingClientRect();
      return width < 24 || height < 24;
    };
    return {
      beyond: scrollWidth - clientWidth,
      cut: seen.filter(isCut).map(name),
      small: seen.filter((one) => one.matches('button, input, a.button, a.brand') && isSmall(one)).map(name),
    };
  });
}

it('never scrolls sideways or cuts anything off, with a long address and a long name', async () => {
  const visit = await stage.visit({ email: longEmail });
  const { page } = visit;
  visit.expectReport(/status of (404|422)/);
  await visit.open(paths.login);
  await field(page, 'Email').fill(longEmail);
  await button(page, 'Sign in').click();
  await page.getByText('Enter your password.').waitFor();
  await fits(page, 'sign-in page');
  await arriveSignedIn(visit);
  await fits(page, 'dashboard without passkeys');
  await createPasskey(visit);
  await button(passkeyList(page), 'Rename').click();
  await field(page, 'Name').fill('W'.repeat(64));
  await fits(page, 'rename');
  await button(page, 'Rename').click();
  await seesHeading(page, 'Dashboard');
  await fits(page, 'dashboard');
  await button(passkeyList(page), 'Delete').click();
  await seesHeading(page, 'Delete passkey');
  await fits(page, 'delete');
  await visit.open('/nowhere');
  await fits(page, 'error');
});
