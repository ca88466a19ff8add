/** What axe finds on a page as it is. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Half the size of what the package exports, and it crosses to the browser once for each page. */
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What depends on the colours. */
const colours = ['color-contrast', 'link-in-text-block'];

/** No rule of axe is broken, neither of the standards nor of good practice, in light and in dark. */
export async function isAccessible(page: Page, state: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await bring(page);
  for (const [colorScheme, rules] of [
    ['light', undefined],
    ['dark', colours],
  ] as const) {
    // Half of the way from one colour to another is no colour of ours.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await page.evaluate(violations, rules), `${state}, ${colorScheme}`).toEqual([]);
  }
}

/** As the browser itself is asked: it keeps what it has compiled, which it does not of what Playwright evaluates. */
async function bring(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Runtime.evaluate', { expression: source });
}

/** In the page: the rules that it breaks, and where. By default all rules are asked for. */
async function violations(rules?: readonly string[]) {
  const { axe } = window as unknown as { axe: typeof import('axe-core') };
  const only = rules ? { runOnly: { type: 'rule' as const, values: [...rules] } } : {};
  // Style sheets are loaded for experimental rules alone, which are not asked for.
  const found = await axe.run(document, { ...only, resultTypes: ['violations'], preload: false });
  return found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
}
