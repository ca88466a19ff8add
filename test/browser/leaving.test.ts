/** Ending a session from another browser, and leaving for good: what people see, and what their devices are told. */
import { describe, expect, it } from 'vitest';
import { PasskeyApiRefusal } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { confirmWithPassword, proofGrowsOld, soon } from './support/account-steps.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveOwning,
  arriveSignedIn,
  button,
  field,
  isTold,
  seesHeading,
  signsInUnseen,
} from './support/steps.ts';

const android =
  'Mozilla/5.0 (Linux; Android 16; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36';
let serviceIsDown = false;
const stage = useStage({
  wrapTransport: (transport) => ({
    ...transport,
    fetch: (url, init) => {
      // Too busy, so that the circuit stays closed for the tests after.
      if (serviceIsDown) throw new PasskeyApiRefusal(429, null);
      return transport.fetch(url, init);
    },
  }),
});

/** From any page of somebody who is signed in to the end. */
async function leave({ page, person, open }: Visit): Promise<void> {
  await open(paths.deleteAccount);
  await field(page, 'Type your email address to confirm').fill(person.email);
  await field(page, 'Password').fill(person.password);
  await button(page, 'Delete my account').click();
  await seesHeading(page, 'Goodbye');
}

it('without scripts the sessions of somebody are seen, one of them is ended from another browser, and then all others, and who deletes the account is told what to do', async () => {
  const quiet = await stage.visit({ javaScriptEnabled: false });
  const elsewhere = { ...(await stage.visit({ userAgent: android })), person: quiet.person };
  await signsInUnseen(elsewhere);
  await arriveSignedIn(quiet);
  const { page } = quiet;
  await page.getByRole('navigation').getByRole('link', { name: 'Sessions' }).click();
  const phone = page.getByRole('listitem').filter({ hasText: 'Samsung Internet' });
  await button(phone, 'End session').click();
  await isTold(page, 'status', 'Session ended: Samsung Internet for Android on Android.');
  expect(await phone.count()).toBe(0);
  await elsewhere.open(paths.dashboard);
  await seesHeading(elsewhere.page, 'Sign in');

  await signsInUnseen(elsewhere);
  await page.reload();
  await proofGrowsOld(stage.app(), quiet);
  await button(page, 'End all other sessions').click();
  await confirmWithPassword(quiet);
  await isTold(page, 'status', 'Thank you. You can end all other sessions now.');
  await button(page, 'End all other sessions').click();
  await isTold(page, 'status', 'The other session was ended.');
  await elsewhere.open(paths.dashboard);
  await seesHeading(elsewhere.page, 'Sign in');

  await leave(quiet);
  expect(await page.locator('main').innerText()).toContain('delete it there');
  await page.getByRole('link', { name: 'How to remove it' }).click();
  await seesHeading(page, 'About passkeys');
});

describe('deleting one’s account', () => {
  it('removes its passkeys from the password manager, and nobody else’s', async () => {
    const visit = await stage.visit();
    const other = await stage.visit();
    const neighbour = { ...visit, person: other.person };
    const theirs = await ownsPasskey(neighbour);
    const mine = await ownsPasskey(visit);
    expect(await visit.authenticator.passkeys()).toHaveLength(2);
    await signsInUnseen(visit);
    await leave(visit);
    await soon(() => visit.authenticator.deleted).toEqual([mine]);
    const left = await visit.authenticator.passkeys();
    expect(left.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'))).toEqual(
      [theirs],
    );
    await visit.open(paths.goodbye);
    await seesHeading(visit.page, 'Sign in');
  });

  it('tells the password manager also while the passkey service does not answer', async () => {
    const visit = await stage.visit();
    visit.expectReport(/status of 503/);
    const mine = await arriveOwning(visit);
    serviceIsDown = true;
    await leave(visit);
    await soon(() => visit.authenticator.deleted).toEqual([mine]);
    serviceIsDown = false;
  });

  it('does nothing in a browser without passkeys but to say goodbye', async () => {
    const visit = await stage.visit({ before: () => Reflect.deleteProperty(window, 'PublicKeyCredential') });
    await signsInUnseen(visit);
    await leave(visit);
  });
});
