/** Strict base64url (RFC 4648, section 5, no padding). Knows text and bytes, not what they mean. */
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { demand } from './gate-refusal.ts';

/** How many characters this many bytes take without padding. */
export function encodedLength(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

/**
 * The bytes of a text that is their only spelling: no padding, no other alphabet, no stray low bits in the last
 * character (`QQ` and `QR` both decode to "A"; only the first is accepted).
 * @throws {GateRefusal}
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  demand(/^[A-Za-z0-9_-]+$/.test(text), 'a binary member is not base64url');
  const bytes = isoBase64URL.toBuffer(text);
  demand(isoBase64URL.fromBuffer(bytes) === text, 'a binary member is not the only spelling of its bytes');
  return bytes;
}
