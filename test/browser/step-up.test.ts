import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { send } from '../support/request.ts';
import {
  confirmWithPassword,
  proofGrowsOld,
  sessionCookie,
  sessionsOf,
  soon,
  storedPasskeys,
} from './support/account-steps.ts';
import { answersUpgrades } from './support/creations.ts';
import { withAutofill } from './support/device.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit, type VisitOptions } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  field,
  isTold,
  passkeyList,
  seesHeading,
  signInWithPasskey,
  signOut,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();

/** Before the question who they are. @returns what is wanted: to delete a passkey */
async function arrive(options: VisitOptions) {
  const visit = await stage.visit(options);
  const id = await ownsPasskey(visit);
  await signsInUnseen(visit);
  await proofGrowsOld(stage.app(), visit);
  return { visit, wanted: paths.deletePasskey(id) };
}

/** All that a copy of this browser would send. */
async function cookiesOf({ context }: Visit): Promise<string> {
  return (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
}

async function opensDashboardWith(cookies: string): Promise<boolean> {
  const { status } = await send(stage.app(), paths.dashboard, { headers: { Cookie: cookies } });
  return status === 200;
}

describe('an old sign-in is confirmed', () => {
  const ways: [string, VisitOptions, (visit: Visit) => Promise<unknown>][] = [
    ['with the password, also while a passkey is waited for', {}, confirmsWhileWaiting],
    ['with the passkey button', {}, ({ page }) => button(page, 'Use a passkey').click()],
    ['with the passkey that the password field offers', withAutofill, async () => {}],
  ];
  it.each(ways)('[ASVS 7.5.1] %s, in the same session under another id', async (_, options, confirm) => {
    const { visit, wanted } = await arrive(options);
    const before = {
      cookie: await sessionCookie(visit),
      cookies: await cookiesOf(visit),
      sessions: await sessionsOf(stage.app(), visit),
    };
    expect(await opensDashboardWith(before.cookies)).toBe(true);
    await visit.open(wanted);
    await confirm(visit);
    await seesHeading(visit.page, 'Delete passkey');
    expect(visit.page.url()).toBe(visit.origin + wanted);
    const after = await sessionsOf(stage.app(), visit);
    expect(after).toHaveLength(before.sessions.length);
    expect(await sessionCookie(visit)).not.toBe(before.cookie);
    expect(after[0]?.id_hash).not.toBe(before.sessions[0]?.id_hash);
    expect(await opensDashboardWith(before.cookies)).toBe(false);
  });

  async function confirmsWhileWaiting(visit: Visit): Promise<void> {
    await visit.authenticator.setPresent(false);
    await button(visit.page, 'Use a passkey').click();
    await isTold(visit.page, 'status', 'Waiting for your passkey…');
    expect(await button(visit.page, 'Use a passkey').getAttribute('aria-disabled')).toBe('true');
    await confirmWithPassword(visit);
  }
});

it('keeps what was typed: a box that is not ticked stays so', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  const id = await ownsPasskey(visit);
  await signsInUnseen(visit);
  await visit.open(paths.deletePasskey(id));
  const box = page.getByLabel('Also sign out other devices where it was used');
  expect(await box.isChecked()).toBe(true);
  await box.uncheck();
  await proofGrowsOld(stage.app(), visit);
  await button(page, 'Delete').click();
  await confirmWithPassword(visit);
  await seesHeading(page, 'Delete passkey');
  expect(await box.isChecked()).toBe(false);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  await button(page, 'Delete').click();
  await page.getByText('Passkey deleted.').waitFor();
  expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
});

it('asks whoever has no passkey for the password alone', async () => {
  const visit = await stage.visit();
  await signsInUnseen(visit);
  await visit.open(paths.reauth);
  await field(visit.page, 'Password').waitFor();
  await button(visit.page, 'Show password').waitFor();
  expect(await button(visit.page, 'Use a passkey').count()).toBe(0);
});

it('takes a passkey that came by itself for no proof until the password was given beside it', async () => {
  const visit = await stage.visit({ capabilities: { conditionalGet: false, conditionalCreate: true } });
  const { page, authenticator } = visit;
  visit.expectReport(/status of 403/);
  await answersUpgrades(visit, 'real');
  await arriveSignedIn(visit);
  await page.getByText('A passkey was saved to your password manager.').waitFor();
  await signOut(visit);
  await signInWithPasskey(visit);
  await button(page, 'Create a passkey').click();
  await seesHeading(page, 'Confirm it’s you');
  expect(await button(page, 'Use a passkey').count()).toBe(0);
  await confirmWithPassword(visit);
  await seesHeading(page, 'Dashboard');
  await proofGrowsOld(stage.app(), visit);
  await button(passkeyList(page), 'Delete').click();
  await button(page, 'Use a passkey').click();
  await seesHeading(page, 'Delete passkey');
  await soon(() => authenticator.passkeys()).toHaveLength(1);
});
