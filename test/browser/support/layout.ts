/** Whether a page fits into screens of all sizes, also with large text. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { isAccessible } from './axe.ts';

/**
 * The narrowest, and the other side of the only breakpoint, where large text leaves least and text as it is has room to
 * spare. How high they are is nothing to what fits, and what is not in sight need not be drawn.
 */
const screens = [
  { width: 320, text: '100%' },
  { width: 320, text: '200%' },
  { width: 768, text: '200%' },
  { width: 768, text: '100%' },
];

/** The longest that there is, without a place to break it. */
export const longEmail = `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.example.com`;

/** One visit is for all that is looked at: axe finds nothing on the page as it is, in light and dark, and it fits. */
export async function isForEverybody(page: Page, state: string): Promise<void> {
  await isAccessible(page, state);
  await fits(page, state);
}

/** On the page as it is, on each of these screens. */
export async function fits(page: Page, what: string): Promise<void> {
  for (const { width, text } of screens) {
    if (page.viewportSize()?.width !== width) await page.setViewportSize({ width, height: 256 });
    expect(await faultsOfLayout(page, text), `${what} at ${width} px, text at ${text}`).toEqual({
      beyond: 0,
      cut: [],
      small: [],
    });
  }
}

/** Pixels by which the page scrolls sideways, text that its box cuts off unseen, and targets too small for a finger. */
export function faultsOfLayout(page: Page, text = '') {
  return page.evaluate((text) => {
    document.documentElement.style.fontSize = text;
    const { scrollWidth, clientWidth } = document.documentElement;
    const seen = [...document.body.querySelectorAll<HTMLElement>('*')].filter((one) => one.checkVisibility());
    const name = (one: HTMLElement) => `${one.tagName} ${one.textContent?.trim().slice(0, 30)}`;
    const isCut = (one: HTMLElement) =>
      one.scrollWidth > one.clientWidth + 1 &&
      one.clientWidth > 0 &&
      !(one instanceof HTMLInputElement) &&
      getComputedStyle(one).textOverflow !== 'ellipsis' &&
      getComputedStyle(one).overflowX !== 'auto';
    const isSmall = (one: HTMLElement) => {
      const { width, height } = one.getBoundingClientRect();
      return width < 24 || height < 24;
    };
    return {
      beyond: scrollWidth - clientWidth,
      cut: seen.filter(isCut).map(name),
      small: seen
        .filter((one) => (one.matches('button, input, summary') || standsAlone(one)) && isSmall(one))
        .map(name),
    };

    /** A link that is no part of a sentence (WCAG 2.2, 2.5.8). */
    function standsAlone(one: HTMLElement): boolean {
      const beside = [...(one.parentElement?.childNodes ?? [])].filter(
        (node) => node.nodeType === Node.TEXT_NODE,
      );
      return one.matches('a') && !beside.some((node) => /\p{L}/u.test(node.nodeValue ?? ''));
    }
  }, text);
}
