/** What an embedded passkey API is told once, and the things that all its parts are handed. */
import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import * as z from 'zod';
import type { Scope } from './scope.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The API that is embedded in an application serves one tenant; its id is on every one of its rows, so it never changes. */
export const embeddedTenantId = '1c6f2b1e-5d0c-4f2a-9b7e-6a1d3c8e4f50';

export type RelyingParty = { id: string; name: string; origins: readonly string[] };

export type UserVerification = 'preferred' | 'required';

export type PasskeyApiSettings = {
  /** A UUID. */
  tenantId: string;
  apiKey: string;
  relyingParty: RelyingParty;
  /** The first encrypts the signing key, all still decrypt. */
  secretKeys: readonly string[];
  /** Milliseconds that a challenge lives; 300,000 when left out. */
  timeout?: number;
  /** `preferred` when left out. */
  userVerification?: UserVerification;
};

/** A UUID in any of its usual spellings, in one: whoever asks and every row must mean the same tenant. */
const tenantId = z
  .string()
  .transform((text) => bareUuid(text.trim()) ?? '')
  .pipe(z.string().regex(/^./, 'must be a UUID'))
  .transform((bare) => bare.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));

const secret = z.string().trim().min(16, 'must be a random value of at least 16 characters');

/** As browsers send it. What apps have for an origin is taken as it is. */
const origin = z
  .string()
  .trim()
  .refine(
    (text) => /^android:/.test(text) || isWebOrigin(text),
    'must be a scheme, a host and perhaps a port',
  )
  .transform((text) => (/^android:/.test(text) ? text : new URL(text).origin));

const schema = z.object({
  tenantId,
  apiKey: secret,
  relyingParty: z.object({
    id: z
      .string()
      .trim()
      .transform((text) => (/[/\\?#@]/.test(text) ? '' : domainToASCII(text)))
      .pipe(
        z
          .string()
          .regex(/^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])$/, 'must be a host, without scheme and port'),
      ),
    name: z.string().trim().min(1, 'must be a name'),
    origins: z.array(origin).min(1, 'must have one at least'),
  }),
  secretKeys: z.array(secret).min(1, 'must have one at least'),
  timeout: z.number().int().min(1, 'must be milliseconds').default(300_000),
  userVerification: z.enum(['preferred', 'required']).default('preferred'),
});

/**
 * What was given, as everything else compares it.
 *
 * @throws {Error} naming what cannot be used, without its value
 */
export function parsePasskeyApiSettings(settings: PasskeyApiSettings): Required<PasskeyApiSettings> {
  const { data, error } = schema.safeParse(settings);
  if (data) return data;
  const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The passkey API cannot use its settings: ${faults.join('; ')}.`);
}

function isWebOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).pathname === '/';
}

/** The 32 digits of a UUID in any of its usual spellings, or null. */
export function bareUuid(text: string): string | null {
  const bare = text
    .replace(/^(\{|%7B)(.*)(\}|%7D)$/i, '$2')
    .replaceAll('-', '')
    .toLowerCase();
  return /^[0-9a-f]{32}$/.test(bare) ? bare : null;
}

/**
 * Told what the owner of a credential or the operator should know. Events are `passkey_counter_regression` and
 * `passkey_api_fault`, whose fact `err` is what was thrown; facts hold no secrets.
 */
export type Report = (event: string, facts: Record<string, unknown>) => void;

/** What a ceremony is for: a passkey that signs in alone, or a second factor after something else. */
export type Kind = 'passkey' | 'mfa';

/** What a ceremony works with. */
export type CeremonyContext = {
  scope: Scope;
  kind: Kind;
  relyingParty: RelyingParty;
  rpIdHash: Buffer;
  timeout: number;
  userVerification: UserVerification;
  keys: SigningKeys;
  report: Report;
};

/** SHA-256 of the relying party id, as authenticator data carries it (WebAuthn section 6.1). */
export function hashRpId(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
