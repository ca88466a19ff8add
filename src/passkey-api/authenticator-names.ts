/** What a new credential is called before its owner names it. Knows the public list of authenticator models. */
import { authenticatorMetadata } from '@passwordless-id/webauthn/dist/esm/authenticatorMetadata.js';

const unknownModel = '00000000-0000-0000-0000-000000000000';

/** Where Hanko has a name of its own, it wins: both back ends call a passkey alike. */
const hankoNames: Record<string, string> = { 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd': 'iCloud Keychain' };

/** The model's own name when the AAGUID is known, otherwise `cred-<id>`. */
export function initialCredentialName(aaguid: string, credentialId: string): string {
  const model = aaguid === unknownModel ? undefined : (hankoNames[aaguid] ?? authenticatorMetadata[aaguid]);
  return model ?? `cred-${credentialId}`;
}
