/**
 * The pages where passkeys are used, with imitations of what answers for the browser, one of each kind: all of them are met
 * where one is created (managers-creating.test.ts), by the code that reads what comes here as well. The page that asks once
 * more has the script of the sign-in page, and meets some.
 */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { eventsOf, isImitated, tries, using, waitsInVain } from './support/behind-managers.ts';
import { watchSent, withAutofill } from './support/device.ts';
import { asked, behaves, oneOfEach, thatCome } from './support/imitated-credentials.ts';
import { intercept, letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveWithPasskey,
  button,
  field,
  isTold,
  loseCookies,
  seesHeading,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();

/** Somebody goes away from the field and comes back to it. */
async function comesNear({ page }: Visit, name: string): Promise<void> {
  await field(page, name).blur();
  await field(page, name).focus();
}

/** So often has the page asked by now, and it has said nothing of what came of it. */
async function isSilent({ page }: Visit, name: string, times: number): Promise<void> {
  await soon(() => asked(page), name).toBe(times);
  await atRest(page);
  await isTold(page, 'status', '');
  expect(await asked(page), name).toBe(times);
}

/** The server takes each passkey, and the page hears no: it stays where it is. @returns what the server has said */
async function pageStays({ page }: Visit, path: string): Promise<number[]> {
  const answers: number[] = [];
  await intercept(page, path, async (route) => {
    if (!route.request().postDataJSON().finish) return route.continue();
    answers.push((await route.fetch()).status());
    const body = JSON.stringify({ title: 'No', status: 401, code: 'not_verified' });
    await route.fulfill({ status: 401, contentType: 'application/problem+json', body });
  });
  return answers;
}

it('on the sign-in page the field is silent before anybody has chosen, asks again only when somebody comes to it, and takes what can be read, or says that it cannot', async () => {
  const visit = await isImitated(await stage.visit(withAutofill));
  const { page } = visit;
  await ownsPasskey(visit);
  await visit.open(paths.health);
  const sent = watchSent(page);
  const posted = eventsOf(page);
  const [first = ''] = thatCome('left');
  await behaves(page, first);
  await visit.open(paths.login);
  await isSilent(visit, first, 1);
  // The same code asks when somebody comes to the field as on a page that has just come; what never ends is the last.
  for (const one of oneOfEach('left', 'broken', 'fault', 'ended', 'nothing')) {
    await behaves(page, one);
    await comesNear(visit, 'Email');
    await isSilent(visit, one, 1);
  }
  const [pieces = ''] = thatCome('pieces');
  await behaves(page, pieces);
  await visit.open(paths.login);
  await isSilent(visit, pieces, 1);
  await comesNear(visit, 'Email');
  await isSilent(visit, pieces, 2);
  expect([sent.starts, posted]).toEqual([2, []]);
  await behaves(page, pieces, 400);
  await comesNear(visit, 'Email');
  await isTold(page, ...(using.pieces as ['alert', string]));
  await behaves(page, thatCome('whole')[0]);
  await comesNear(visit, 'Email');
  await seesHeading(page, 'Dashboard');
});

it('on the page that asks once more the field is as silent, the button as free, and what can be read is taken', async () => {
  const visit = await isImitated(await stage.visit(withAutofill));
  const { page } = visit;
  const posted = eventsOf(page);
  await ownsPasskey(visit);
  await signsInUnseen(visit);
  await visit.open(paths.health);
  await behaves(page, thatCome('left')[0]);
  await visit.open(paths.reauth);
  await isSilent(visit, 'on a page that has just come', 1);
  await comesNear(visit, 'Password');
  await isSilent(visit, 'when somebody comes to the field', 2);
  expect(posted).toEqual([]);
  const pressed = button(page, 'Use a passkey');
  await tries(visit, pressed, oneOfEach('left', 'fault'), using);
  await atRest(page);
  await behaves(page, thatCome('whole')[0]);
  await comesNear(visit, 'Password');
  await seesHeading(page, 'Dashboard');
});

// Last, as a clock that was installed stays in a browser profile, which nobody has again.
it('on the sign-in page the button is free after whatever ends or never does, what comes later counts for nothing, and it takes what can be read', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  // Before the imitation, whose clock is the page's.
  await page.clock.install();
  await isImitated(visit);
  await arriveWithPasskey(visit);
  const posted = eventsOf(page);
  const pressed = button(page, 'Sign in with a passkey');
  const names = [
    ...oneOfEach('left', 'broken', 'cannot', 'fault', 'ended', 'pieces'),
    'rejects without a reason',
  ];
  await tries(visit, pressed, names, using);
  // One for each that said something.
  expect(posted).toHaveLength(names.length - 1);
  const answers = await pageStays(visit, paths.passkeyLogin);
  visit.expectReport(/status of 401/);
  // Those that differ from a real answer by what they are; where one is created the others are read.
  for (const [index, one] of thatCome('whole').slice(1, 3).entries()) {
    await behaves(page, one);
    await pressed.click();
    await soon(() => answers, one).toEqual(Array(index + 1).fill(200));
    await soon(() => pressed.getAttribute('aria-disabled'), one).toBeNull();
    await loseCookies(visit);
  }
  await letThrough(page, paths.passkeyLogin);
  const finished: string[] = [];
  page.on('request', (request) => {
    if (request.postData()?.includes('"finish"')) finished.push(request.url());
  });
  await waitsInVain(visit, pressed);
  expect(finished).toEqual([]);
  await pressed.click();
  await seesHeading(page, 'Dashboard');
  expect(finished).toHaveLength(1);
});
