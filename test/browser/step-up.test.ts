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
import { useStage, type Visit, type VisitOptions } from './support/stage.ts';
import {
  arriveOwning,
  arriveSignedIn,
  button,
  field,
  isTold,
  passkeyList,
  seesHeading,
  signIn,
  signInWithPasskey,
  signOut,
} from './support/steps.ts';

const stage = useStage();

/** Before the question who they are, on the way to delete a passkey. */
async function arrive(options: VisitOptions = {}): Promise<Visit> {
  const visit = await stage.visit(options);
  await arriveOwning(visit);
  await proofGrowsOld(stage.app(), visit);
  return visit;
}

/** All that a copy of this browser would send. */
async function cookiesOf({ context }: Visit): Promise<string> {
  return (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
}

async function opensDashboardWith(cookies: string): Promise<boolean> {
  const { status } = await send(stage.app(), paths.dashboard, { headers: { Cookie: cookies } });
  return status === 200;
}

async function wantsToDelete({ page }: Visit): Promise<void> {
  await button(passkeyList(page), 'Delete').click();
}

describe('an old sign-in is confirmed', () => {
  const ways: [string, VisitOptions, (visit: Visit) => Promise<unknown>][] = [
    ['with the password', {}, confirmWithPassword],
    ['with the passkey button', {}, ({ page }) => button(page, 'Use a passkey').click()],
    ['with the passkey that the password field offers', withAutofill, async () => {}],
  ];
  it.each(ways)('[ASVS 7.5.1] %s, in the same session under another id', async (_, options, confirm) => {
    const visit = await arrive(options);
    const before = {
      cookie: await sessionCookie(visit),
      cookies: await cookiesOf(visit),
      sessions: await sessionsOf(stage.app(), visit),
    };
    expect(await opensDashboardWith(before.cookies)).toBe(true);
    await wantsToDelete(visit);
    await confirm(visit);
    await seesHeading(visit.page, 'Delete passkey');
    const [id] = await storedPasskeys(stage.app(), visit);
    expect(visit.page.url()).toBe(visit.origin + paths.deletePasskey(id ?? ''));
    const after = await sessionsOf(stage.app(), visit);
    expect(after).toHaveLength(before.sessions.length);
    expect(await sessionCookie(visit)).not.toBe(before.cookie);
    expect(after[0]?.id_hash).not.toBe(before.sessions[0]?.id_hash);
    expect(await opensDashboardWith(before.cookies)).toBe(false);
  });

  it('and the page says in the meantime that it waits', async () => {
    const visit = await arrive();
    await visit.authenticator.setPresent(false);
    await wantsToDelete(visit);
    await button(visit.page, 'Use a passkey').click();
    await isTold(visit.page, 'status', 'Waiting for your passkey…');
    expect(await button(visit.page, 'Use a passkey').getAttribute('aria-disabled')).toBe('true');
    await confirmWithPassword(visit);
    await seesHeading(visit.page, 'Delete passkey');
  });
});

it('keeps what was typed: a box that is not ticked stays so', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  await arriveOwning(visit);
  await wantsToDelete(visit);
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
  await arriveSignedIn(visit);
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
  await signIn(visit);
  await page.getByText('A passkey was saved to your password manager.').waitFor();
  await signOut(visit);
  await signInWithPasskey(visit);
  await button(page, 'Create a passkey').click();
  await seesHeading(page, 'Confirm it’s you');
  expect(await button(page, 'Use a passkey').count()).toBe(0);
  await confirmWithPassword(visit);
  await seesHeading(page, 'Dashboard');
  await proofGrowsOld(stage.app(), visit);
  await wantsToDelete(visit);
  await button(page, 'Use a passkey').click();
  await seesHeading(page, 'Delete passkey');
  await soon(() => authenticator.passkeys()).toHaveLength(1);
});
