/** What password managers are told, by what the authenticator itself reports that it did. */
import { afterEach, expect, it } from 'vitest';
import { PasskeyApiRefusal, PasskeyServiceFault } from '../../src/passkeys/hanko/service-errors.ts';
import { paths } from '../../src/paths.ts';
import {
  deletedElsewhere,
  ownsMany,
  signalsAreOver,
  signsInElsewhereWith,
  soon,
  userIdOf,
} from './support/account-steps.ts';
import { happened, watchDevice, watchSent, withAutofill } from './support/device.ts';
import { letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import { finishIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  button,
  failed,
  field,
  isTold,
  seesHeading,
  seesNoTechnicalWords,
  signsInUnseen,
} from './support/steps.ts';

/** The part of an address of the service that it does not answer. */
let unreadable: string | undefined;
/** Too busy, so that the circuit stays closed for the tests after. */
let serviceIsBusy = false;
const stage = useStage({
  wrapTransport: (transport) => ({
    ...transport,
    fetch: (url, init) => {
      if (serviceIsBusy) throw new PasskeyApiRefusal(429, null);
      if (unreadable && String(url).includes(unreadable)) throw new PasskeyServiceFault('network');
      return transport.fetch(url, init);
    },
  }),
});

afterEach(() => {
  unreadable = undefined;
  serviceIsBusy = false;
});

const db = () => stage.app().database.db;

/** Every page of somebody who is signed in tells what the dashboard does; this one lists no passkeys. */
async function opensAnyPage({ page, open }: Visit): Promise<void> {
  await open(paths.data);
  await signalsAreOver(page);
}

async function isAsItWas({ authenticator }: Visit): Promise<void> {
  expect(await authenticator.passkeys()).toHaveLength(1);
  expect(authenticator.deleted).toEqual([]);
}

it('tells the password manager the new email address on the next page, and to forget a passkey that is deleted, which signs out where it was used to sign in', async () => {
  const visit = await stage.visit();
  const id = await ownsPasskey(visit);
  await signsInUnseen(visit);
  const email = `new.${visit.person.email}`;
  await db()('users')
    .where({ id: await userIdOf(stage.app(), visit) })
    .update({ email });
  await visit.open(paths.deletePasskey(id));
  await soon(() => visit.authenticator.updated.at(-1)).toEqual({
    userName: email,
    userDisplayName: email,
  });
  await isAsItWas(visit);
  const isStillIn = await signsInElsewhereWith(
    stage.app(),
    { ...visit, person: { ...visit.person, email } },
    id,
  );
  await button(visit.page, 'Delete').click();
  await visit.page.getByText('Passkey deleted.').waitFor();
  expect(await isStillIn()).toBe(false);
  await soon(() => visit.authenticator.deleted).toEqual([id]);
  expect(await visit.authenticator.passkeys()).toEqual([]);
});

it('a passkey that is deleted on another computer goes from this one’s at the next sign-in, and nothing is deleted for somebody else who signs in on the same computer, while the passkey service does not answer, nor while the second page of the list cannot be read', async () => {
  const visit = await stage.visit();
  visit.expectReport(/status of 503/);
  const other = { email: 'other@example.com', password: 'on-the-same-computer' };
  await stage.app().createAccount(other.email, other.password);
  const id = await ownsPasskey(visit);
  await ownsMany(stage.app(), visit, 130);
  await deletedElsewhere(stage.app(), id);
  await signsInUnseen({ ...visit, person: other });
  await opensAnyPage(visit);
  await isAsItWas(visit);
  await signsInUnseen(visit);
  for (const part of ['/credentials', '&page=2&']) {
    unreadable = part;
    const [answer] = await Promise.all([
      visit.page.waitForResponse(`**${paths.passkeySignals}`),
      opensAnyPage(visit),
    ]);
    expect(answer.status(), part).toBe(503);
    await isAsItWas(visit);
  }
  unreadable = undefined;
  await opensAnyPage(visit);
  await soon(() => visit.authenticator.deleted, 'once it can be read').toEqual([id]);
});

const removed = failed('This passkey was removed from your account. Use another way to sign in.');

/** Signed out, with a passkey in the device that another device has deleted from the account. */
async function keepsRemovedPasskey(visit: Visit): Promise<string> {
  const id = await ownsPasskey(visit);
  await signsInUnseen(visit);
  const deleted = await visit.context.request.post(paths.deletePasskey(id), { form: {}, maxRedirects: 0 });
  expect(deleted.status()).toBe(303);
  await visit.context.clearCookies();
  expect(await visit.authenticator.passkeys()).toHaveLength(1);
  return id;
}

/** The password manager itself says that it has let go of it. */
async function isForgotten({ authenticator }: Visit, id: string): Promise<void> {
  await expect.poll(() => authenticator.deleted).toEqual([id]);
  expect(await authenticator.passkeys()).toEqual([]);
}

it('a passkey stays in the password manager after every other refusal; one that was removed is explained after the button, and leaves the password manager where the browser passes that on', async () => {
  const visit = await stage.visit();
  const { page, authenticator } = visit;
  visit.expectReport(/status of [45]\d\d/);
  const id = await keepsRemovedPasskey(visit);
  await visit.open(paths.login);
  const pressed = button(page, 'Sign in with a passkey');
  const refusals = [
    [401, 'not_verified', 'That passkey could not be verified. Use your password instead.'],
    [404, 'not_found', 'Something went wrong. Try again, or use your password.'],
    [
      503,
      'passkey_service_unavailable',
      'Passkeys are not available right now. Try again, or use your password.',
    ],
  ] as const;
  for (const [status, code, text] of refusals) {
    await finishIsRefused(page, paths.passkeyLogin, { status, code });
    await pressed.click();
    await isTold(page, 'alert', failed(text));
    await seesNoTechnicalWords(page);
  }
  await letThrough(page);
  const signal = await page.evaluateHandle(() => {
    const { signalUnknownCredential } = PublicKeyCredential as unknown as Record<string, unknown>;
    Reflect.deleteProperty(PublicKeyCredential, 'signalUnknownCredential');
    return signalUnknownCredential;
  });
  await pressed.click();
  await isTold(page, 'alert', removed);
  await seesNoTechnicalWords(page);
  expect([authenticator.deleted, (await authenticator.passkeys()).length]).toEqual([[], 1]);

  await signal.evaluate((signalUnknownCredential) =>
    Object.assign(PublicKeyCredential, { signalUnknownCredential }),
  );
  await pressed.click();
  await isForgotten(visit, id);
  await isTold(page, 'alert', removed);
});

it('a passkey that was removed is explained after the field, and leaves the password manager', async () => {
  const visit = await stage.visit(withAutofill);
  const { page } = visit;
  visit.expectReport(/status of 404/);
  const id = await keepsRemovedPasskey(visit);
  await watchDevice(visit);
  const sent = watchSent(page);
  await visit.open(paths.login);
  await isTold(page, 'alert', removed);
  await isForgotten(visit, id);
  // The field offers passkeys again; that there is none takes away no word.
  await expect.poll(async () => (await happened(page)).at(-1)).toBe('conditional: NotAllowedError');
  await atRest(page);
  await isTold(page, 'alert', removed);
  expect(sent.finishes).toBe(1);
  const lost = page.getByRole('link', { name: 'Lost your passkey?' });
  expect(await lost.getAttribute('href')).toBe(paths.lostPasskey);
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
  serviceIsBusy = true;
  await leave(visit);
  expect(await visit.page.locator('main').innerText()).toContain('delete it there');
  const help = visit.page.getByRole('link', { name: 'How to remove it' });
  expect(await help.getAttribute('href')).toMatch(new RegExp(`^${paths.helpPasskeys}`));
  await soon(() => visit.authenticator.deleted).toEqual([mine]);
  serviceIsBusy = false;
  const left = await visit.authenticator.passkeys();
  expect(left.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'))).toEqual([
    theirs,
  ]);
});
