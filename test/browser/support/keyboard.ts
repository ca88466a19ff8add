/** A person without a mouse: where the focus is, and how it gets somewhere. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What has the focus; fails when nothing has it, or when one cannot see where it is. */
export async function focused(page: Page): Promise<string> {
  const found = await page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const [{ left, top, width, height } = new DOMRect()] = element.getClientRects();
    const { bottom } = element.getBoundingClientRect();
    const inFront = document.elementFromPoint(left + width / 2, top + height / 2);
    return {
      what:
        element === document.body ? 'nothing' : element.textContent?.trim() || element.getAttribute('name'),
      outlined: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
      // Browsers scroll by whole pixels, and boxes end between them.
      inView: top >= 0 && bottom < innerHeight + 1 && width > 0,
      uncovered: inFront !== null && element.contains(inFront),
    };
  });
  expect(found).toMatchObject({ outlined: true, inView: true, uncovered: true });
  expect(found.what).not.toBe('nothing');
  return found.what ?? '';
}

/** What a page that has just come gives the focus to, which browsers do once it is laid out. */
export async function focusedAtFirst(page: Page): Promise<string> {
  await page.locator(':focus').waitFor();
  return focused(page);
}

/** Presses Tab until the wanted control has the focus. */
export async function tabTo(page: Page, wanted: string, key = 'Tab'): Promise<void> {
  const passed = [];
  for (let presses = 0; presses < 16; presses++) {
    await page.keyboard.press(key);
    passed.push(await focused(page));
    if (passed.at(-1) === wanted) return;
  }
  expect(passed).toContain(wanted);
}
