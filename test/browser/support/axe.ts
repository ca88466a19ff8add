/** What axe finds on a page as it is. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Half the size of what the package exports, and it crosses to the browser once for each page. */
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What depends on the colours. */
const colours = ['color-contrast', 'link-in-text-block'];

/**
 * Looks of text that these rules have found nothing wrong with: to ask again takes as long as all other rules together. All
 * files of a worker share them: no look goes unasked, but at which page it is asked about depends on their order.
 */
const judged = new Set<string>();

/** No rule of axe is broken, neither of the standards nor of good practice, in light and in dark. */
export async function isAccessible(page: Page, state: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await bring(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    // Half of the way from one colour to another is no colour of ours.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const looks = await page.evaluate(looksOfText);
    const asked = looks.every((look) => judged.has(look)) ? [] : colours;
    // What does not depend on the colours is asked once.
    const rules =
      colorScheme === 'light'
        ? { without: colours.filter((rule) => !asked.includes(rule)) }
        : { only: asked };
    expect(await page.evaluate(violations, rules), `${state}, ${colorScheme}`).toEqual([]);
    for (const look of looks) judged.add(look);
  }
}

/** As the browser itself is asked: it keeps what it has compiled, which it does not of what Playwright evaluates. */
async function bring(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Runtime.evaluate', { expression: source });
}

/** In the page: the rules that it breaks, and where. */
async function violations({ only, without = [] }: { only?: string[]; without?: string[] }) {
  if (only?.length === 0) return [];
  const { axe } = window as unknown as { axe: typeof import('axe-core') };
  const found = await axe.run(document, {
    ...(only ? { runOnly: { type: 'rule', values: only } } : {}),
    rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
    resultTypes: ['violations'],
    // Style sheets are loaded for experimental rules alone, which are not asked for.
    preload: false,
  });
  return found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
}

/**
 * In the page: the colour, size and weight of each text, with all that is painted behind it, and of a link also what sets
 * it off from the text around it. Two texts that are alike in this are alike to the rules of colours.
 */
function looksOfText(): string[] {
  const looks = new Set<string>();
  for (const one of document.querySelectorAll<HTMLElement>('body, body *')) {
    const hasText = [...one.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim(),
    );
    if (!(hasText || one.matches('input')) || !one.checkVisibility()) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(one);
    looks.add(
      [color, fontSize, fontWeight, ...behind(one), ...(one.matches('a') ? setOff(one) : [])].join('; '),
    );
  }
  return [...looks];

  function behind(one: Element | null): string[] {
    if (!one) return [];
    const { backgroundColor, backgroundImage, filter, opacity } = getComputedStyle(one);
    const own = [backgroundColor, backgroundImage, filter, opacity].join(' ');
    const inFront = own === 'rgba(0, 0, 0, 0) none none 1' ? [] : [own];
    return [...inFront, ...behind(one.parentElement)];
  }

  function setOff(link: Element): string[] {
    return [link, ...(link.parentElement ? [link.parentElement] : [])].map((one) => {
      const { color, display, fontWeight, textDecorationLine, borderBottom } = getComputedStyle(one);
      return [color, display, fontWeight, textDecorationLine, borderBottom].join(' ');
    });
  }
}
