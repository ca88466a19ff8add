/**
 * The browser's WebAuthn, in JSON. The only file that knows webauthn-json and PublicKeyCredential. Options are parsed
 * by the browser itself where it can; answers come through the ponyfill, which is alike in every browser and behind
 * every password manager.
 */
import {
  create,
  get,
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
} from '@github/webauthn-json/browser-ponyfill';

/** `{"publicKey": …}` as the server sends it. */
type OptionsJson<More = object> = { publicKey: { timeout: number } & More };
export type RequestJson = OptionsJson<{ rpId: string }>;
export type CreationJson = OptionsJson<{ rp: { id: string }; hints?: string[] }>;

export type CredentialJson = { id: string };

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
  return isSecureContext && 'PublicKeyCredential' in window && 'credentials' in navigator;
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

/** Creates a credential. @throws {DOMException} as the browser does */
export async function createCredential(options: CreationJson, how: How): Promise<CredentialJson> {
  const { hints } = options.publicKey;
  const parsed =
    browser().parseCreationOptionsFromJSON?.(options.publicKey) ??
    parseCreationOptionsFromJSON(options as never).publicKey;
  // The ponyfill drops hints, as it does not know them.
  const publicKey = { ...parsed, ...(hints ? { hints } : {}) } as PublicKeyCredentialCreationOptions;
  return (await create({ ...how, publicKey })).toJSON() as CredentialJson;
}

/** Asks for an assertion; once more where another request was still pending. @throws {DOMException} as the browser does */
export async function getCredential(options: RequestJson, how: How): Promise<CredentialJson> {
  const publicKey =
    browser().parseRequestOptionsFromJSON?.(options.publicKey) ??
    parseRequestOptionsFromJSON(options as never).publicKey;
  const ask = () => get({ ...how, publicKey } as CredentialRequestOptions);
  const credential = await ask().catch((error: Error) => {
    if (error.name === 'InvalidStateError' || error.name === 'OperationError') return ask();
    throw error;
  });
  return credential.toJSON() as CredentialJson;
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
    const late = new Promise((resolve) => setTimeout(resolve, signalTime));
    await Promise.race([browser()[what]?.(details), late]);
  } catch {
    // It was advice; nothing depends on it.
  }
}
