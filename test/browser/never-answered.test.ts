/**
 * Requests of a ceremony that somebody began and that nobody answers: they end, and the next try works. Whoever is asked once
 * more has the script of the sign-in page.
 */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon, storedPasskeys } from './support/account-steps.ts';
import { isNeverAnswered } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveWithPasskey,
  button,
  createPasskey,
  failed,
  isTold,
  signInWithPasskey,
} from './support/steps.ts';

const stage = useStage();
const unreached = 'We could not be reached. Check your connection and try again.';

/** The request is on its way, and the page waits for longer than it should. */
async function waits({ page }: Visit, url: string, name: string): Promise<void> {
  await Promise.all([page.waitForRequest(`**${url}`), button(page, name).click()]);
  expect(await button(page, name).getAttribute('aria-disabled')).toBe('true');
  await page.clock.fastForward(31_000);
  await soon(() => button(page, name).getAttribute('aria-disabled')).toBeNull();
}

it('the sign-in whose finish or start is not answered ends, as does the creation whose start is not; one whose finish is not leaves no key behind; and each works again', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
  const name = 'Sign in with a passkey';
  await page.clock.install();
  await arriveWithPasskey(visit);
  // Options are fetched with the page; the press after a finish has to fetch them anew.
  for (const request of ['finish', 'start'] as const)
    await isNeverAnswered(page, paths.passkeyLogin, request);
  for (const _ of ['finish', 'start']) {
    await waits(visit, paths.passkeyLogin, name);
    await isTold(page, 'alert', failed(unreached));
  }
  await signInWithPasskey(visit);

  await authenticator.clear();
  await soon(() => authenticator.deleted).toHaveLength(1);
  for (const request of ['start', 'finish'] as const)
    await isNeverAnswered(page, paths.passkeyRegistration, request);
  await waits(visit, paths.passkeyRegistration, 'Create a passkey');
  await isTold(page, 'alert', unreached);
  await button(page, 'Create a passkey').click();
  await soon(async () => (await authenticator.passkeys()).length).toBe(1);
  await page.clock.fastForward(31_000);
  await isTold(page, 'alert', 'The passkey was not saved. Try again.');
  await soon(() => authenticator.deleted).toHaveLength(2);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  await createPasskey(visit);
});
