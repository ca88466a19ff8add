/** Time stands still for the server, or passes for it and for a page whose clock is installed. */
import { expect, onTestFinished, vi } from 'vitest';
import type { TestAppOptions } from '../../support/app.ts';
import type { Visit } from './stage.ts';

/** Milliseconds; a challenge lives 300 seconds. */
const longer = 301_000;

/** For a stage: the passkey service has the server's clock. Node dates its answers by another, which nobody can move. */
export const oneClock: TestAppOptions = {
  wrapTransport: (transport) => ({ ...transport, clockOffset: () => 0 }),
};

/** Until the end of the test the server's clock shows this time; by default it stops. */
function serverIsAt(now = Date.now()): void {
  vi.useFakeTimers({ toFake: ['Date'], now });
  onTestFinished(() => void vi.useRealTimers());
}

/** For the server each challenge has died, and this browser has let go of their cookie; the page's clock stands by. */
export async function challengesDie({ context }: Visit): Promise<void> {
  const ceremony = (await context.cookies()).filter(({ name }) => name.endsWith('ceremony'));
  expect(ceremony).toHaveLength(1);
  serverIsAt(Date.now() + longer);
  for (const { name } of ceremony) await context.clearCookies({ name });
}

/** The same, and as much time for the page. */
export async function pageIsLeftOpen(visit: Visit): Promise<void> {
  await challengesDie(visit);
  await visit.page.clock.fastForward(longer);
}
