/**
 * What a signature can look like, before anybody knows the key it belongs to. Verifying it is the passkey API's
 * work; this only refuses bytes that lenient readers would overlook.
 */

/**
 * At sign-in the gate does not know the algorithm, so the bytes decide. What begins with a complete ECDSA signature
 * must end with it. Anything else must have the length of an Ed25519 (64) or RSA signature (2048 to 4096 bit). An
 * honest signature of those two kinds looks like ECDSA by chance about once in 10^11 times; then signing in again helps.
 * @see WebAuthn Level 3, section 6.5.5 (signature formats); RFC 3279, section 2.2.3 (Ecdsa-Sig-Value)
 */
export function isWholeSignature(bytes: Uint8Array): boolean {
  const end = endOfEcdsaSignature(bytes);
  if (end !== null) return end === bytes.length;
  return bytes.length === 64 || (bytes.length >= 256 && bytes.length <= 512);
}

/** Where the DER SEQUENCE of two positive INTEGERs of P-256 at the start ends, or null when there is none. */
function endOfEcdsaSignature(bytes: Uint8Array): number | null {
  if (bytes[0] !== 0x30) return null;
  const afterR = endOfInteger(bytes, 2);
  const afterS = afterR && endOfInteger(bytes, afterR);
  return afterS && afterS === 2 + (bytes[1] ?? 0) ? afterS : null;
}

/** Where the INTEGER at `start` ends: at most 33 bytes, positive, without superfluous leading zeros. */
function endOfInteger(bytes: Uint8Array, start: number): number | null {
  const length = bytes[start + 1] ?? 0;
  const [first, second] = [bytes[start + 2] ?? 0, bytes[start + 3] ?? 0];
  const end = start + 2 + length;
  if (bytes[start] !== 0x02 || length < 1 || length > 33 || end > bytes.length) return null;
  if (first >= 0x80 || (first === 0 && second < 0x80)) return null;
  return end;
}
