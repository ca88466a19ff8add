import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { send } from '../support/request.ts';
import {
  confirmWithPassword,
  proofGrowsOld,
  sessionCookie,
  sessionsOf,
  storedPasskeys,
} from './support/account-steps.ts';
import { withAutofill } from './support/device.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, isTold, seesHeading, signsInUnseen } from './support/steps.ts';

const stage = useStage();

/** All that a copy of this browser would send. */
async function cookiesOf({ context }: Visit): Promise<string> {
  return (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
}

async function opensDashboardWith(cookies: string): Promise<boolean> {
  const { status } = await send(stage.app(), paths.dashboard, { headers: { Cookie: cookies } });
  return status === 200;
}

/** What is wanted is to delete a passkey; the sign-in is old, and asked about by the time that `confirm` begins. */
async function confirmsInSameSession(
  visit: Visit,
  wanted: string,
  confirm: () => Promise<unknown>,
): Promise<void> {
  await proofGrowsOld(stage.app(), visit);
  const before = {
    cookie: await sessionCookie(visit),
    cookies: await cookiesOf(visit),
    sessions: await sessionsOf(stage.app(), visit),
  };
  expect(await opensDashboardWith(before.cookies)).toBe(true);
  await confirm();
  await seesHeading(visit.page, 'Delete passkey');
  expect(new URL(visit.page.url()).pathname).toBe(wanted);
  const after = await sessionsOf(stage.app(), visit);
  expect(after).toHaveLength(before.sessions.length);
  expect(await sessionCookie(visit)).not.toBe(before.cookie);
  expect(after[0]?.id_hash).not.toBe(before.sessions[0]?.id_hash);
  expect(await opensDashboardWith(before.cookies)).toBe(false);
}

/** Signed in, with a passkey. @returns the page that deletes it */
async function arrive(visit: Visit): Promise<string> {
  const id = await ownsPasskey(visit);
  await signsInUnseen(visit);
  return paths.deletePasskey(id);
}

it('[ASVS 7.5.1] an old sign-in is confirmed with the password, also while a passkey is waited for, and with the passkey button, in the same session under another id, and what was typed is kept', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  const wanted = await arrive(visit);
  await visit.open(wanted);
  const box = page.getByLabel('Also sign out other devices where it was used');
  expect(await box.isChecked()).toBe(true);
  await box.uncheck();
  await visit.authenticator.setPresent(false);
  await confirmsInSameSession(visit, wanted, async () => {
    await button(page, 'Delete').click();
    await button(page, 'Use a passkey').click();
    await isTold(page, 'status', 'Waiting for your passkey…');
    expect(await button(page, 'Use a passkey').getAttribute('aria-disabled')).toBe('true');
    await confirmWithPassword(visit);
  });
  expect(await box.isChecked()).toBe(false);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);

  await visit.authenticator.setPresent(true);
  await confirmsInSameSession(visit, wanted, async () => {
    await visit.open(wanted);
    await button(page, 'Use a passkey').click();
  });
  expect(page.url()).toBe(visit.origin + wanted);
});

it('[ASVS 7.5.1] an old sign-in is confirmed with the passkey that the password field offers, in the same session under another id', async () => {
  const visit = await stage.visit(withAutofill);
  const wanted = await arrive(visit);
  await confirmsInSameSession(visit, wanted, () => visit.open(wanted));
  expect(visit.page.url()).toBe(visit.origin + wanted);
});
