import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon, storedPasskeys } from './support/account-steps.ts';
import { answersUpgrades, notesCreations } from './support/creations.ts';
import { intercept, letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  arriveWithPasskey,
  button,
  fillSignIn,
  isTold,
  loseCookies,
  passkeyList,
  seesHeading,
  signInWithPasskey,
} from './support/steps.ts';

const stage = useStage();
const automatic = { conditionalGet: false, conditionalCreate: true };
const news = 'A passkey was saved to your password manager. Manage your passkeys';

/** Somebody whose browser answers so, and what it was asked. */
async function arrive(how: string, capabilities: Record<string, boolean> = automatic) {
  const visit = await stage.visit({ capabilities });
  await answersUpgrades(visit, how);
  return { visit, asked: await notesCreations(visit), starts: startsOf(visit) };
}

/** Every start of a creation that this browser has posted. */
function startsOf({ page }: Visit): object[] {
  const starts: object[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith(paths.passkeyRegistration)) starts.push(request.postDataJSON());
  });
  return starts;
}

describe('after a sign-in by password', () => {
  it('a passkey is saved without a question, once, and a quiet line says so and leads to it', async () => {
    const { visit, asked, starts } = await arrive('made');
    const { page } = visit;
    await arriveSignedIn(visit);
    await isTold(page, 'status', news);
    expect(asked).toMatchObject([
      { mediation: 'conditional', userVerification: 'preferred', abortable: true, excluded: [] },
    ]);
    const news_ = page.getByRole('complementary', { name: 'Notification' });
    expect(await news_.getByRole('status').innerText()).toBe(news);
    await page.getByRole('link', { name: 'Manage your passkeys' }).click();
    await passkeyList(page).waitFor();
    expect(await passkeyList(page).innerText()).toMatch(/Added automatically/);
    expect(await button(page, 'Save name').count()).toBe(0);

    // It happens once: later pages and a second tab ask for nothing.
    expect(await page.locator('[data-passkey-upgrade]').count()).toBe(0);
    const tab = await visit.context.newPage();
    await tab.goto(paths.dashboard);
    await atRest(tab);
    expect(await tab.locator('[data-passkey-upgrade]').count()).toBe(0);
    expect(asked).toHaveLength(1);
    expect(starts).toHaveLength(2);
    expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  });

  it('it happens on whatever page the sign-in leads to, and leaves that page as it is', async () => {
    const { visit } = await arrive('made');
    await visit.open(`${paths.login}?return_to=${paths.reauth}`);
    await fillSignIn(visit);
    await seesHeading(visit.page, 'Confirm it’s you');
    await isTold(visit.page, 'status', news);
    await seesHeading(visit.page, 'Confirm it’s you');
  });

  it('the passkeys that the person has are left out', async () => {
    const { visit, asked } = await arrive('InvalidStateError');
    const id = await ownsPasskey(visit);
    await arriveSignedIn(visit);
    await soon(() => asked.length).toBe(1);
    expect(asked[0]?.excluded).toEqual([id]);
  });
});

describe('nothing is asked', () => {
  it('where the browser does not create passkeys by itself', async () => {
    const { visit, starts } = await arrive('made', { conditionalGet: false, conditionalCreate: false });
    await arriveSignedIn(visit);
    await atRest(visit.page);
    expect(await visit.page.locator('[data-passkey-upgrade]').count()).toBe(1);
    expect(starts).toEqual([]);
  });

  it('after a sign-in by passkey', async () => {
    const { visit, asked } = await arrive('NotAllowedError');
    await arriveWithPasskey(visit);
    await signInWithPasskey(visit);
    await atRest(visit.page);
    expect(await visit.page.locator('[data-passkey-upgrade]').count()).toBe(0);
    expect(asked).toEqual([]);
  });

  it('of somebody who has turned it off, until they turn it on again', async () => {
    const { visit, asked } = await arrive('made');
    const { page } = visit;
    await arriveQuietly(visit);
    await page.getByLabel('Create passkeys automatically').uncheck();
    await button(page, 'Save').click();
    await isTold(page, 'status', 'Passkeys are no longer created automatically.');
    expect(await page.getByLabel('Create passkeys automatically').isChecked()).toBe(false);
    await comesAgain(visit);
    await atRest(page);
    expect(asked).toEqual([]);
    await page.getByLabel('Create passkeys automatically').check();
    await button(page, 'Save').click();
    await isTold(page, 'status', 'Passkeys are created automatically.');
    await comesAgain(visit);
    await isTold(page, 'status', news);
    expect(asked).toHaveLength(1);
  });
});

/** Signed in, on the dashboard, the permission to create a passkey not used yet. */
async function arriveQuietly(visit: Visit): Promise<void> {
  await intercept(visit.page, paths.passkeyRegistration, (route) => route.abort());
  visit.expectReport(/ERR_FAILED/);
  await Promise.all([visit.page.waitForEvent('requestfailed'), arriveSignedIn(visit)]);
  await letThrough(visit.page, paths.passkeyRegistration);
}

/** Signs in anew, in the same browser. */
async function comesAgain(visit: Visit): Promise<void> {
  await loseCookies(visit);
  await arriveSignedIn(visit);
}
