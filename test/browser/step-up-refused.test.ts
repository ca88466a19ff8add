import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  confirmWithPassword,
  proofGrowsOld,
  sessionCookie,
  storedPasskeys,
} from './support/account-steps.ts';
import { letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import { browserRefuses, finishIsRefused } from './support/refusals.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  button,
  field,
  isTold,
  passkeyList,
  seesHeading,
  seesNoTechnicalWords,
  signsInUnseen,
} from './support/steps.ts';

const stage = useStage();

/** Asked who they are, on the way to delete a passkey. */
async function arrive(): Promise<Visit> {
  const visit = await stage.visit();
  const id = await ownsPasskey(visit);
  await signsInUnseen(visit);
  await proofGrowsOld(stage.app(), visit);
  await visit.open(paths.deletePasskey(id));
  await seesHeading(visit.page, 'Confirm it’s you');
  return visit;
}

it('who does not confirm is told why, keeps the session as it is, may cancel, and may try again with the password', async () => {
  const visit = await arrive();
  const { page } = visit;
  visit.expectReport(/status of [45]\d\d/);
  const link = 'Lost your passkey?';
  const cookie = await sessionCookie(visit);
  await visit.authenticator.setUserVerified(false);
  await button(page, 'Use a passkey').click();
  await page
    .getByRole('status')
    .filter({ hasText: /No passkey was used|blocked/ })
    .waitFor();
  await visit.authenticator.setUserVerified(true);
  const rows = [
    [403, 'wrong_account', `That passkey belongs to another account. ${link}`],
    [500, 'internal_error', `Something went wrong. Try again, or use your password. ${link}`],
  ] as const;
  for (const [status, code, text] of rows) {
    await finishIsRefused(page, paths.passkeyReauth, { status, code });
    await button(page, 'Use a passkey').click();
    await isTold(page, 'alert', text);
    await seesNoTechnicalWords(page);
  }
  await letThrough(page);
  await browserRefuses(page, 'get', 'NotAllowedError', 400);
  await button(page, 'Use a passkey').click();
  await isTold(page, 'status', `No passkey was used. Try again, or use your password. ${link}`);

  await confirmWithPassword(visit, 'wrong password');
  await page.getByRole('alert').filter({ hasText: 'The password is wrong.' }).waitFor();
  expect(await page.title()).toContain('Could not confirm');
  const input = field(page, 'Password');
  expect(await input.inputValue()).toBe('');
  await page.locator('#password:focus').waitFor();
  expect(await page.locator(`#${await input.getAttribute('aria-describedby')}`).innerText()).toBe(
    'The password is wrong.',
  );
  expect(await sessionCookie(visit)).toBe(cookie);

  await page.getByRole('link', { name: 'Cancel' }).click();
  await seesHeading(page, 'Dashboard');
  expect(await storedPasskeys(stage.app(), visit)).toHaveLength(1);
  await button(passkeyList(page), 'Delete').click();
  await confirmWithPassword(visit);
  await seesHeading(page, 'Delete passkey');
});
