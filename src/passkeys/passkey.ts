/** A passkey as its owner sees it: a name they recognise and when it was used. Knows no HTTP and no database. */
import * as z from 'zod';
import { cleaned, hostile } from '../names.ts';
import type { ListedCredential } from './hanko/hanko.ts';
import type { PasskeyRecord } from './record-store.ts';

export type Passkey = {
  /** The credential id, base64url. */
  id: string;
  name: string;
  createdAt: Date;
  /** Null until it has been used to sign in. */
  lastUsedAt: Date | null;
  /** Where it was used last, such as "Chrome on macOS"; null when that is not known. */
  lastDevice: string | null;
  /** Of its provider, as a lower-case UUID; zeros when unknown. */
  aaguid: string;
  /** A copy is kept by the provider's cloud. Otherwise it is on this one device only. */
  synced: boolean;
  /** It was created by an automatic upgrade. */
  automatic: boolean;
  /** As in its record. Whether it proves anything alone, `secondFactorOnly` says as well. */
  vouched: boolean;
  /** False when its authenticator cannot find it without being told: it works only after the password. */
  signsInAlone: boolean;
  /** It was made to be shown after the password, and can do nothing else. */
  secondFactorOnly: boolean;
};

/** A letter, digit, sign or symbol that leaves ink: not the fillers and blanks among them. */
const visible = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;

/** Joiner and non-joiner inside a word or an emoji, which several scripts need. */
const joiner = /(?<=[\p{L}\p{N}\p{P}\p{S}]\p{M}*)[\u200c\u200d](?=[\p{L}\p{N}\p{P}\p{S}])/gu;

/** In code points. */
const longestName = 64;
const tooLong = `A name has at most ${longestName} characters.`;
const noName = 'Give the passkey a name.';

/** A name that a person gives: 1 to 64 characters (code points), trimmed. */
export const passkeyName = z
  .string(noName)
  .max(1_000, tooLong)
  .transform((text) => text.normalize('NFC').trim())
  .refine((name) => visible.test(name), noName)
  .refine((name) => [...name].length <= longestName, tooLong)
  .refine(
    (name) => !hostile.test(name.replace(joiner, '')),
    'This name has characters that cannot be shown.',
  );

/**
 * A credential as its owner sees it; one whose naming failed is called "Passkey". Hanko says "never used" by giving both
 * times the same value.
 */
export function toPasskey(listed: ListedCredential, record: PasskeyRecord): Passkey {
  const createdAt = new Date(listed.created_at);
  const lastUsedAt = new Date(listed.last_used_at ?? listed.created_at);
  return {
    id: listed.id,
    name: ownName(record.renamedTo ?? undefined) ?? ownName(listed.name) ?? 'Passkey',
    createdAt,
    lastUsedAt: lastUsedAt.getTime() > createdAt.getTime() ? lastUsedAt : null,
    lastDevice: record.lastDevice,
    aaguid: listed.aaguid,
    synced: listed.backup_state,
    automatic: record.automatic,
    vouched: record.vouched,
    signsInAlone: !listed.is_mfa && record.discoverable !== false,
    secondFactorOnly: listed.is_mfa,
  };
}

/**
 * The name for a new passkey: what the service knows of its provider, else where it was made; a name that is taken
 * gets a number.
 *
 * @param given the service's name
 * @param device such as "Chrome on macOS", for a provider that nobody knows
 * @param taken the names of the person's other passkeys
 */
export function nameFor(given: string | undefined, device: string, taken: readonly string[]): string {
  const name = ownName(given) ?? `Passkey · ${device}`;
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}

/**
 * What the service calls a passkey: a tenant's may have been named elsewhere, and is held to what a person may choose here.
 * Where it knows no provider, the service makes a name of the id: `cred-…`.
 */
function ownName(given = ''): string | undefined {
  const name = [...cleaned(given.normalize('NFC')).replaceAll(/\s+/g, ' ').trim()]
    .slice(0, longestName)
    .join('');
  return visible.test(name) && !name.startsWith('cred-') ? name : undefined;
}
