/**
 * Names, in the contract's words, why SimpleWebAuthn refused a response. It is asked only after the refusal and decides
 * nothing: what it overlooks is still refused.
 */
import type { parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import type { ClientData } from './client-data.ts';
import type { CeremonyContext } from './settings.ts';

type Evidence = {
  ceremony: 'webauthn.create' | 'webauthn.get';
  clientData: ClientData;
  authenticatorData: ReturnType<typeof parseAuthenticatorData>;
  presenceDemanded: boolean;
};

export const authenticatorRefused = 'Error validating the authenticator response';

type Wording = { unverified: string; otherwise: string };

/**
 * The first reason in the order of WebAuthn sections 7.1 and 7.2, which is also that of a Hanko server: client data, then
 * authenticator data, then statement or signature (go-webauthn, `Verify` in `protocol/client.go` and
 * `protocol/attestation.go`). So a wrong origin shows before anything else about the answer is judged.
 *
 * @param wording what to say when only user verification is missing, and when none of the reasons holds
 */
export function reasonForRefusal(context: CeremonyContext, evidence: Evidence, wording: Wording): string {
  const { clientData, authenticatorData } = evidence;
  if (clientData.type !== evidence.ceremony) return 'Error validating ceremony type';
  if (!context.relyingParty.origins.includes(clientData.origin)) return 'Error validating origin';
  if (!context.rpIdHash.equals(authenticatorData.rpIdHash)) return authenticatorRefused;
  if (evidence.presenceDemanded && !authenticatorData.flags.up) return authenticatorRefused;
  if (context.userVerification === 'required' && !authenticatorData.flags.uv) return wording.unverified;
  return wording.otherwise;
}
