/**
 * The browser's WebAuthn, in JSON. The only file that knows webauthn-json and PublicKeyCredential. Options are parsed
 * by the browser itself where it can (the ponyfill drops members that it does not know, such as hints); answers come
 * through the ponyfill, which is alike in every browser and behind every password manager.
 */
import {
  create,
  get,
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
} from '@github/webauthn-json/browser-ponyfill';

/** `{"publicKey": …}` as the server sends it. */
export type OptionsJson = { publicKey: { timeout: number } };

/** Whether this page may ask for passkeys at all. */
export function supportsPasskeys(): boolean {
  return isSecureContext && 'PublicKeyCredential' in window && 'credentials' in navigator;
}

/** Creates a credential. @throws {DOMException} as the browser does */
export async function createCredential(options: OptionsJson): Promise<object> {
  const credential = await create(
    PublicKeyCredential.parseCreationOptionsFromJSON
      ? { publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey as never) }
      : parseCreationOptionsFromJSON(options as never),
  );
  return credential.toJSON();
}

/** Asks for an assertion; once more where another request was still pending. @throws {DOMException} as the browser does */
export async function getCredential(options: OptionsJson): Promise<object> {
  const request = PublicKeyCredential.parseRequestOptionsFromJSON
    ? { publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey as never) }
    : parseRequestOptionsFromJSON(options as never);
  const credential = await get(request).catch((error: Error) => {
    if (error.name === 'InvalidStateError' || error.name === 'OperationError') return get(request);
    throw error;
  });
  return credential.toJSON();
}
