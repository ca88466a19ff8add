/**
 * Every page where passkeys are created, asked or not, with imitations of what answers for the browser: each at the button,
 * and one of each kind where the same script creates on another occasion.
 */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { finishMeets, soon, storedPasskeys } from './support/account-steps.ts';
import { creating, eventsOf, isImitated, tries, waitsInVain } from './support/behind-managers.ts';
import { answersAfterAll, asked, behaves, oneOfEach, thatCome } from './support/imitated-credentials.ts';
import { letThrough } from './support/interception.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, isTold, signsInUnseen } from './support/steps.ts';

const stage = useStage();

describe('where a passkey is created', () => {
  const name = 'Create a passkey';

  it('the button is free after whatever ends or never does, no key stays behind that could not be saved or came too late, and whatever can be read is saved', async () => {
    const visit = await stage.visit();
    const { page, authenticator } = visit;
    visit.expectReport(/ERR_FAILED/);
    // Before the imitation, whose clock is the page's.
    await page.clock.install();
    await isImitated(visit);
    await arriveSignedIn(visit);
    const posted = eventsOf(page);
    const names = thatCome('left', 'broken', 'cannot', 'fault', 'ended', 'pieces');
    await tries(visit, button(page, name), names, creating);
    expect(posted).toHaveLength(names.length - thatCome('ended').length);
    await soon(() => authenticator.deleted).toHaveLength(thatCome('pieces').length);
    expect(await authenticator.passkeys()).toEqual([]);

    // The answer is lost, so that the page stays and says what it has read in the list.
    await finishMeets(visit, async (route) => {
      await route.fetch();
      await route.abort();
    });
    for (const [index, imitation] of thatCome('whole').entries()) {
      await behaves(page, imitation);
      await button(page, name).click();
      await soon(async () => (await storedPasskeys(stage.app(), visit)).length, imitation).toBe(index + 1);
      await isTold(page, 'status', 'Your passkey was saved. See your passkeys');
      expect(await authenticator.passkeys()).toHaveLength(1);
      await authenticator.clear();
    }

    await letThrough(page);
    const before = authenticator.deleted.length;
    await waitsInVain(visit, button(page, name));
    await soon(() => authenticator.deleted).toHaveLength(before + 1);
    expect(await authenticator.passkeys()).toEqual([]);
    await button(page, name).click();
    await page.getByText('Passkey saved').waitFor();
    expect(await authenticator.passkeys()).toHaveLength(1);
  });
});

describe('after a sign-in by password', () => {
  const automatic = { capabilities: { conditionalGet: false, conditionalCreate: true } };

  /** What answers for the browser is asked to create one by itself. */
  async function upgrades(visit: Visit, name: string): Promise<void> {
    const { page } = visit;
    if (page.url() === 'about:blank') await visit.open(paths.health);
    await behaves(page, name);
    await signsInUnseen(visit);
    await visit.open(paths.dashboard);
    await soon(() => asked(page), name).toBe(1);
  }

  it('nobody learns of what came to nothing, no key of it stays behind, also when it is made when nobody waits for it any more, and what can be read is saved', async () => {
    const visit = await stage.visit(automatic);
    const { page, authenticator } = visit;
    await page.clock.install();
    await isImitated(visit);
    const posted = eventsOf(page);
    // It has words for nothing but the news (automatic-upgrade.test.ts), so that one exception is as another.
    for (const name of oneOfEach('left', 'pieces', 'nothing')) {
      await upgrades(visit, name);
      await atRest(page);
      await isTold(page, 'status', '');
      expect([await asked(page), posted], name).toEqual([1, []]);
    }
    const pieces = thatCome('pieces').length;
    await soon(() => authenticator.deleted).toHaveLength(pieces);
    expect(await authenticator.passkeys()).toEqual([]);
    await page.clock.fastForward(30_000);
    await answersAfterAll(page);
    await soon(() => authenticator.deleted).toHaveLength(pieces + 1);
    await isTold(page, 'status', '');
    expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
    await upgrades(visit, thatCome('whole')[0] ?? '');
    await page.getByText('A passkey was saved to your password manager.').waitFor();
    expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  });
});
