/** When a page has come to rest: nothing that it asked for is unanswered, and no answer has led to more. */
import { setTimeout as pause } from 'node:timers/promises';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { patience } from './patience.ts';

type Traffic = { asked: number; pending: Set<Request> };

const trafficOf = new WeakMap<Page, Traffic>();

/** From now on the context's pages can be waited for. */
export function watchTraffic(context: BrowserContext): void {
  context.on('page', (page) => {
    const pending = new Set<Request>();
    const traffic = { asked: 0, pending };
    trafficOf.set(page, traffic);
    page.on('request', (request) => {
      traffic.asked += 1;
      pending.add(request);
    });
    for (const over of ['requestfinished', 'requestfailed'] as const)
      page.on(over as 'requestfinished', (request) => void pending.delete(request));
    // What the page before was waiting for is never answered.
    page.on('framenavigated', (frame) => {
      for (const request of pending)
        if (!request.isNavigationRequest() && request.frame() === frame) pending.delete(request);
    });
  });
}

/** Waits until the page is at rest. What waits for a person, a device or a timer counts as rest. */
export async function atRest(page: Page): Promise<void> {
  await page.waitForLoadState();
  const traffic = trafficOf.get(page);
  if (!traffic) throw new Error('nobody watches this page');
  let before: number;
  do {
    before = traffic.asked;
    await allAnswered(traffic);
    // To the page and back, through the browser, as often as an answer may need to lead to another question.
    for (const _ of Array(3)) await page.evaluate(turn);
  } while (traffic.asked !== before);
}

/** In the page: when whatever was due has had its turn. Not by its timers, which a test may have stopped. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
}

/** Not by the test runner's own waiting: pictures are taken without one. */
async function allAnswered({ pending }: Traffic): Promise<void> {
  for (const end = Date.now() + patience; pending.size > 0; await pause(5))
    if (Date.now() > end)
      throw new Error(`no answer from ${[...pending].map((request) => request.url()).join(', ')}`);
}
