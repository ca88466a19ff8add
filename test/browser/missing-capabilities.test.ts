import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { confirmWithPassword, proofGrowsOld } from './support/account-steps.ts';
import { withAutofill } from './support/device.ts';
import { ownsPasskey } from './support/owning.ts';
import { finishIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveWithPasskey,
  button,
  createPasskey,
  failed,
  isTold,
  passkeyList,
  renameInPlace,
  seesHeading,
  signIn,
  signInWithPasskey,
  signOut,
} from './support/steps.ts';

const stage = useStage();

const credential = (...names: string[]) => names.map((name) => `PublicKeyCredential.${name}`);

const answers = credential(
  'isConditionalMediationAvailable',
  'isUserVerifyingPlatformAuthenticatorAvailable',
);

/** What a browser may lack. Things that have nothing to do with each other are taken away together. */
const lacks: Record<string, string[]> = {
  'its list of capabilities, and the signal of who somebody is now': credential(
    'getClientCapabilities',
    'signalCurrentUserDetails',
  ),
  'its older answers about capabilities, and locks between tabs': [...answers, 'Navigator.prototype.locks'],
  'every answer about capabilities, and signals for password managers': [
    ...answers,
    ...credential(
      'getClientCapabilities',
      'signalAllAcceptedCredentials',
      'signalCurrentUserDetails',
      'signalUnknownCredential',
    ),
  ],
  'the JSON methods of WebAuthn': credential(
    'parseCreationOptionsFromJSON',
    'parseRequestOptionsFromJSON',
    'prototype.toJSON',
  ),
};

/** Takes it away before the scripts of any page run. */
function takeAway(names: string[]): void {
  for (const name of names) {
    const steps = name.split('.');
    const last = steps.pop() as string;
    const owner = steps.reduce<object | undefined>(
      (object, step) => object && Reflect.get(object, step),
      window,
    );
    if (
      owner &&
      !(Reflect.has(owner, last) && Reflect.deleteProperty(owner, last) && !Reflect.has(owner, last))
    )
      throw new Error(`${name} cannot be taken away`);
  }
}

async function renames({ page }: Visit, name: string): Promise<void> {
  await renameInPlace(passkeyList(page), name);
  await passkeyList(page).getByText(name, { exact: true }).waitFor();
}

/** From the dashboard, to the page that asks once more, and whatever proves it there. */
async function deletes(visit: Visit, prove: () => Promise<void>): Promise<void> {
  const { page } = visit;
  await proofGrowsOld(stage.app(), visit);
  await button(passkeyList(page), 'Delete').click();
  await prove();
  await seesHeading(page, 'Delete passkey');
  await button(page, 'Delete').click();
  await page.getByText('Passkey deleted.').waitFor();
  expect(await passkeyList(page).count()).toBe(0);
}

describe('everything works, and nothing is reported, in a browser without', () => {
  it.each(Object.entries(lacks))('%s', async (_, names) => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    await visit.context.addInitScript(takeAway, names);
    await signIn(visit);
    await createPasskey(visit);
    await renames(visit, 'The laptop');
    await authenticator.setPresent(false);
    await signOut(visit);
    // A request in the field, where there is one, is on its way by now and waits.
    await atRest(page);
    await authenticator.setPresent(true);
    await signInWithPasskey(visit);
    await authenticator.setPresent(false);
    await deletes(visit, async () => {
      await seesHeading(page, 'Confirm it’s you');
      await atRest(page);
      await authenticator.setPresent(true);
      await button(page, 'Use a passkey').click();
    });
    const passesOn = !names.some((name) => name.endsWith('signalAllAcceptedCredentials'));
    await expect.poll(async () => (await authenticator.passkeys()).length).toBe(passesOn ? 0 : 1);
  });
});

it('without word of whether a press still counts, an expired challenge asks for another press', async () => {
  const visit = await stage.visit();
  const { page } = visit;
  visit.expectReport(/status of 409/);
  await visit.context.addInitScript(takeAway, ['Navigator.prototype.userActivation']);
  await arriveWithPasskey(visit);
  const refusal = { status: 409, code: 'challenge_expired', times: 1 };
  await finishIsRefused(page, paths.passkeyLogin, refusal);
  await button(page, 'Sign in with a passkey').click();
  await isTold(page, 'status', failed('That took too long. Try again.'));
  await signInWithPasskey(visit);
});

it('without WebAuthn the password signs in, proves who one is, renames and deletes', async () => {
  const visit = await stage.visit({ before: () => Reflect.deleteProperty(window, 'PublicKeyCredential') });
  const { page } = visit;
  await ownsPasskey(visit);
  await signIn(visit);
  await atRest(page);
  expect(await page.getByRole('button', { name: /passkey|phone|security key/i }).count()).toBe(0);
  await renames(visit, 'The laptop');
  await deletes(visit, async () => {
    await seesHeading(page, 'Confirm it’s you');
    expect(await button(page, 'Use a passkey').count()).toBe(0);
    await confirmWithPassword(visit);
  });
  await signOut(visit);
  expect(page.url()).toBe(visit.origin + paths.login);
  expect(await page.getByRole('button', { name: /passkey/i }).count()).toBe(0);
});
