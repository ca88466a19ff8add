/** A passkey service whose challenges for a sign-in live only as long as a test can wait. */
import { expect } from 'vitest';
import type { TestAppOptions } from '../../support/app.ts';
import type { Visit } from './stage.ts';

/** For a stage: the life in milliseconds. */
export function challengesLive(timeout: number): TestAppOptions {
  return {
    wrapTransport: (transport) => ({
      ...transport,
      fetch: async (url, init) => {
        const response = await transport.fetch(url, init);
        if (!url.endsWith('/login/initialize')) return response;
        const { publicKey } = await response.json();
        return Response.json({ publicKey: { ...publicKey, timeout } });
      },
    }),
  };
}

/** Waits until each challenge that this browser was given has died: with the last one it lets go of their cookie. */
export async function challengesDie({ context }: Visit): Promise<void> {
  const alive = async () => (await context.cookies()).some(({ name }) => name.endsWith('ceremony'));
  const within = { timeout: 10_000, interval: 50 };
  await expect.poll(alive, within).toBe(true);
  await expect.poll(alive, within).toBe(false);
}
