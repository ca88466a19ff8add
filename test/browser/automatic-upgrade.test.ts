/**
 * Whether a page asks for one is decided on the server: test/databases/journeys/automatic-upgrade-permission.test.ts has after
 * which sign-ins, and test/application/automatic-upgrade-end.test.ts until when, and for whom it is turned off.
 */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { storedPasskeys } from './support/account-steps.ts';
import { answersUpgrades, notesCreations } from './support/creations.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  fillSignIn,
  isTold,
  loseCookies,
  passkeyList,
  seesHeading,
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
  it('a passkey is saved without a question, once, a quiet line says so and leads to it, on whatever page the sign-in leads to', async () => {
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
    const stored = await storedPasskeys(stage.app(), visit);
    expect(stored).toHaveLength(1);
    await tab.close();

    // The next sign-in leads to another page, which stays as it is; what this person has is left out.
    await loseCookies(visit);
    await visit.open(`${paths.login}?return_to=${paths.reauth}`);
    await fillSignIn(visit);
    await seesHeading(page, 'Confirm it’s you');
    await isTold(page, 'status', news);
    await seesHeading(page, 'Confirm it’s you');
    expect(asked[1]?.excluded).toEqual(stored);
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
});
