/** What axe finds on a page as it is. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Half the size of what the package exports, and it crosses to the browser once for each page. */
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Texts whose colours axe has found to be good, in light and in dark, on any page of this worker. Colours are most of its
 * work, and all pages have the same head and the same few kinds of words: it looks at the colours of each kind once.
 */
const looked = new Set<string>();

/** No rule of axe is broken, neither of the standards nor of good practice, in light and in dark. */
export async function isAccessible(page: Page, state: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await bring(page);
  // Half of the way from one colour to another is no colour of ours.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const { found, kinds } = await page.evaluate(violations, [...looked]);
  expect(found, `${state}, light`).toEqual([]);
  if (kinds.length === 0) return;
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  expect(await page.evaluate(violationsOfColours), `${state}, dark`).toEqual([]);
  for (const kind of kinds) looked.add(kind);
}

/** As the browser itself is asked: it keeps what it has compiled, which it does not of what Playwright evaluates. */
async function bring(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Runtime.evaluate', { expression: source });
  await page.evaluate(defineLook);
}

type Look = typeof window & {
  axe: typeof import('axe-core');
  look(where: Element[] | null): Promise<{ id: string; nodes: string[] }[]>;
  unseen: Element[];
};

/** In the page: what breaks the rules of colours somewhere, or all other rules on the page. */
function defineLook(): void {
  const { axe } = window as Look;
  const colours = ['color-contrast', 'link-in-text-block'];
  const look: Look['look'] = async (where) => {
    const which = where
      ? { runOnly: { type: 'rule' as const, values: colours } }
      : { rules: Object.fromEntries(colours.map((id) => [id, { enabled: false }])) };
    // Style sheets are loaded for experimental rules alone, which are not asked for.
    const options = { ...which, resultTypes: ['violations' as const], preload: false };
    const { violations } = await axe.run(where ? { include: where } : document, options);
    return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
  };
  Object.assign(window, { look });
}

/** In the page: the rules that it breaks, and where; and the kinds of texts whose colours nobody has looked at before. */
async function violations(looked: string[]) {
  const page = window as Look;
  const known = new Set(looked);
  // All by which our style sheet chooses an element, above it too, and what became of it.
  const names = [
    'class',
    'type',
    'role',
    'open',
    'aria-disabled',
    'aria-invalid',
    'aria-current',
    'aria-pressed',
  ];
  const name = (one: Element) => `${one.localName} ${names.map((name) => one.getAttribute(name) ?? '')}`;
  const kindOf = (one: Element) => {
    const { color, backgroundColor, fontSize, fontWeight } = getComputedStyle(one);
    const kind = [color, backgroundColor, fontSize, fontWeight];
    for (let above: Element | null = one; above; above = above.parentElement)
      kind.push(name(above), getComputedStyle(above).backgroundColor);
    return kind.join('|');
  };
  const hasText = (one: Element) =>
    one instanceof HTMLInputElement ||
    [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim());
  const kinds = new Set<string>();
  page.unseen = [...document.body.querySelectorAll('*')].filter((one) => {
    if (!one.checkVisibility() || !hasText(one)) return false;
    const kind = kindOf(one);
    if (!known.has(kind)) kinds.add(kind);
    return !known.has(kind);
  });
  const found = await page.look(null);
  if (kinds.size > 0) found.push(...(await page.look(page.unseen)));
  return { found, kinds: [...kinds] };
}

/** In the page, for the same texts. */
const violationsOfColours = () => (window as Look).look((window as Look).unseen);
