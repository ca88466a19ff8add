/**
 * A passkey that somebody has already when a test begins: really registered, over HTTP, by a device that is no browser, and
 * then put into the page's authenticator. The browser knows nothing of it, as if it had come by a password manager. Where
 * the test is about creating one, or about what that leaves behind in a browser, `createPasskey` has the page do it.
 */
import { paths } from '../../../src/paths.ts';
import { actingIn, place } from '../../support/acting.ts';
import {
  type AuthenticatorOptions,
  createAuthenticator,
  type KeptPasskey,
} from '../../support/authenticator.ts';
import { register } from '../../support/ceremonies.ts';
import { send, signedInCookie } from '../../support/request.ts';
import { addOtherDevice, type OtherDevice } from './account-steps.ts';
import type { Visit } from './stage.ts';

/** What answers as the page's own authenticator does, by its model and by what it says of itself. */
const likeThePage: AuthenticatorOptions = {
  aaguid: Uint8Array.from(Buffer.from('01020304050607080102030405060708', 'hex')),
  flags: { backupEligible: false, backedUp: false },
  transports: ['internal'],
};

/** Somebody has one more passkey, in the page's authenticator. @returns its id */
export async function ownsPasskey({ app, person, authenticator }: Visit): Promise<string> {
  const passkey = await registered(app, person, likeThePage);
  await authenticator.take(passkey);
  return passkey.id;
}

/** Somebody has one more passkey, in a device that this browser does not see. @returns its id */
export async function ownsPasskeyElsewhere({ app, person }: Visit): Promise<string> {
  return (await registered(app, person, likeThePage)).id;
}

/** What answers as another device does that is reached from this computer. */
const likeAnother: Record<OtherDevice, AuthenticatorOptions> = {
  phone: { attachment: 'cross-platform' },
  'security key': {
    attachment: 'cross-platform',
    flags: { backupEligible: false, backedUp: false },
    transports: ['usb'],
  },
};

/** Somebody has a passkey on another device, which is at hand. */
export async function ownsPasskeyOn({ app, person, page }: Visit, device: OtherDevice): Promise<void> {
  const { take } = await addOtherDevice(page, device);
  await take(await registered(app, person, likeAnother[device]));
}

/** A passkey is created in this browser's session, which says so on the next page, without that page's script. */
export async function createsUnseen({ app, context, authenticator }: Visit): Promise<void> {
  const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`);
  await authenticator.take(await registeredIn(app, cookies.join('; '), likeThePage));
}

/** In a session of its own, which is over afterwards. */
async function registered(
  app: Visit['app'],
  person: Visit['person'],
  options: AuthenticatorOptions,
): Promise<KeptPasskey> {
  const session = await signedInCookie(app, person);
  const passkey = await registeredIn(app, session, options);
  await send(app, paths.logout, { method: 'POST', headers: { Cookie: session } });
  return passkey;
}

async function registeredIn(
  app: Visit['app'],
  session: string,
  options: AuthenticatorOptions,
): Promise<KeptPasskey> {
  const authenticator = createAuthenticator(options);
  const { status, text } = await register(app, session, authenticator);
  if (status !== 200) throw new Error(`the registration answered ${status}: ${text}`);
  return authenticator.reveal(JSON.parse(text).passkey.id);
}

/**
 * Somebody with a passkey in the page's authenticator is asked for it after the password from now on.
 *
 * @returns their recovery codes
 */
export async function isAskedAfterPassword(visit: Visit): Promise<string[]> {
  const { app, person } = visit;
  await ownsPasskey(visit);
  const user = await app.app.accounts.findByEmail(person.email);
  if (!user) throw new Error('there is no such account');
  const { signInId } = (await actingIn(app).letIn(user)).session.data;
  const turnedOn = await app.app.operations.turnOnSecondFactor({ userId: user.id, signInId }, place);
  return turnedOn?.codes ?? [];
}
