/** The walk through the second step: turning it on, signing in with it, and what else there is to see of it. */
import { hashOfCode } from '../../../src/accounts/recovery-codes.ts';
import { paths } from '../../../src/paths.ts';
import { proofGrowsOld } from './account-steps.ts';
import type { Walk } from './pictures.ts';
import { browserRefuses } from './refusals.ts';
import { arriveSignedIn, button, createPasskey, field, fillSignIn, seesHeading } from './steps.ts';

export async function secondFactor(
  { app, visit, take }: Walk,
  serviceIs: (state: 'up' | 'down') => void,
): Promise<void> {
  const { page, open, context } = visit;
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await arriveSignedIn(visit);
  await open(paths.secondFactor);
  await take('two-factor-without-passkey');
  await open(paths.dashboard);
  await createPasskey(visit);
  await open(paths.secondFactor);
  await take('two-factor-off');
  await button(page, 'Turn on').click();
  await seesHeading(page, 'Confirm it’s you');
  await button(page, 'Use a passkey').waitFor();
  await take('reauth-by-passkey');
  await button(page, 'Use a passkey').click();
  await page.getByText('Now press “Turn on”.').waitFor();
  await take('two-factor-proven');
  await button(page, 'Turn on').click();
  await seesHeading(page, 'Your recovery codes');
  await take('recovery-codes-new');
  await button(page, 'Copy').click();
  await page.getByText('Copied.').waitFor();
  await take('recovery-codes-copied');
  const [code = '', lastCode = ''] = await page.locator('code').allTextContents();
  await page.getByText('I have saved them').click();
  await take('two-factor-on');
  await open(paths.recoveryCodes);
  await take('recovery-codes');
  await open(paths.security);
  await take('security-two-factor');
  await open(paths.turnOffSecondFactor);
  await take('two-factor-turn-off');
  await proofGrowsOld(app, visit);
  await open(paths.recoveryCodes);
  await button(page, 'Use a passkey').waitFor();
  await take('reauth-two-factor');
  await button(page, 'Confirm').click();
  await page.getByRole('alert').waitFor();
  await take('reauth-two-factor-problem');
  await button(page, 'Sign out').click();
  await fillSignIn(visit);
  await button(page, 'Use a passkey').waitFor();
  await take('verify');
  await browserRefuses(page, 'get', 'NotAllowedError', 400);
  await button(page, 'Use a passkey').click();
  await page.getByText('No passkey was used.').waitFor();
  await take('verify-refused');
  await page.getByText('Use a recovery code', { exact: true }).click();
  await field(page, 'Recovery code').waitFor();
  await take('verify-code');
  await field(page, 'Recovery code').fill('0000-1111-2222-3333-4444-5555-66');
  await button(page, 'Sign in').click();
  await page.getByRole('alert').waitFor();
  await take('verify-code-wrong');
  await field(page, 'Recovery code').fill('0000-1111');
  await button(page, 'Sign in').click();
  await page.getByText('That is not a whole recovery code').waitFor();
  await take('verify-code-malformed');
  await button(page, 'Start again').click();
  await usesLastCode(lastCode);
  await fillSignIn(visit);
  await seesHeading(page, 'One more step');
  serviceIs('down');
  await open(paths.verifySignIn);
  await take('verify-unavailable');
  await field(page, 'Recovery code').fill(code);
  await button(page, 'Sign in').click();
  await seesHeading(page, 'Dashboard');
  await take('code-used');
  await open(paths.secondFactor);
  await take('two-factor-unavailable');
  serviceIs('up');
  await open(paths.dashboard);
  await button(page, 'Sign out').click();
  await open(`${paths.login}?sign_in=ended`);
  await take('login-ended');

  /** All other codes are away while this one is used; then they are back. */
  async function usesLastCode(lastCode: string): Promise<void> {
    const codes = () => app.database.db('recovery_codes');
    const { set_id } = await codes().first('set_id');
    const code_hash = hashOfCode(lastCode);
    await codes().whereNot({ code_hash }).update({ set_id: 'away' });
    await fillSignIn(visit);
    await page.getByText('Use a recovery code', { exact: true }).click();
    await field(page, 'Recovery code').fill(lastCode);
    await button(page, 'Sign in').click();
    await seesHeading(page, 'Recovery codes');
    await take('recovery-codes-last');
    await button(page, 'Sign out').click();
    await fillSignIn(visit);
    await button(page, 'Use a passkey').waitFor();
    await take('verify-no-codes');
    await open(`${paths.verifySignIn}?with=code`);
    await take('verify-no-codes-elsewhere');
    await button(page, 'Start again').click();
    await codes().update({ set_id });
  }
}
