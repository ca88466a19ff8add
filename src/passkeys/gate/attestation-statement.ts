/**
 * The attestation statement. None is asked for and none earns trust; but a statement that is there and false means
 * that something lies. Knows no trust anchors.
 */
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { isoUint8Array, toHash, verifySignature } from '@simplewebauthn/server/helpers';
import type { AttestationObject } from './attestation-object.ts';
import { decodeBase64url } from './base64url.ts';
import type { GateExpectation } from './gate-expectation.ts';
import { demand } from './gate-refusal.ts';
import type { RegistrationJSON } from './posted-credential.ts';
import { acceptedAlgorithms } from './public-key.ts';
import { isWholeSignature } from './signature-shape.ts';

/**
 * Formats with certificates that can be verified from the bytes alone. Not android-key, android-safetynet and apple:
 * for these SimpleWebAuthn follows revocation addresses found in the posted certificates, and a stranger must not be
 * able to choose where this server connects to.
 */
const certificateFormats = ['packed', 'fido-u2f', 'tpm'];

/** A registration whose parts were all checked, so that only its statement is left to judge. */
export type AttestedRegistration = {
  credential: RegistrationJSON;
  attestation: AttestationObject;
  publicKey: Uint8Array<ArrayBuffer>;
  algorithm: number;
};

/**
 * @throws {GateRefusal} when the statement does not verify or its format is not known (WebAuthn Level 3, sections 8.2,
 *   8.3, 8.6 and 8.7)
 * @throws {Error} when a part of it cannot be parsed
 */
export async function checkStatement(
  registration: AttestedRegistration,
  expected: GateExpectation,
): Promise<void> {
  const { format, statement } = registration.attestation;
  if (format === 'none') {
    demand(statement.size === 0, 'a statement of format none is not empty');
  } else if (format === 'packed' && !statement.has('x5c')) {
    demand(await isSelfAttested(registration), 'the self-attestation does not verify');
  } else {
    demand(certificateFormats.includes(format), 'the attestation format is not accepted');
    const answer = await verifyRegistrationResponse({
      response: registration.credential as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: false, // judged by the gate, last of all
      supportedAlgorithmIDs: [...acceptedAlgorithms],
    });
    demand(answer.verified, 'the attestation statement does not verify');
  }
}

/** Signed with the new key itself, over authenticator data and client data (section 8.2, without x5c). */
async function isSelfAttested({ credential, attestation, publicKey, algorithm }: AttestedRegistration) {
  const { statement, authData } = attestation;
  const signature = statement.get('sig');
  demand(statement.size === 2 && signature instanceof Uint8Array, 'the self-attestation is malformed');
  demand(isWholeSignature(signature), 'the self-attestation is malformed');
  demand(statement.get('alg') === algorithm, 'the self-attestation names another algorithm');
  const clientDataHash = await toHash(decodeBase64url(credential.response.clientDataJSON));
  return verifySignature({
    signature: new Uint8Array(signature),
    data: isoUint8Array.concat([authData, clientDataHash]),
    credentialPublicKey: publicKey,
  });
}
