/** What an embedded passkey API is told once, and the things that all its parts are handed. */
import { createHash } from 'node:crypto';
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

/**
 * Told what the owner of a credential or the operator should know. Events are `passkey_counter_regression` and
 * `passkey_api_fault`, whose fact `err` is what was thrown; facts hold no secrets.
 */
export type Report = (event: string, facts: Record<string, unknown>) => void;

/** What a ceremony works with. */
export type CeremonyContext = {
  scope: Scope;
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
