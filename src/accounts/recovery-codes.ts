/**
 * Recovery codes: what lets somebody in who has no passkey at hand. Makes them and reads what was typed. Knows neither the
 * database nor the web.
 */
import { createHash, randomBytes } from 'node:crypto';

/** Codes in a set. */
export const codesInSet = 10;

/** 128 bits, as much as cannot be guessed. */
const codeBytes = 16;

/** Crockford's Base32: without I, L, O and U, which look like other signs. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The signs of a code: 26 of five bits hold 128. */
export const codeLength = Math.ceil((codeBytes * 8) / 5);

/** A set of new codes: as people read them, such as `7Z3K-9QRT-…`, and the hashes by which they are kept. */
export function newRecoveryCodes(): { codes: string[]; hashes: string[] } {
  const made = Array.from({ length: codesInSet }, () => encode(randomBytes(codeBytes)));
  return { codes: made.map(grouped), hashes: made.map(hashOfSigns) };
}

/**
 * SHA-256 of a code, by which it is kept: it is as long as a key, so nothing slower is needed.
 *
 * @param typed with or without hyphens and spaces, in any case, with O for 0 and I or L for 1
 * @returns base64url; null for what is no code at all
 */
export function hashOfCode(typed: string): string | null {
  const signs = typed
    .toUpperCase()
    .replace(/[\s\p{Pd}]+/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  const isCode = signs.length === codeLength && [...signs].every((sign) => alphabet.includes(sign));
  return isCode ? hashOfSigns(signs) : null;
}

function hashOfSigns(signs: string): string {
  return createHash('sha256').update(signs).digest('base64url');
}

/** Why what was typed need not be tried: it is nothing, or cannot be a code. */
export type CodeFault = 'missing_code' | 'malformed_code';

/** @returns null for what may be a code; anything else is no try, whoever asks */
export function faultOfCode(typed: string): CodeFault | null {
  if (typed.trim() === '') return 'missing_code';
  return hashOfCode(typed) === null ? 'malformed_code' : null;
}

function encode(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let signs = '';
  for (let index = 0; index < codeLength; index++) {
    signs = alphabet[Number(value & 31n)] + signs;
    value >>= 5n;
  }
  return signs;
}

function grouped(signs: string): string {
  return (signs.match(/.{1,4}/g) ?? []).join('-');
}
