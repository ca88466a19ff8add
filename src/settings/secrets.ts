/** What can be a secret. Knows no secret. */
import { listed, Unusable } from './setting.ts';

/** @returns the keys, first the one that signs */
export function parseSecretKeys(text: string): string[] {
  const keys = listed(text);
  if (keys.length > 0 && keys.every((key) => key.length >= 16)) return keys;
  throw new Unusable(
    'must be random values of at least 16 characters (32 in production), separated by commas',
  );
}

/** Whether a value can be a secret: long, and not what a sample file or a broken one would hold. */
export function isSecret(text: string): boolean {
  const isSample = /change.?me|example|sample|placeholder|[\p{Cc}\ufffd]/iu.test(text);
  return text.length >= 32 && new Set(text).size >= 8 && !isSample;
}

/** It is sent in a header, as RFC 6750 writes a bearer token, and whoever guesses it may guess as long as they like. */
export function parseMetricsToken(text: string): string {
  if (isSecret(text) && /^[\w.~+/-]+=*$/.test(text)) return text;
  throw new Unusable(
    'must be a random value of at least 32 letters, digits and signs of base64; make one with: openssl rand -base64 32',
  );
}

/** It is sent in a header: printable characters of ASCII. */
export function parseApiKey(text: string): string {
  if (/^[\x20-\x7e]+$/.test(text)) return text;
  throw new Unusable('must be the API key as Hanko shows it: letters, digits and signs of ASCII alone');
}
