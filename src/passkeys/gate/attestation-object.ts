/** The attestation object: three parts in one CBOR map (WebAuthn Level 3, section 6.5.4). Judges none of them. */
import { decodeBase64url } from './base64url.ts';
import { type CborMap, decodeCborMap } from './cbor.ts';
import { demand } from './gate-refusal.ts';

export type AttestationObject = { format: string; statement: CborMap; authData: Uint8Array<ArrayBuffer> };

/**
 * @param encoded base64url of the attestation object
 * @throws {GateRefusal} when it is not exactly fmt, attStmt and authData, or anything precedes, follows or is missing
 */
export function parseAttestationObject(encoded: string): AttestationObject {
  const members = decodeCborMap(decodeBase64url(encoded), 'the attestation object');
  const format = members.get('fmt');
  const statement = members.get('attStmt');
  const authData = members.get('authData');
  demand(members.size === 3, 'the attestation object has other members');
  demand(typeof format === 'string', 'the attestation object has no format');
  demand(statement instanceof Map, 'the attestation object has no statement');
  demand(authData instanceof Uint8Array, 'the attestation object has no authenticator data');
  return { format, statement, authData: new Uint8Array(authData) };
}
