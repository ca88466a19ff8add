import { describe, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  arriveWithPasskey,
  button,
  passkeyList,
  seesHeading,
  signInWithPasskey,
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

describe('deleting a passkey', () => {
  it('signs out where it was used to sign in, and nowhere else', async () => {
    const { here, there } = await atTwoComputers();
    const third = { ...(await stage.visit()), person: here.person };
    await arriveSignedIn(third);
    await deletesIt(there, true);
    await here.open(paths.dashboard);
    await seesHeading(here.page, 'Sign in');
    for (const { open, page } of [there, third]) {
      await open(paths.dashboard);
      await seesHeading(page, 'Dashboard');
    }
  });

  it('leaves everybody signed in who is, when that was asked for', async () => {
    const { here, there } = await atTwoComputers();
    await deletesIt(there, false);
    await here.open(paths.dashboard);
    await seesHeading(here.page, 'Dashboard');
  });

  it('does not sign out whoever deletes the one they have just used', async () => {
    const { here } = await atTwoComputers();
    await deletesIt(here, true);
    await here.open(paths.dashboard);
    await seesHeading(here.page, 'Dashboard');
  });
});
