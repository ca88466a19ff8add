/** Proving once more who one is: what it changes, and by keyboard alone where the first tries fail. */
import { expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { send } from '../support/request.ts';
import {
  confirmWithPassword,
  proofGrowsOld,
  sessionCookie,
  sessionsOf,
  storedPasskeys,
} from './support/account-steps.ts';
import { letThrough } from './support/interception.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { ownsPasskey } from './support/owning.ts';
import { browserRefuses, finishIsRefused } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  button,
  failed,
  field,
  isTold,
  seesHeading,
  seesNoTechnicalWords,
  signsInUnseen,
} from './support/steps.ts';

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

it('who does not confirm is told why, keeps the focus and the session as it is, may cancel, and may try again with the password, change a box and delete', async () => {
  const visit = await stage.visit();
  const { page, person } = visit;
  const { keyboard } = page;
  visit.expectReport(/status of 4\d\d/);
  await arriveOwning(visit);
  await proofGrowsOld(stage.app(), visit);
  await tabTo(page, 'Delete');
  await keyboard.press('Enter');
  await seesHeading(page, 'Confirm it’s you');
  await button(page, 'Use a passkey').waitFor();
  const cookie = await sessionCookie(visit);
  const sections = ['Dashboard', 'Security', 'Sessions', 'Activity', 'Your data'];
  const form = ['password', 'Show password', 'Confirm', 'Use a passkey', 'Cancel'];
  const order = [brand.name, 'Sign out', ...sections, ...form];
  for (const control of order) {
    await keyboard.press('Tab');
    expect(await focused(page)).toBe(control);
  }
  expect(await page.locator(':focus').getAttribute('href')).toBe(paths.dashboard);

  await visit.authenticator.setUserVerified(false);
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await page
    .getByRole('status')
    .filter({ hasText: /No passkey was used|blocked/ })
    .waitFor();
  expect(await focused(page)).toBe('Use a passkey');
  await visit.authenticator.setUserVerified(true);
  await finishIsRefused(page, paths.passkeyReauth, { status: 403, code: 'wrong_account' });
  await keyboard.press('Enter');
  await isTold(page, 'alert', failed('That passkey belongs to another account.'));
  await seesNoTechnicalWords(page);
  await letThrough(page);
  await browserRefuses(page, 'get', 'NotAllowedError', 400);
  await keyboard.press('Enter');
  await isTold(page, 'status', failed('No passkey was used. Try again, or use your password.'));
  expect(await focused(page)).toBe('Use a passkey');
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Lost your passkey?');

  await tabTo(page, 'password', 'Shift+Tab');
  await keyboard.type('wrong password');
  await keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'The password is wrong.' }).waitFor();
  expect(await focusedAtFirst(page)).toBe('password');
  expect(await page.title()).toContain('Could not confirm');
  const input = field(page, 'Password');
  expect(await input.inputValue()).toBe('');
  expect(await page.locator(`#${await input.getAttribute('aria-describedby')}`).innerText()).toBe(
    'The password is wrong.',
  );
  expect(await sessionCookie(visit)).toBe(cookie);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);

  await keyboard.type(person.password);
  await keyboard.press('Enter');
  await seesHeading(page, 'Delete passkey');
  await tabTo(page, 'end_sessions');
  await keyboard.press('Space');
  expect(await page.getByLabel('Also sign out other devices').isChecked()).toBe(false);
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Delete');
  await keyboard.press('Enter');
  await page.getByText('Passkey deleted.').waitFor();
  expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
});
