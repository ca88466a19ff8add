/** The options that a ceremony begins with, member by member as the contract emits them. */
import { randomBytes } from 'node:crypto';
import type { RegistrationFields } from './fields.ts';
import { selectionFor } from './mfa.ts';
import type { Kind, RelyingParty, UserVerification } from './settings.ts';

/** COSE algorithm identifiers in the order of preference that the contract fixes. */
export const offeredAlgorithms = [-7, -35, -36, -257, -258, -259, -37, -38, -39, -8];

/** 32 random bytes as 43 characters of base64url. */
export function newChallenge(): string {
  return randomBytes(32).toString('base64url');
}

export type Terms = {
  kind: Kind;
  relyingParty: RelyingParty;
  challenge: string;
  /** Milliseconds; the challenge is refused after them. */
  timeout: number;
  userVerification: UserVerification;
};

/** PublicKeyCredentialCreationOptionsJSON (WebAuthn section 5.4). The user handle is the UTF-8 of the user id. */
export function creationOptions(terms: Terms, user: RegistrationFields) {
  return {
    rp: { name: terms.relyingParty.name, id: terms.relyingParty.id },
    user: {
      name: user.username,
      ...(user.icon === null ? {} : { icon: user.icon }),
      displayName: user.display_name?.trim() ? user.display_name : user.username,
      id: Buffer.from(user.user_id, 'utf8').toString('base64url'),
    },
    challenge: terms.challenge,
    pubKeyCredParams: offeredAlgorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: terms.timeout,
    authenticatorSelection: selectionFor(terms),
    attestation: 'none',
  };
}

/**
 * PublicKeyCredentialRequestOptionsJSON (WebAuthn section 5.5).
 *
 * @param allowed ids of the credentials that may answer; null leaves the choice to the authenticator
 */
export function requestOptions(terms: Terms, allowed: readonly string[] | null) {
  return {
    challenge: terms.challenge,
    timeout: terms.timeout,
    rpId: terms.relyingParty.id,
    ...(allowed && { allowCredentials: allowed.map((id) => ({ type: 'public-key', id })) }),
    userVerification: terms.userVerification,
  };
}
