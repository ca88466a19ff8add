/** Leaving for good: what people see, and what their devices are told. */
import { expect, it } from 'vitest';
import { PasskeyApiRefusal } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, field, seesHeading, signsInUnseen } from './support/steps.ts';

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

it('deleting one’s account removes its passkeys from the password manager, and nobody else’s, also while the passkey service does not answer, and the page says what to do where that is not passed on', async () => {
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
  expect(await visit.page.locator('main').innerText()).toContain('delete it there');
  const help = visit.page.getByRole('link', { name: 'How to remove it' });
  expect(await help.getAttribute('href')).toMatch(new RegExp(`^${paths.helpPasskeys}`));
  await soon(() => visit.authenticator.deleted).toEqual([mine]);
  serviceIsDown = false;
  const left = await visit.authenticator.passkeys();
  expect(left.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'))).toEqual([
    theirs,
  ]);
});
