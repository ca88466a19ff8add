/**
 * Keeps the private signing key unreadable in the database: AES-256-GCM under a key derived from a secret. Knows
 * nothing of what it encrypts.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const nonceLength = 12;
const tagLength = 16;

/**
 * Encrypts under the first secret. NIST SP 800-38D; the nonce is random and a key encrypts a handful of values.
 *
 * @param context what the value belongs to; the same text is needed to read it again
 */
export function seal(plaintext: string, secrets: readonly string[], context: string): string {
  const [secret] = secrets;
  if (secret === undefined) throw new Error('There is no secret to encrypt with.');
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', derivedKey(secret), nonce).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url');
}

/** The plaintext, or null when none of the secrets opens it, the context differs or the value was changed. */
export function unseal(sealed: string, secrets: readonly string[], context: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  for (const secret of secrets) {
    const plaintext = tryOpen(bytes, secret, context);
    if (plaintext !== null) return plaintext;
  }
  return null;
}

function tryOpen(bytes: Buffer, secret: string, context: string): string | null {
  const nonce = bytes.subarray(0, nonceLength);
  const tag = bytes.subarray(nonceLength, nonceLength + tagLength);
  try {
    const decipher = createDecipheriv('aes-256-gcm', derivedKey(secret), nonce, { authTagLength: tagLength });
    decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
    return (
      decipher.update(bytes.subarray(nonceLength + tagLength), undefined, 'utf8') + decipher.final('utf8')
    );
  } catch {
    return null;
  }
}

/** HKDF (RFC 5869). The label keeps this key apart from every other use of the same secret. */
function derivedKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'latchkey passkey-api signing key', 32));
}
