/** Whether anything on a page moves that is there already. */
import type { Page } from 'playwright-core';

/** Runs in a page before any other script. */
export function noteShifts(): void {
  const shifts: number[] = [];
  Object.assign(window, { shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
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

/** How far something moved, each time, up to now. */
export async function shiftsOf(page: Page): Promise<number[]> {
  await isPainted(page);
  return page.evaluate(() => Reflect.get(window, 'shifts'));
}
