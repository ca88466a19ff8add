/**
 * The browser's WebAuthn, in JSON. The only file that knows webauthn-json and PublicKeyCredential. Options are parsed
 * by the browser itself where it can; answers are converted by webauthn-json, alike in every browser and behind every
 * password manager, whose own toJSON may not work.
 */
import {
  createRequestFromJSON,
  createResponseToJSON,
  getRequestFromJSON,
  getResponseToJSON,
  supported,
} from '@github/webauthn-json/extended';
import { type Claimed, copyOf, ifReadable } from './readable-copy.ts';
import { within } from './within.ts';

/** `{"publicKey": …}` as the server sends it. */
type OptionsJson<More = object> = { publicKey: { timeout: number } & More };
export type RequestJson = OptionsJson<{ rpId: string }>;
export type CreationJson = OptionsJson<{ rp: { id: string }; hints?: string[] }>;

type CredentialJson = { id: string };

/** What a device has answered: which credential, where it says so, and all of it, where it can be put into JSON. */
export type Answer = { id: string | undefined; json: CredentialJson | undefined };

type How = { signal: AbortSignal; mediation?: 'conditional' };

/** What browsers can do beyond the basics (WebAuthn Level 3, section 5.1.7). */
type Capability = 'conditionalCreate' | 'conditionalGet' | 'hybridTransport' | 'passkeyPlatformAuthenticator';

type Signal = 'signalAllAcceptedCredentials' | 'signalCurrentUserDetails' | 'signalUnknownCredential';

/** All of it is newer than the types that we are given, or missing somewhere. */
const browser = () =>
  PublicKeyCredential as unknown as {
    getClientCapabilities?(): Promise<Partial<Record<Capability, boolean>>>;
    isConditionalMediationAvailable?(): Promise<boolean>;
    isUserVerifyingPlatformAuthenticatorAvailable?(): Promise<boolean>;
    parseCreationOptionsFromJSON?(options: object): PublicKeyCredentialCreationOptions;
    parseRequestOptionsFromJSON?(options: object): PublicKeyCredentialRequestOptions;
  } & Partial<Record<Signal, (details: object) => Promise<void>>>;

/** Whether this page may ask for passkeys at all. */
export function supportsPasskeys(): boolean {
  return isSecureContext && supported();
}

/** Whether the browser says that it can; undefined when it does not say. */
export async function capable(of: Capability): Promise<boolean | undefined> {
  return (await browser().getClientCapabilities?.())?.[of];
}

/** Whether passkeys can be offered in a form field. */
export async function supportsAutofill(): Promise<boolean> {
  return (await capable('conditionalGet')) ?? (await browser().isConditionalMediationAvailable?.()) ?? false;
}

/** Whether this very device can keep a passkey. */
export async function keepsPasskeys(): Promise<boolean> {
  const says = await capable('passkeyPlatformAuthenticator');
  return says ?? (await browser().isUserVerifyingPlatformAuthenticatorAvailable?.()) ?? false;
}

/** Creates a credential. @throws {unknown} as the browser or a password manager does */
export async function createCredential(options: CreationJson, how: How): Promise<Answer> {
  const { hints } = options.publicKey;
  const parsed =
    browser().parseCreationOptionsFromJSON?.(options.publicKey) ??
    createRequestFromJSON(options as never).publicKey;
  // webauthn-json drops hints, as it does not know them.
  const publicKey = { ...parsed, ...(hints ? { hints } : {}) } as PublicKeyCredentialCreationOptions;
  return answerOf(await navigator.credentials.create({ ...how, publicKey }), createResponseToJSON);
}

/**
 * Asks for an assertion; once more where somebody waits and another request was still pending.
 *
 * @throws {unknown} as the browser or a password manager does
 */
export async function getCredential(options: RequestJson, how: How): Promise<Answer> {
  const publicKey =
    browser().parseRequestOptionsFromJSON?.(options.publicKey) ??
    getRequestFromJSON(options as never).publicKey;
  const ask = async () => navigator.credentials.get({ ...how, publicKey } as CredentialRequestOptions);
  const credential = await ask().catch((error?: Error) => {
    const isPending = error?.name === 'InvalidStateError' || error?.name === 'OperationError';
    if (isPending && !how.mediation && !how.signal.aborted) return ask();
    throw error;
  });
  const isAnother = ifReadable(() => credential?.type !== 'public-key');
  return answerOf(isAnother ? null : credential, getResponseToJSON);
}

/** Password managers may answer nothing at all when somebody closes their window. */
function answerOf(answer: unknown, toJson: (credential: never) => object): Answer {
  if (!answer) throw new DOMException('', 'NotAllowedError');
  const claimed = answer as Claimed;
  return {
    id: ifReadable(() => claimed.id),
    json: ifReadable(() => toJson(copyOf(claimed) as never) as CredentialJson),
  };
}

/** Whether the browser passes on to password managers what it is told. */
export function canSignal(): boolean {
  if (!supportsPasskeys()) return false;
  return Boolean(browser().signalAllAcceptedCredentials ?? browser().signalCurrentUserDetails);
}

/** Milliseconds; a password manager that takes longer is not waited for. */
const signalTime = 2_000;

/** Tells the password manager something, where the browser can (WebAuthn Level 3, section 5.1.10). Never throws. */
export async function signal(what: Signal, details: object): Promise<void> {
  try {
    await within(signalTime, browser()[what]?.(details));
  } catch {
    // It was advice; nothing depends on it.
  }
}
