/** Requests of a ceremony that somebody began and that nobody answers: they end, and the next try works. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon, storedPasskeys } from './support/account-steps.ts';
import { isNeverAnswered } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  arriveSignedIn,
  arriveWithPasskey,
  button,
  createPasskey,
  failed,
  isTold,
  seesHeading,
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

const proving = [
  ['the sign-in', paths.login, paths.passkeyLogin, 'Sign in with a passkey', arriveWithPasskey],
  ['the step-up', paths.reauth, paths.passkeyReauth, 'Use a passkey', arriveOwning],
] as const;

describe.each(proving)('%s', (_, address, url, name, comes) => {
  it.each(['start', 'finish'] as const)('whose %s is not answered ends, and works again', async (request) => {
    const visit = await stage.visit();
    const { page } = visit;
    await page.clock.install();
    await comes(visit);
    await visit.open(address);
    await isNeverAnswered(page, url, request);
    if (request === 'start') {
      await page.reload();
      await button(page, name).click();
      await page.clock.fastForward(31_000);
    } else await waits(visit, url, name);
    await isTold(page, 'alert', failed(unreached));
    await button(page, name).click();
    await seesHeading(page, 'Dashboard');
  });
});

describe('the creation', () => {
  async function arrive(request: 'start' | 'finish'): Promise<Visit> {
    const visit = await stage.visit();
    await visit.page.clock.install();
    await arriveSignedIn(visit);
    await isNeverAnswered(visit.page, paths.passkeyRegistration, request);
    return visit;
  }

  it('whose start is not answered ends, and works again', async () => {
    const visit = await arrive('start');
    await waits(visit, paths.passkeyRegistration, 'Create a passkey');
    await isTold(visit.page, 'alert', unreached);
    await createPasskey(visit);
  });

  it('whose finish is not answered leaves no key behind, and works again', async () => {
    const visit = await arrive('finish');
    const { page, authenticator } = visit;
    await button(page, 'Create a passkey').click();
    await soon(async () => (await authenticator.passkeys()).length).toBe(1);
    await page.clock.fastForward(31_000);
    await isTold(page, 'alert', 'The passkey was not saved. Try again.');
    await soon(() => authenticator.deleted).toHaveLength(1);
    expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
    await createPasskey(visit);
  });
});
