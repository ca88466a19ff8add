/**
 * The pages where passkeys are used, with imitations of what answers for the browser: each imitation in the field and at the
 * button of the sign-in page, and one of each kind on the page that asks once more, which has the same script.
 */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { eventsOf, isImitated, tries, using, waitsInVain } from './support/behind-managers.ts';
import { watchSent, withAutofill } from './support/device.ts';
import { asked, behaves, imitations, oneOfEach, thatCome } from './support/imitated-credentials.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import {
  arriveOwning,
  arriveWithPasskey,
  button,
  field,
  isTold,
  loseCookies,
  seesHeading,
} from './support/steps.ts';

const stage = useStage();

/** Where passkeys are used, how one gets there, and which imitations one meets. */
const proving = [
  ['the sign-in page', paths.login, 'Email', 'Sign in with a passkey', arriveWithPasskey, thatCome],
  ['the page that asks once more', paths.reauth, 'Password', 'Use a passkey', arriveOwning, oneOfEach],
] as const;

describe.each(proving)('on %s', (_, address, fieldName, buttonName, comes, those) => {
  it('the field is silent before anybody has chosen, and asks again only when somebody comes to it', async () => {
    const visit = await isImitated(await stage.visit(withAutofill));
    const { page } = visit;
    await visit.authenticator.setPresent(false);
    await comes(visit);
    await atRest(page);
    const sent = watchSent(page);
    const posted = eventsOf(page);
    const comesNear = async () => {
      await field(page, fieldName).blur();
      await field(page, fieldName).focus();
    };
    const isSilent = async (name: string, times: number) => {
      await soon(() => asked(page), name).toBe(times);
      await atRest(page);
      await isTold(page, 'status', '');
      expect([await asked(page), posted], name).toEqual([times, []]);
    };
    // The same code asks on a page that has just come as when somebody comes to the field.
    for (const name of oneOfEach('left', 'broken', 'cannot', 'fault', 'ended', 'pieces', 'nothing')) {
      await visit.authenticator.setPresent(imitations[name]?.outcome === 'pieces');
      await behaves(page, name);
      sent.starts = 0;
      await visit.open(address);
      await isSilent(name, 1);
      if (address === paths.login) expect(sent.starts, name).toBe(1);
      if (imitations[name]?.outcome === 'nothing') continue;
      await comesNear();
      await isSilent(name, 2);
    }
    await behaves(page, thatCome('left')[0]);
    await visit.open(address);
    await isSilent('left', 1);
    for (const name of those('left', 'broken', 'cannot', 'fault', 'ended')) {
      await behaves(page, name);
      await comesNear();
      await isSilent(name, 1);
    }
  });

  it('the field takes whatever can be read, and says so when it cannot', async () => {
    const visit = await isImitated(await stage.visit(withAutofill));
    const { page } = visit;
    await comes(visit);
    for (const name of those('whole')) {
      await behaves(page, name);
      await visit.open(address);
      await seesHeading(page, 'Dashboard');
      if (address === paths.login) await loseCookies(visit);
    }
    await behaves(page, thatCome('pieces')[0], 400);
    await visit.open(address);
    await isTold(page, ...(using.pieces as ['alert', string]));
  });

  it('the button is free after whatever ends, and takes what can be read', async () => {
    const visit = await isImitated(await stage.visit());
    const { page } = visit;
    await comes(visit);
    await visit.open(address);
    const posted = eventsOf(page);
    const pressed = button(page, buttonName);
    const names = those('left', 'broken', 'cannot', 'fault', 'ended', 'pieces');
    for (const name of names) await tries(visit, pressed, name, using);
    // One for each that said something.
    expect(posted).toHaveLength(names.length - thatCome('ended').length);
    for (const name of oneOfEach('whole')) {
      await behaves(page, name);
      await pressed.click();
      await seesHeading(page, 'Dashboard');
      if (address === paths.login) await loseCookies(visit);
      await visit.open(address);
    }
  });

  it('the button is free when nothing ever ends, and what comes later counts for nothing', async () => {
    const visit = await isImitated(await stage.visit());
    const { page } = visit;
    await comes(visit);
    await page.clock.install();
    await visit.open(address);
    const finished: string[] = [];
    page.on('request', (request) => {
      if (request.postData()?.includes('"finish"')) finished.push(request.url());
    });
    await waitsInVain(visit, button(page, buttonName));
    expect(finished).toEqual([]);
    await button(page, buttonName).click();
    await seesHeading(page, 'Dashboard');
    expect(finished).toHaveLength(1);
  });
});
