/** Password managers learn that an account has another email address, by what the authenticator itself reports. */
import { it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage } from './support/stage.ts';
import { button, field, seesHeading, signsInUnseen } from './support/steps.ts';

const stage = useStage({ mailed: true });

it('an address that was changed is the name under which the passkey is offered', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
  const email = 'shelley@example.org';
  await ownsPasskey(visit);
  await signsInUnseen(visit);
  await visit.open(paths.email);
  await field(page, 'New email').fill(email);
  await button(page, 'Send the link').click();
  await seesHeading(page, 'Security');
  await visit.open(await stage.mailed().newestLink(email));
  await button(page, 'Confirm').click();
  await seesHeading(page, 'Security');
  await soon(() => authenticator.updated.at(-1)).toEqual({ userName: email, userDisplayName: email });
});
