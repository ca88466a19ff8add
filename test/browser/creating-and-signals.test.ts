/** A passkey that is being created, and a list of passkeys on its way to password managers. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { addAuthenticator } from '../support/virtual-authenticator.ts';
import { listRequests, opensDashboard, signalsAreOver, soon } from './support/account-steps.ts';
import { intercept } from './support/interception.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, isTold, passkeyList } from './support/steps.ts';

const stage = useStage();

describe('a list that was read before a passkey was created', () => {
  it('never removes it, however late it arrives', async () => {
    const visit = await stage.visit();
    const { page } = visit;
    visit.expectReport(/ERR_FAILED/);
    let arrives = () => {};
    const late = new Promise<void>((resolve) => {
      arrives = resolve;
    });
    await intercept(page, paths.passkeySignals, async (route) => {
      const response = await route.fetch();
      await late;
      await route.fulfill({ response });
    });
    // The answer of the finish is lost, so that the page stays and the late list still meets it.
    await intercept(page, paths.passkeyRegistration, async (route) => {
      if (!route.request().postDataJSON().finish) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await arriveSignedIn(visit);
    await button(page, 'Create a passkey').click();
    await soon(async () => (await locks(visit)).pending || (await page.getByText('was saved').count())).toBe(
      1,
    );
    await page.unroute(`**${paths.passkeySignals}`);
    arrives();
    await isTold(page, 'status', 'Your passkey was saved. See your passkeys');
    await signalsAreOver(page);
    await opensDashboard(visit);
    expect(visit.authenticator.deleted).toEqual([]);
    expect(await visit.authenticator.passkeys()).toHaveLength(1);
    expect(await passkeyList(page).count()).toBe(1);
  });

  it('is not even asked for while another tab is creating one, and is afterwards', async () => {
    const visit = await stage.visit();
    const page = await visit.context.newPage();
    await (await addAuthenticator(page)).setPresent(false);
    const other: Visit = { ...visit, page, open: async (path) => void (await page.goto(path)) };
    await arriveSignedIn(other);
    await signalsAreOver(page);
    await button(page, 'Create a passkey').click();
    await soon(async () => (await locks(other)).held).toBe(1);
    const tab = visit.page;
    const lists = listRequests(tab);
    await tab.goto(paths.dashboard);
    await atRest(tab);
    expect(lists).toEqual([]);
    // A page that is left gives its lock back as one that is closed does, whose profile nobody could have again.
    await other.open(paths.health);
    // The browser gives the lock of a page that is gone back a moment later.
    await soon(async () => (await locks(visit)).held).toBe(0);
    await tab.reload();
    await soon(async () => lists).toEqual(['GET']);
    await signalsAreOver(tab);
    expect(lists).toEqual(['GET']);
  });
});

it('does not wait for ever for a list that never arrives', async () => {
  const visit = await stage.visit();
  await visit.page.clock.install();
  await intercept(visit.page, paths.passkeySignals, () => {});
  await arriveSignedIn(visit);
  await button(visit.page, 'Create a passkey').click();
  await soon(async () => (await locks(visit)).pending).toBe(1);
  expect(await visit.authenticator.passkeys()).toEqual([]);
  await visit.page.clock.fastForward(5_000);
  await visit.page.getByText('Passkey saved').waitFor();
  expect(await visit.authenticator.passkeys()).toHaveLength(1);
});

const locks = ({ page }: Visit) =>
  page.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return { held: held.length, pending: pending.length };
  });
