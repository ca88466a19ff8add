import { it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { fits, longEmail } from './support/layout.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage } from './support/stage.ts';
import { arriveSignedIn, button, field, passkeyList, seesHeading } from './support/steps.ts';

const stage = useStage();

it('never scrolls sideways or cuts anything off, with a long address and a long name', async () => {
  const visit = await stage.visit({ email: longEmail });
  const { page } = visit;
  visit.expectReport(/status of (404|422)/);
  await visit.open(paths.login);
  await field(page, 'Email').fill(longEmail);
  await button(page, 'Sign in').click();
  await page.getByText('Enter your password.').waitFor();
  await fits(page, 'sign-in page');
  await arriveSignedIn(visit);
  await fits(page, 'dashboard without passkeys');
  await visit.open(paths.renamePasskey(await ownsPasskey(visit)));
  await field(page, 'Name').fill('W'.repeat(64));
  await fits(page, 'rename');
  await button(page, 'Save').click();
  await seesHeading(page, 'Dashboard');
  await fits(page, 'dashboard');
  await button(passkeyList(page), 'Delete').click();
  await seesHeading(page, 'Delete passkey');
  await fits(page, 'delete');
  await visit.open('/nowhere');
  await fits(page, 'error');
  await visit.open(paths.lostPasskey);
  await fits(page, 'lost passkey');
  await visit.open(paths.helpPasskeys);
  await fits(page, 'about passkeys');
});
