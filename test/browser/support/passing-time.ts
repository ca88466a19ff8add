/** Time passes: for the server, and for a page whose clock is installed, longer than any challenge lives. */
import { expect, onTestFinished, vi } from 'vitest';
import type { TestAppOptions } from '../../support/app.ts';
import type { Visit } from './stage.ts';

/** Milliseconds; a challenge lives 300 seconds. */
const longer = 301_000;

/** For a stage: the passkey service has the server's clock. Node dates its answers by another, which nobody can move. */
export const oneClock: TestAppOptions = {
  wrapTransport: (transport) => ({ ...transport, clockOffset: () => 0 }),
};

/** For the server each challenge has died, and this browser has let go of their cookie; the page's clock stands by. */
export async function challengesDie({ context }: Visit): Promise<void> {
  const ceremony = (await context.cookies()).filter(({ name }) => name.endsWith('ceremony'));
  expect(ceremony).toHaveLength(1);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + longer });
  onTestFinished(() => void vi.useRealTimers());
  for (const { name } of ceremony) await context.clearCookies({ name });
}

/** The same, and as much time for the page. */
export async function pageIsLeftOpen(visit: Visit): Promise<void> {
  await challengesDie(visit);
  await visit.page.clock.fastForward(longer);
}
