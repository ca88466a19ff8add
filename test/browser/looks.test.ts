/** The head of the page, and how pages look where somebody has asked for something else than what we chose. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { longEmail } from './support/layout.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage } from './support/stage.ts';
import { arriveSignedIn, button, field, signsInUnseen } from './support/steps.ts';

const stage = useStage();
const tabs = (page: Page) => page.getByRole('navigation', { name: 'Account' }).getByRole('link');
const currentTab = (page: Page) => tabs(page).and(page.locator('[aria-current=page]'));

it('the head has one line for an address of any length, a button that never breaks, and one row of links that stays where it is', async () => {
  const visit = await stage.visit({ email: longEmail, before: knowsNoInitialTarget });
  const { page } = visit;
  await page.setViewportSize({ width: 360, height: 640 });
  await signsInUnseen(visit);
  const heads = new Map<number, Set<string>>([360, 768, 1280].map((width) => [width, new Set()]));
  // The links of the first, of one in the middle and of the last.
  for (const path of [paths.dashboard, paths.sessions, paths.data]) {
    // A phone at one and a half times the size: there the row is longer than the screen.
    await page.setViewportSize({ width: 240, height: 640 });
    await visit.open(path);
    const { x = -1, width = 0 } = (await currentTab(page).boundingBox()) ?? {};
    expect(x >= 0 && x + width <= 240, `the link of ${path} is in sight`).toBe(true);
    for (const [width, seen] of heads) {
      await page.setViewportSize({ width, height: 640 });
      const { address, signOut, ...head } = await page.evaluate(headOfPage);
      expect([address, signOut], `${path} at ${width} px`).toEqual([1, 1]);
      seen.add(JSON.stringify(head));
    }
  }
  for (const [width, seen] of heads) expect(seen, `${width} px`).toHaveLength(1);
});

it('without motion or with 120 ms of it, with forced colours, on paper, with text of its own spacing, from right to left and at four times the size', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  await ownsPasskey(visit);
  await visit.open(paths.login);
  const times = () =>
    field(page, 'Email').evaluate((one) => {
      const { transitionDuration, transitionProperty } = getComputedStyle(one);
      return `${transitionDuration} ${transitionProperty}`;
    });
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await times()).toBe('0.12s background-color, border-color, color');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await times()).toBe('0s all');
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    expect(await page.evaluate(edges), `edges of fields and buttons, ${scheme}`).toEqual([]);
  }
  await isReadable(page, 'sign-in page');
  await page.setViewportSize({ width: 360, height: 640 });
  await arriveSignedIn(visit);
  await button(page, 'Create a passkey').waitFor();
  const { x: start } = (await page.getByRole('heading', { name: 'Dashboard' }).boundingBox()) ?? {};
  expect(await currentTab(page).evaluate(textStart), 'the first link begins where all else does').toBe(start);
  await isReadable(page, 'dashboard');

  await page.emulateMedia({ forcedColors: 'active' });
  expect(await tabs(page).evaluateAll(underlined)).toEqual(['Dashboard']);
  expect(await page.locator('.card').evaluate(hasEdge), 'a card has an edge').toBe(true);

  await page.emulateMedia({ forcedColors: 'none', media: 'print', colorScheme: 'dark' });
  for (const pressed of ['button', 'summary', 'header', 'nav'])
    expect(await page.locator(`${pressed} >> visible=true`).count(), `${pressed} on paper`).toBe(0);
  expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(27, 33, 31)');
  await page.getByRole('heading', { name: 'Passkeys' }).waitFor();
});

/** As in a browser that does not know of it: which link of the row is in sight at first is left to the script. */
function knowsNoInitialTarget(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('[aria-current] { scroll-initial-target: none !important }');
  document.adoptedStyleSheets = [sheet];
}

/** As wide as a phone, or as 1280 px at four times the size; with the text spacing of WCAG 2.2, 1.4.12; from right to left. */
async function isReadable(page: Page, what: string): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      '.spaced * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } .spaced p { margin-bottom: 2em !important }',
    );
    document.adoptedStyleSheets = [sheet];
  });
  for (const width of [320, 768]) {
    await page.setViewportSize({ width, height: 256 });
    for (const spaced of [false, true])
      for (const dir of ['ltr', 'rtl'])
        expect(
          await page.evaluate(overflow, { spaced, dir }),
          `${what}, ${dir}, ${width} px${spaced ? ', spaced' : ''}`,
        ).toEqual([]);
  }
  await page.evaluate(overflow, { spaced: false, dir: 'ltr' });
}

/** In the page: what goes over its edge, or is cut off by what is around it. */
function overflow({ spaced, dir }: { spaced: boolean; dir: string }): string[] {
  document.documentElement.dir = dir;
  document.documentElement.classList.toggle('spaced', spaced);
  const { scrollWidth, clientWidth } = document.documentElement;
  const texts = [...document.querySelectorAll<HTMLElement>('h1, h2, p, li, label, button, a, strong, span')];
  const cut = texts
    .filter((one) => one.checkVisibility() && one.closest('.who span, .sections') === null)
    .filter((one) => {
      const { left, right } = one.getBoundingClientRect();
      return left < -1 || right > clientWidth + 1 || one.scrollHeight > one.clientHeight + one.offsetHeight;
    });
  return [
    ...(scrollWidth > clientWidth ? [`${scrollWidth - clientWidth} px too wide`] : []),
    ...cut.map((one) => `${one.tagName} ${one.innerText.slice(0, 30)}`),
  ];
}

/** In the page: how many lines the address and the button have, and where everything is. */
function headOfPage() {
  const lines = (selector: string) => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(selector) as Element);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  };
  const box = (one: Element) => {
    const { top, width, height } = one.getBoundingClientRect();
    return [top, width, height].map(Math.round).join(' ');
  };
  return {
    address: lines('.who span'),
    signOut: lines('.who button'),
    bar: box(document.querySelector('header') as Element),
    links: [...document.querySelectorAll('.sections a')].map(box),
  };
}

/** In the page: links with a line below that can be seen. */
function underlined(links: (HTMLElement | SVGElement)[]): string[] {
  return links
    .filter((link) => Number.parseFloat(getComputedStyle(link).borderBottomWidth) > 0)
    .map((link) => link.textContent ?? '');
}

/** In the page: where its text begins. */
function textStart(one: Element): number {
  const range = document.createRange();
  range.selectNodeContents(one);
  return range.getBoundingClientRect().left;
}

function hasEdge(one: Element): boolean {
  return Number.parseFloat(getComputedStyle(one).borderTopWidth) > 0;
}

/** In the page: grounds from which the edge of a field or button cannot be told (WCAG 2.2, 1.4.11: three to one). */
function edges(): string[] {
  const token = (name: string) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const luminance = (name: string) => {
    const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
    context.fillStyle = token(name);
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = [...context.getImageData(0, 0, 1, 1).data].map((value) =>
      value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return ['paper', 'card', 'tint', 'good', 'bad-tint'].filter((ground) => {
    const [low = 0, high = 0] = [luminance('edge'), luminance(ground)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) < 3;
  });
}
