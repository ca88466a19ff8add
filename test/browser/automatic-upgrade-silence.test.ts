/** An automatic upgrade that does not come about: nobody who asked for nothing learns of it. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { signalsAreOver, soon, storedPasskeys } from './support/account-steps.ts';
import { answersUpgrades, notesCreations } from './support/creations.ts';
import { intercept, letThrough } from './support/interception.ts';
import { finishIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, createPasskey, isTold } from './support/steps.ts';

const stage = useStage();

/** Somebody whose browser answers so, and what it was asked. */
async function arrive(how: string) {
  const visit = await stage.visit({ capabilities: { conditionalGet: false, conditionalCreate: true } });
  await answersUpgrades(visit, how);
  return { visit, asked: await notesCreations(visit) };
}

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

describe('what a person has begun', () => {
  it('is never ended by it, however late and however long its start is', async () => {
    const { visit, asked } = await arrive('made');
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
    expect(asked.map(({ mediation }) => mediation)).toEqual([undefined]);
  });
});

it('a browser without a password manager that hangs for ever is told to end after long, or by leaving the page, nobody learns of it, and the page works at once', async () => {
  const { visit, asked } = await arrive('hangs');
  const { page } = visit;
  await page.clock.install();
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

/** Whether the latest creation was told to end, once whatever else was under way has had its turn. */
const wasEnded = ({ page }: Visit) =>
  page.evaluate(async (url) => {
    await fetch(url);
    await navigator.locks.request('passkeys', { mode: 'shared' }, () => {});
    return (Reflect.get(window, 'latestSignal') as AbortSignal).aborted;
  }, paths.health);
