/** The user handle: the account's id as text, as this application gave it out. Must not know any account. */
import { decodeBase64url } from './base64url.ts';
import { demand, orRefuse } from './gate-refusal.ts';

/**
 * @param encoded base64url; at most 64 bytes (WebAuthn Level 3, section 5.4.3), see `posted-credential.ts`
 * @returns its text; two different handles never give the same one, so a byte order mark stays
 * @throws {GateRefusal} when it is not strict UTF-8, or contains NUL, which PostgreSQL cannot store
 */
export function readUserHandle(encoded: string): string {
  const bytes = decodeBase64url(encoded);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const text = orRefuse('the user handle is not UTF-8', () => decoder.decode(bytes));
  demand(!text.includes('\0'), 'the user handle contains NUL');
  return text;
}
