/**
 * Browsers that lack something. Which answer about capabilities counts is in autofill.test.ts; where word of a press is
 * missing, an expired challenge asks for another one.
 */
import { describe, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { deletedElsewhere, soon, storedPasskeys } from './support/account-steps.ts';
import { withAutofill } from './support/device.ts';
import { finishIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
  failed,
  isTold,
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
  'its older answers about capabilities, the signal of who somebody is now, the JSON methods of WebAuthn, and locks between tabs':
    [
      ...answers,
      ...credential(
        'signalCurrentUserDetails',
        'parseCreationOptionsFromJSON',
        'parseRequestOptionsFromJSON',
        'prototype.toJSON',
      ),
      'Navigator.prototype.locks',
    ],
  'every answer about capabilities, signals for password managers, and word of whether a press still counts':
    [
      ...answers,
      ...credential(
        'getClientCapabilities',
        'signalAllAcceptedCredentials',
        'signalCurrentUserDetails',
        'signalUnknownCredential',
      ),
      'Navigator.prototype.userActivation',
    ],
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

describe('everything works, and nothing is reported, in a browser without', () => {
  it.each(Object.entries(lacks))('%s', async (_, names) => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    await visit.context.addInitScript(takeAway, names);
    await arriveSignedIn(visit);
    await createPasskey(visit);
    await authenticator.setPresent(false);
    await signOut(visit);
    // A request in the field, where there is one, is on its way by now and waits.
    await atRest(page);
    await authenticator.setPresent(true);
    if (names.some((name) => name.endsWith('userActivation'))) {
      visit.expectReport(/status of 409/);
      const refusal = { status: 409, code: 'challenge_expired', times: 1 };
      await finishIsRefused(page, paths.passkeyLogin, refusal);
      await button(page, 'Sign in with a passkey').click();
      await isTold(page, 'status', failed('That took too long. Try again.'));
    }
    await signInWithPasskey(visit);
    const [id = ''] = await storedPasskeys(stage.app(), visit);
    await deletedElsewhere(stage.app(), id);
    await visit.open(paths.data);
    await atRest(page);
    const passesOn = !names.some((name) => name.endsWith('signalAllAcceptedCredentials'));
    await soon(async () => (await authenticator.passkeys()).length).toBe(passesOn ? 0 : 1);
  });
});
