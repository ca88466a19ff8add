/** What deleting a passkey does elsewhere, by the tick of its form; test/application/passkey-management-sessions.test.ts has every other case. */
import { it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  arriveWithPasskey,
  button,
  passkeyList,
  seesHeading,
  signInWithPasskey,
  signOut,
} from './support/steps.ts';

const stage = useStage();

/** The same person at two computers: here the passkey was used to sign in, there the password. */
async function atTwoComputers(): Promise<{ here: Visit; there: Visit }> {
  const here = await stage.visit();
  await arriveWithPasskey(here);
  await signInWithPasskey(here);
  const there = { ...(await stage.visit()), person: here.person };
  await arriveSignedIn(there);
  return { here, there };
}

async function deletesIt({ page, open }: Visit, endSessions: boolean): Promise<void> {
  await open(paths.dashboard);
  await button(passkeyList(page), 'Delete').click();
  await page.getByLabel('Also sign out other devices where it was used').setChecked(endSessions);
  await button(page, 'Delete').click();
  await page.getByText('Passkey deleted.').waitFor();
}

it('deleting a passkey signs out where it was used to sign in and nowhere else, or nobody where that was asked for', async () => {
  const { here, there } = await atTwoComputers();
  await deletesIt(there, false);
  await here.open(paths.dashboard);
  await seesHeading(here.page, 'Dashboard');

  await ownsPasskey(here);
  await signOut(here);
  await signInWithPasskey(here);
  await deletesIt(there, true);
  await here.open(paths.dashboard);
  await seesHeading(here.page, 'Sign in');
  await there.open(paths.dashboard);
  await seesHeading(there.page, 'Dashboard');
});
