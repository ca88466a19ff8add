/** Ending sessions from another browser, and leaving for good: what people see, and what their devices are told. */
import { expect, it } from 'vitest';
import { PasskeyApiRefusal } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { cookiesOf, formType, send } from '../support/request.ts';
import { soon } from './support/account-steps.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, field, isTold, seesHeading, signsInUnseen } from './support/steps.ts';

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

/** This person signs in with a browser of this name. @returns whether it is signed in */
async function signsInElsewhere({ person }: Visit, userAgent: string): Promise<() => Promise<boolean>> {
  const headers = { ...formType, 'User-Agent': userAgent };
  const body = new URLSearchParams(person).toString();
  const Cookie = cookiesOf(await send(stage.app(), paths.login, { method: 'POST', headers, body }));
  return async () =>
    (await send(stage.app(), paths.dashboard, { headers: { Cookie, 'User-Agent': userAgent } })).status ===
    200;
}

it('without scripts the sessions of somebody are seen, one of them is ended from another browser, and then all others, and who deletes the account is told what to do', async () => {
  const visit = await stage.visit({ javaScriptEnabled: false });
  const { page } = visit;
  const onPhone = await signsInElsewhere(visit, android);
  const onLaptop = await signsInElsewhere(visit, 'curl/8.5.0');
  await signsInUnseen(visit);
  expect([await onPhone(), await onLaptop()]).toEqual([true, true]);
  await visit.open(paths.sessions);
  const phone = page.getByRole('listitem').filter({ hasText: 'Samsung Internet' });
  await button(phone, 'End session').click();
  await isTold(page, 'status', 'Session ended: Samsung Internet for Android on Android.');
  expect(await phone.count()).toBe(0);
  expect([await onPhone(), await onLaptop()]).toEqual([false, true]);
  await button(page, 'End all other sessions').click();
  await isTold(page, 'status', 'The other session was ended.');
  expect(await onLaptop()).toBe(false);

  await leave(visit);
  expect(await page.locator('main').innerText()).toContain('delete it there');
  const help = page.getByRole('link', { name: 'How to remove it' });
  expect(await help.getAttribute('href')).toMatch(new RegExp(`^${paths.helpPasskeys}`));
});

it('deleting one’s account removes its passkeys from the password manager, and nobody else’s, also while the passkey service does not answer', async () => {
  const visit = await stage.visit();
  visit.expectReport(/status of 503/);
  const neighbour = {
    ...visit,
    person: { email: 'neighbour@example.com', password: 'next-door-since-1843' },
  };
  await stage.app().createAccount(neighbour.person.email, neighbour.person.password);
  const theirs = await ownsPasskey(neighbour);
  const mine = await ownsPasskey(visit);
  expect(await visit.authenticator.passkeys()).toHaveLength(2);
  await signsInUnseen(visit);
  serviceIsDown = true;
  await leave(visit);
  await soon(() => visit.authenticator.deleted).toEqual([mine]);
  serviceIsDown = false;
  const left = await visit.authenticator.passkeys();
  expect(left.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'))).toEqual([
    theirs,
  ]);
});
