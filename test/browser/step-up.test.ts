/**
 * Proving once more who one is: what it changes, and by keyboard alone where the first tries fail. What is signed with a
 * passkey before it is done is read on the page and signed by one button, and nothing else is done.
 */
import { expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { send } from '../support/request.ts';
import {
  confirmWithPassword,
  ownsMany,
  proofGrowsOld,
  sessionCookie,
  sessionsOf,
  signsInElsewhereWith,
  storedPasskeys,
  userIdOf,
} from './support/account-steps.ts';
import { isAccessible } from './support/axe.ts';
import { intercept, letThrough } from './support/interception.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { ownsPasskey } from './support/owning.ts';
import { browserRefuses, finishIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
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

/** What is wanted is to delete a passkey; the sign-in is old by the time that `confirm` begins. */
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

it('[ASVS 7.5.1] an old sign-in is confirmed with the password, also while a passkey is waited for, and with the passkey button, in the same session under another id; who does not confirm is told why and keeps the focus and the session; what was chosen is kept, and decides where a deletion signs out', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
  const { keyboard } = page;
  visit.expectReport(/status of 4\d\d/);
  const id = await arriveOwning(visit);
  const wanted = paths.deletePasskey(id);
  await confirmsInSameSession(visit, wanted, async () => {
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

    await authenticator.setUserVerified(false);
    await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await page
      .getByRole('status')
      .filter({ hasText: /No passkey was used|blocked/ })
      .waitFor();
    expect(await focused(page)).toBe('Use a passkey');
    await authenticator.setUserVerified(true);
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

    await authenticator.setPresent(false);
    await button(page, 'Use a passkey').click();
    await page.getByText('Waiting for your passkey…').waitFor();
    expect(await button(page, 'Use a passkey').getAttribute('aria-disabled')).toBe('true');
    await confirmWithPassword(visit);
  });
  const box = page.getByLabel('Also sign out other devices where it was used');
  expect(await box.isChecked()).toBe(true);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);

  await tabTo(page, 'end_sessions');
  await keyboard.press('Space');
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Delete');
  await authenticator.setPresent(true);
  await confirmsInSameSession(visit, wanted, async () => {
    await keyboard.press('Enter');
    await button(page, 'Use a passkey').click();
  });
  expect(await box.isChecked()).toBe(false);
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);

  const isStillIn = await signsInElsewhereWith(stage.app(), visit, id);
  await tabTo(page, 'Delete');
  await keyboard.press('Enter');
  await page.getByText('Passkey deleted.').waitFor();
  expect(await storedPasskeys(stage.app(), visit)).toEqual([]);
  expect(await isStillIn(), 'where it was used to sign in').toBe(true);
});

const remove = 'Remove password with a passkey';

const db = () => stage.app().database.db;
const hasPassword = async (visit: Visit) =>
  (
    await db()('users')
      .where({ id: await userIdOf(stage.app(), visit) })
      .first('password_hash')
  ).password_hash !== null;

it('the password goes with one press, after the page has said in words what is signed, which it does not without its script; whoever closes the dialog, or has changed something since the page was shown, has done nothing', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/ERR_FAILED|status of 409/);
  // With two passkeys, of which one is at hand.
  await ownsPasskey(visit);
  await signsInUnseen(visit);
  await ownsMany(stage.app(), visit, 2);
  await intercept(page, '/assets/*.js', (route) => route.abort());
  await visit.open(paths.removePassword);
  expect(await page.locator('dl:visible').count()).toBe(0);
  expect(await button(page, remove).count()).toBe(0);
  await letThrough(page);
  await visit.open(paths.removePassword);
  await button(page, remove).waitFor();
  const said = await page.locator('dl').innerText();
  for (const words of ['Remove the password', visit.person.email, 'Passkeys']) expect(said).toContain(words);

  await browserRefuses(page, 'get', 'NotAllowedError', 400, 1);
  await button(page, remove).click();
  await isTold(page, 'status', failed('No passkey was used. Try again, or use your password.'));
  await atRest(page);
  const user = db()('users').where({ id: await userIdOf(stage.app(), visit) });
  await user.clone().update({ second_factor_at: new Date().toISOString() });
  await button(page, remove).click();
  await isTold(page, 'alert', 'Something has changed since this page was shown. Reload the page.');
  await seesNoTechnicalWords(page);
  expect(await hasPassword(visit)).toBe(true);
  await user.clone().update({ second_factor_at: null });

  await button(page, remove).click();
  await page.getByText('Your password was removed.').waitFor();
  expect(await hasPassword(visit)).toBe(false);
  const [kept] = await db()('signed_acts').where({ user_id: await userIdOf(stage.app(), visit) });
  expect(JSON.parse(kept.data)).toMatchObject({ act: 'remove_password', email: visit.person.email });

  await visit.open(paths.deleteAccount);
  await button(page, 'Delete my account with a passkey').waitFor();
  await isAccessible(page, 'deleting an account that has passkeys alone');
});
