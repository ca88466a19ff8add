/** What is signed with a passkey before it is done: read on the page, signed by one button, and nothing else is done. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ownsMany, userIdOf } from './support/account-steps.ts';
import { isAccessible } from './support/axe.ts';
import { intercept, letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import { browserRefuses } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, failed, isTold, seesNoTechnicalWords, signsInUnseen } from './support/steps.ts';

const stage = useStage();
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
