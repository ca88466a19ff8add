/**
 * Names, in the contract's words, why SimpleWebAuthn refused a response. It is asked only after the refusal and decides
 * nothing: what it overlooks is still refused.
 */
import type { parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import type { ClientData } from './client-data.ts';
import type { Setting } from './settings.ts';

type Evidence = {
  ceremony: 'webauthn.create' | 'webauthn.get';
  clientData: ClientData;
  authenticatorData: ReturnType<typeof parseAuthenticatorData>;
};

export const authenticatorRefused = 'Error validating the authenticator response';

/** The first reason in the order of WebAuthn sections 7.1 and 7.2; `otherwise` when none of them holds. */
export function reasonForRefusal(setting: Setting, evidence: Evidence, otherwise: string): string {
  const { clientData, authenticatorData } = evidence;
  if (clientData.type !== evidence.ceremony) return 'Error validating ceremony type';
  if (!setting.relyingParty.origins.includes(clientData.origin)) return 'Error validating origin';
  if (!setting.rpIdHash.equals(authenticatorData.rpIdHash)) return authenticatorRefused;
  if (!authenticatorData.flags.up) return authenticatorRefused;
  if (setting.userVerification === 'required' && !authenticatorData.flags.uv) return authenticatorRefused;
  return otherwise;
}
