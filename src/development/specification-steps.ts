/**
 * Which step of WebAuthn Level 3 (https://www.w3.org/TR/webauthn-3/) looks at which field: section 7.1 for registering,
 * section 7.2 for signing in. Token claims are the Hanko API's; the specification has none. Knows no values.
 */
import type { CeremonyMoment } from '../passkeys/observer.ts';

export type Purpose = CeremonyMoment['purpose'];
type Kind = 'creation' | 'request';

/** Steps by field: at a creation and at a request, or the same at both. */
export type Steps = Record<string, readonly [creation: string, request: string] | string>;

/** Which of the two WebAuthn calls a ceremony makes. */
export const kindOf: Readonly<Record<Purpose, Kind>> = {
  register: 'creation',
  upgrade: 'creation',
  'sign-in': 'request',
  reauth: 'request',
  'second factor': 'request',
  confirmation: 'request',
  'second factor registration': 'creation',
};

/** What a step says of a field; nothing where no step looks at it. */
export function stepOf(steps: Steps, field: string, purpose: Purpose): string {
  const found = Object.hasOwn(steps, field) ? steps[field] : undefined;
  return typeof found === 'object' ? found[kindOf[purpose] === 'creation' ? 0 : 1] : (found ?? '');
}

/** Both kinds of options. */
export const optionSteps: Steps = {
  challenge: ['7.1 step 8: the client data repeats it', '7.2 step 11: the client data repeats it'],
  timeout: ['5.4: a hint to the browser', '5.5: a hint to the browser'],
  hints: ['5.4: which authenticators to offer first', '5.5: which authenticators to offer first'],
  extensions: ['7.1 step 28: their outputs are processed', '7.2 step 23: their outputs are processed'],
  'rp.id': '7.1 step 14: its hash is in the authenticator data',
  'rp.name': '5.4.1: for people',
  'user.id': '7.1 step 29: whose the credential becomes; comes back as user handle',
  'user.name': '5.4.1: for people',
  'user.displayName': '5.4.3: for people',
  pubKeyCredParams: '7.1 step 20: the new key is of one of these algorithms',
  excludeCredentials: '5.4: a device that holds one of these makes no other',
  'authenticatorSelection.residentKey': '5.4.4: the credential can sign in without being named',
  'authenticatorSelection.requireResidentKey': '5.4.4: the same, for Level 1',
  'authenticatorSelection.userVerification': '7.1 step 16: whether UV must be set',
  'authenticatorSelection.authenticatorAttachment': '5.4.4: which authenticators may answer',
  attestation: '7.1 steps 21 to 24: how much the statement must prove',
  rpId: '7.2 step 15: its hash is in the authenticator data',
  allowCredentials: '7.2 step 5: the credential is one of these, if there are any',
  userVerification: '7.2 step 17: whether UV must be set',
};

/** The credential as it was posted, around what the authenticator said. */
export const credentialSteps: Steps = {
  id: [
    '7.1 steps 25 and 26: at most 1023 bytes, and new',
    '7.2 steps 5 and 6: the account holds a credential of this id',
  ],
  rawId: '5.1: the same as id',
  type: ['7.1 step 27: kept in the credential record', '5.1: public-key'],
  authenticatorAttachment: '5.1: where the authenticator is',
  transports: '7.1 step 27: kept in the credential record',
  clientExtensionResults: [
    '7.1 steps 4 and 28: processed, or ignored',
    '7.2 steps 4 and 23: processed, or ignored',
  ],
  userHandle: '7.2 step 6: names the account',
  signature: '7.2 step 21: verifies over authenticator data and hash of the client data',
};

export const clientDataSteps: Steps = {
  'Client data': ['7.1 steps 5 and 6: JSON in UTF-8', '7.2 steps 8 and 9: JSON in UTF-8'],
  type: ['7.1 step 7: webauthn.create', '7.2 step 10: webauthn.get'],
  challenge: ['7.1 step 8: that of the options', '7.2 step 11: that of the options'],
  origin: ['7.1 step 9: one that we expect', '7.2 step 12: one that we expect'],
  crossOrigin: [
    '7.1 step 10: not true, unless we expect frames',
    '7.2 step 13: not true, unless we expect frames',
  ],
  topOrigin: ['7.1 step 11: absent, unless we expect frames', '7.2 step 14: absent, unless we expect frames'],
  'other members': '5.8.1: unknown members are ignored',
};

export const attestationSteps: Steps = {
  'Attestation object': '7.1 step 13: CBOR of format, statement and authenticator data',
  fmt: '7.1 step 21: a format that we know',
  attStmt: '7.1 steps 22 to 24: verifies, and is trusted or not',
};

export const authenticatorDataSteps: Steps = {
  'Authenticator data': ['7.1 step 13: bytes as section 6.1 lays them out', '6.1: bytes as it lays them out'],
  rpIdHash: ['7.1 step 14: of the RP id that we expect', '7.2 step 15: of the RP id that we expect'],
  'UP, user present': ['7.1 step 15: set, unless the creation was conditional', '7.2 step 16: set'],
  'UV, user verified': ['7.1 step 16: set, if we require it', '7.2 step 17: set, if we require it'],
  'BE, backup eligible': [
    '7.1 steps 17 and 18: may inform our policy',
    '7.2 steps 18 and 19: the same as at registration',
  ],
  'BS, backed up': [
    '7.1 steps 17 and 19: not set without BE',
    '7.2 steps 18, 19 and 24: not set without BE; kept anew',
  ],
  'AT, credential attested': ['6.1: set at registration', '6.1: not set at sign-in'],
  'ED, extension data': ['7.1 step 28: processed, or ignored', '7.2 step 23: processed, or ignored'],
  'sign count': [
    '7.1 step 27: kept in the credential record',
    '7.2 step 22: more than the one kept, unless both are 0',
  ],
  AAGUID: '6.5.1: the model; without an attestation it is only a claim',
  'credential id': '7.1 steps 25 and 26: at most 1023 bytes, and new',
  'key algorithm': '7.1 step 20: one of pubKeyCredParams',
  extensions: ['7.1 step 28: processed, or ignored', '7.2 step 23: processed, or ignored'],
};

export const claimSteps: Steps = {
  aud: 'Hanko API: the relying party id',
  sub: 'Hanko API: the user id, as the ceremony had it',
  cred: 'Hanko API: the credential id, as it was posted',
  iat: 'Hanko API: issued in answer to this finish',
  exp: 'Hanko API: not over yet',
};
