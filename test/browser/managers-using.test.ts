/** Every page where passkeys are used, with every imitation of what answers for the browser. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { eventsOf, isImitated, tries, using, waitsInVain } from './support/behind-managers.ts';
import { watchSent, withAutofill } from './support/device.ts';
import { asked, behaves, imitations, thatCome } from './support/imitated-credentials.ts';
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

/** Where passkeys are used, how one gets there, and what comes of it. */
const proving = [
  ['the sign-in page', paths.login, 'Email', 'Sign in with a passkey', arriveWithPasskey],
  ['the page that asks once more', paths.reauth, 'Password', 'Use a passkey', arriveOwning],
] as const;

describe.each(proving)('on %s', (_, address, fieldName, buttonName, comes) => {
  it('the field is silent before anybody has chosen, and asks again only when somebody comes to it', async () => {
    const visit = await isImitated(await stage.visit(withAutofill));
    const { page } = visit;
    await visit.authenticator.setPresent(false);
    await comes(visit);
    await atRest(page);
    const sent = watchSent(page);
    const posted = eventsOf(page);
    for (const name of thatCome('left', 'broken', 'cannot', 'fault', 'ended', 'pieces', 'nothing')) {
      await visit.authenticator.setPresent(imitations[name]?.outcome === 'pieces');
      await behaves(page, name);
      sent.starts = 0;
      await visit.open(address);
      await soon(() => asked(page), name).toBeGreaterThan(0);
      await atRest(page);
      await isTold(page, 'status', '');
      expect([await asked(page), posted], name).toEqual([1, []]);
      if (address === paths.login) expect(sent.starts, name).toBe(1);
      if (imitations[name]?.outcome === 'nothing') continue;
      await field(page, fieldName).focus();
      await soon(() => asked(page), name).toBe(2);
      await atRest(page);
      await isTold(page, 'status', '');
      expect([await asked(page), posted], name).toEqual([2, []]);
    }
  });

  it('the field takes whatever can be read, and says so when it cannot', async () => {
    const visit = await isImitated(await stage.visit(withAutofill));
    const { page } = visit;
    await comes(visit);
    for (const name of thatCome('whole')) {
      await behaves(page, name);
      await visit.open(address);
      await seesHeading(page, 'Dashboard');
      if (address === paths.login) await loseCookies(visit);
    }
    await behaves(page, thatCome('pieces')[0], 400);
    await visit.open(address);
    await isTold(page, ...(using.pieces as ['alert', string]));
  });

  it('the button is free after whatever ends, and takes whatever can be read', async () => {
    const visit = await isImitated(await stage.visit());
    const { page } = visit;
    await comes(visit);
    await visit.open(address);
    const posted = eventsOf(page);
    const pressed = button(page, buttonName);
    const names = thatCome('left', 'broken', 'cannot', 'fault', 'ended', 'pieces');
    for (const name of names) await tries(visit, pressed, name, using);
    // One for each that said something.
    expect(posted).toHaveLength(names.length - thatCome('ended').length);
    for (const name of thatCome('whole')) {
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
