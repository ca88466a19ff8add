/** Nothing that is on a page moves while the page loads: on a slow line, with a script that comes when all else has been seen. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { oneLinkOfEachKind } from '../support/mailed-links.ts';
import { ownsPasskey } from './support/owning.ts';
import { atRest } from './support/rest.ts';
import { isPainted, noteShifts, shiftsOf } from './support/shifts.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, signsInUnseen } from './support/steps.ts';

// Nobody listens there: what matters is that mail can be sent, so that all pages are there.
const stage = useStage({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });

/** Bytes in a second, and milliseconds until the first of them. */
const line = { downloadThroughput: 200_000, uploadThroughput: 200_000, latency: 40, offline: false };

async function slowVisit(): Promise<Visit> {
  const visit = await stage.visit({ before: noteShifts });
  const cdp = await visit.context.newCDPSession(visit.page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', line);
  return visit;
}

/** Opens a page whose script comes when the rest of it has been seen. @returns what moved, until all is there */
async function shiftsOn({ page }: Visit, path: string): Promise<object[]> {
  let arrives = () => {};
  const late = new Promise<void>((resolve) => {
    arrives = resolve;
  });
  await page.route('**/assets/*.js', async (route) => {
    await late;
    await route.continue();
  });
  await page.goto(path, { waitUntil: 'commit' });
  await page.locator('main').waitFor();
  await isPainted(page);
  expect(await page.locator('button[type=button]:visible').count(), path).toBe(0);
  arrives();
  await atRest(page);
  const moved = await shiftsOf(page);
  await page.unroute('**/assets/*.js');
  return moved;
}

/** One of each kind: with a passkey button, with a button at the password, of text alone, and of an error. */
const open = [paths.login, paths.signUp, paths.helpPasskeys, '/nowhere'];

it('for guests, on a page of each kind, and on a phone for whoever is signed in, on the dashboard with and without a passkey, and where that is asked for', async () => {
  const visit = await slowVisit();
  visit.expectReport(/status of 404/);
  const { links } = await oneLinkOfEachKind(stage.app());
  // Pages of other links are made of the same template.
  const withPassword = links.filter(({ kind }) => kind === 'a new password').map(({ path }) => path);
  expect(withPassword).toHaveLength(1);
  for (const path of [...open, ...withPassword])
    expect([path, await shiftsOn(visit, path)]).toEqual([path, []]);

  await visit.page.setViewportSize({ width: 360, height: 740 });
  await signsInUnseen(visit);
  expect(await shiftsOn(visit, paths.dashboard)).toEqual([]);
  await ownsPasskey(visit);
  for (const path of [paths.dashboard, paths.reauth])
    expect([path, await shiftsOn(visit, path)]).toEqual([path, []]);
  await button(visit.page, 'Use a passkey').waitFor();
});
