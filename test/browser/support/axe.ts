/** What axe finds on a page as it is. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** No rule of axe is broken, neither of the standards nor of good practice, in light and in dark. */
export async function isAccessible(page: Page, state: string): Promise<void> {
  const everything = new AxeBuilder({ page });
  const contrast = new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']);
  for (const [colorScheme, axe] of [
    ['light', everything],
    ['dark', contrast],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await axe.analyze();
    const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
    expect(found, `${state}, ${colorScheme}`).toEqual([]);
  }
}
