/** Whether anything on a page moves that is there already. */
import type { Page } from 'playwright-core';

type Shift = PerformanceEntry & { value: number; sources: { node: Node | null }[] };

/** Runs in a page before any other script. */
export function noteShifts(): void {
  const shifts: object[] = [];
  Object.assign(window, { shifts });
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries() as Shift[])
      shifts.push({ value, moved: sources.map(({ node }) => node?.textContent?.trim()) });
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Waits until what the page is now has been seen. */
export const isPainted = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
      }),
  );

/** How far something moved, each time, up to now, and what it was. */
export async function shiftsOf(page: Page): Promise<object[]> {
  await isPainted(page);
  return page.evaluate(() => Reflect.get(window, 'shifts'));
}
