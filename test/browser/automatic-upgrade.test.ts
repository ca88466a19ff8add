/**
 * A passkey that comes by itself, and one that does not come about: nobody who asked for nothing learns of it.
 * Whether a page asks for one is decided on the server: test/databases/journeys/automatic-upgrade-permission.test.ts has after
 * which sign-ins, and test/application/automatic-upgrade-end.test.ts until when, and for whom it is turned off.
 */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { signalsAreOver, soon, storedPasskeys } from './support/account-steps.ts';
import { answersUpgrades, notesCreations } from './support/creations.ts';
import { intercept, letThrough } from './support/interception.ts';
import { finishIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
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

describe('says nothing to anybody', () => {
  // Where it has no words for what an exception is called, one is as another; more of them are in managers-creating.test.ts.
  it('when the browser refuses, and has words for nothing but the news', async () => {
    const { visit, asked } = await arrive('InvalidStateError');
    await arriveSignedIn(visit);
    await soon(() => asked.length).toBe(1);
    await atRest(visit.page);
    await saysNothing(visit);
    expect(await wordsOf(visit)).toEqual(['saved']);
    expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
    expect(visit.authenticator.deleted).toEqual([]);
  });

  it('when the server does not take the key, which goes from the device again, and when already its start is refused', async () => {
    const { visit, asked } = await arrive('real');
    visit.expectReport(/status of [45]\d\d/);
    await finishIsRefused(visit.page, paths.passkeyRegistration, { status: 422, code: 'not_verified' });
    await arriveSignedIn(visit);
    await soon(() => visit.authenticator.deleted.length).toBe(1);
    await saysNothing(visit);
    expect(await visit.authenticator.passkeys()).toEqual([]);
    expect(asked).toHaveLength(1);

    await letThrough(visit.page);
    await intercept(visit.page, paths.passkeyRegistration, (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: '{"code":"upgrade_not_allowed"}',
      }),
    );
    await Promise.all([visit.page.waitForResponse(`**${paths.passkeyRegistration}`), arriveSignedIn(visit)]);
    await signalsAreOver(visit.page);
    await saysNothing(visit);
    expect(asked).toHaveLength(1);
  });
});

// Last, as a clock that was installed stays in a browser profile, which nobody has again.
it('what a person has begun is never ended by it, however late and however long its start is; a browser without a password manager that hangs for ever is told to end after long, or by leaving the page, nobody learns of it, and the page works at once', async () => {
  const { visit, asked } = await arrive('hangs');
  const { page } = visit;
  await page.clock.install();
  await visit.authenticator.setPresent(false);
  let answered = () => {};
  const late = new Promise<void>((resolve) => {
    answered = resolve;
  });
  await intercept(
    page,
    paths.passkeyRegistration,
    async (route) => {
      const response = await route.fetch();
      await late;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await Promise.all([page.waitForRequest(`**${paths.passkeyRegistration}`), arriveSignedIn(visit)]);
  await button(page, 'Create a passkey').click();
  await soon(() => asked.length).toBe(1);
  await page.clock.fastForward(60_000);
  expect(await wasEnded(visit)).toBe(false);
  await Promise.all([page.waitForResponse(`**${paths.passkeyRegistration}`), answered()]);
  expect(await wasEnded(visit)).toBe(false);
  await isTold(page, 'status', 'Waiting for your device…');
  expect(asked.splice(0).map(({ mediation }) => mediation)).toEqual([undefined]);

  await visit.authenticator.setPresent(true);
  await arriveSignedIn(visit);
  await soon(() => asked.length).toBe(1);
  await saysNothing(visit);
  expect(await wasEnded(visit)).toBe(false);
  await page.clock.fastForward(60_000);
  expect(await wasEnded(visit)).toBe(true);
  await saysNothing(visit);

  await arriveSignedIn(visit);
  await soon(() => asked.length).toBe(2);
  await visit.open(paths.dashboard);
  await signalsAreOver(page);
  await saysNothing(visit);
  expect(asked, 'a page that was left').toHaveLength(2);

  await arriveSignedIn(visit);
  await soon(() => asked.length).toBe(3);
  await saysNothing(visit);
  await createPasskey(visit);
  expect(asked.map(({ mediation }) => mediation)).toEqual([
    'conditional',
    'conditional',
    'conditional',
    undefined,
  ]);
  expect(await visit.authenticator.passkeys()).toHaveLength(1);
});

/** The page is as it would be without the upgrade, and says nothing. */
async function saysNothing({ page }: Visit): Promise<void> {
  await isTold(page, 'status', '');
  expect(await page.getByRole('complementary').locator(':visible').count()).toBe(0);
}

/** The keys of what the page could say of an upgrade. */
const wordsOf = ({ page }: Visit) =>
  page
    .locator('[data-passkey-upgrade] template[data-message]')
    .evaluateAll((all) =>
      all
        .filter((one) => (one as HTMLTemplateElement).content.hasChildNodes())
        .map((one) => one.getAttribute('data-message')),
    );

/** Whether the latest creation was told to end, once whatever else was under way has had its turn. */
const wasEnded = ({ page }: Visit) =>
  page.evaluate(async (url) => {
    await fetch(url);
    await navigator.locks.request('passkeys', { mode: 'shared' }, () => {});
    return (Reflect.get(window, 'latestSignal') as AbortSignal).aborted;
  }, paths.health);
