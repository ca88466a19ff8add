/** A passkey as its owner sees it: a name they recognise and when it was used. Knows no HTTP and no database. */
import { z } from 'zod';
import type { ListedCredential } from './hanko.ts';

export type Passkey = {
  /** The credential id, base64url. */
  id: string;
  name: string;
  createdAt: Date;
  /** Null until it has been used to sign in. */
  lastUsedAt: Date | null;
};

/** Controls, and the characters that turn the direction of text around, which would let one name pose as another. */
const hostile = /[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/u;

/** A name that a person gives: 1 to 64 characters (code points), trimmed. */
export const passkeyName = z
  .string()
  .max(1_000)
  .transform((text) => text.normalize('NFC').trim())
  .refine((name) => name !== '', 'Give the passkey a name.')
  .refine((name) => [...name].length <= 64, 'A name has at most 64 characters.')
  .refine((name) => !hostile.test(name), 'This name has characters that cannot be shown.');

/** Hanko says "never used" by giving both times the same value. */
export function toPasskey(listed: ListedCredential): Passkey {
  const createdAt = new Date(listed.created_at);
  const lastUsedAt = new Date(listed.last_used_at ?? listed.created_at);
  return {
    id: listed.id,
    name: listed.name ?? 'Passkey',
    createdAt,
    lastUsedAt: lastUsedAt.getTime() > createdAt.getTime() ? lastUsedAt : null,
  };
}

/**
 * The name for a new passkey: what the service knows of its provider, else where it was made; a name that is taken
 * gets a number.
 *
 * @param given the service's name; `cred-…` means that it knows none
 * @param device such as "Chrome on macOS", for a provider that nobody knows
 * @param taken the names of the person's other passkeys
 */
export function nameFor(given: string | undefined, device: string, taken: readonly string[]): string {
  const name = given && !given.startsWith('cred-') ? given : `Passkey · ${device}`;
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}
