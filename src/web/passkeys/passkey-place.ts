/**
 * Where a passkey is kept, in words. Goes by the AAGUID alone: the name of a passkey is its owner's, and says nothing of
 * whoever keeps it.
 */
import { authenticatorMetadata } from '@passwordless-id/webauthn/dist/esm/authenticatorMetadata.js';
import type { Passkey } from '../../passkeys/passkey.ts';

/** As people know it, where the list of models has another name, and the model of those that do not say who they are. */
const known: Record<string, string | undefined> = {
  ...authenticatorMetadata,
  'fbfc3007-154e-4ecc-8c0b-6e020557d7bd': 'iCloud Keychain',
  '00000000-0000-0000-0000-000000000000': undefined,
};

/** @returns the provider, such as "iCloud Keychain"; undefined for a model that nobody knows */
export function providerOf(aaguid: string): string | undefined {
  return known[aaguid];
}

/** Where it is to be removed: at its provider, else on what keeps it. */
export function placeWords({ aaguid, synced }: Pick<Passkey, 'aaguid' | 'synced'>): string {
  return providerOf(aaguid) ?? (synced ? 'your password manager' : 'the device it is on');
}
