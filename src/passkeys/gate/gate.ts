/**
 * The gate: the checks of WebAuthn Level 3, sections 7.1 and 7.2, that no passkey API makes for us, as two lists in
 * reading order. Knows what a ceremony expects; must not know HTTP, accounts, or which API stands behind it.
 */
import { isoBase64URL, isoUint8Array, toHash } from '@simplewebauthn/server/helpers';
import { parseAttestationObject } from './attestation-object.ts';
import { checkStatement } from './attestation-statement.ts';
import { type AuthenticatorData, type AuthenticatorFlags, parseAuthData } from './authenticator-data.ts';
import { decodeBase64url } from './base64url.ts';
import { isBoundTo } from './bound-challenge.ts';
import { parseClientData } from './client-data.ts';
import type { GateExpectation } from './gate-expectation.ts';
import { demand, GateRefusal } from './gate-refusal.ts';
import {
  type AssertionJSON,
  parseAssertion,
  parseRegistration,
  type RegistrationJSON,
  readDiscoverable,
} from './posted-credential.ts';
import { checkPublicKey } from './public-key.ts';
import { isWholeSignature } from './signature-shape.ts';
import { readUserHandle } from './user-handle.ts';

export type { AuthenticatorFlags } from './authenticator-data.ts';
export { isBoundTo, type Transaction } from './bound-challenge.ts';
export { readChallenge } from './client-data.ts';
export type { GateExpectation } from './gate-expectation.ts';
export { GateRefusal } from './gate-refusal.ts';
export { acceptedAlgorithms } from './public-key.ts';

export type CheckedRegistration = {
  credential: RegistrationJSON;
  credentialId: string;
  flags: AuthenticatorFlags;
  /** Of signatures: 0 to 2^32 - 1. */
  counter: number;
  /** Whether the authenticator keeps it so that it can sign in by itself; null when the browser did not say. */
  discoverable: boolean | null;
};

export type CheckedAssertion = {
  credential: AssertionJSON;
  credentialId: string;
  /** The UTF-8 text of the user handle. It is a claim until the API has verified the signature. */
  userId: string;
  flags: AuthenticatorFlags;
};

/** What of an assertion is signed, and the signature; base64url. */
type SignedParts = Pick<AssertionJSON['response'], 'clientDataJSON' | 'authenticatorData' | 'signature'>;

/**
 * Section 7.1, registering a new credential. Step 26 (the id is new) is the passkey API's.
 * @param credential the posted body, unread
 * @returns what may be sent on, and the credential it is about
 * @throws {GateRefusal} and nothing else
 */
export function checkRegistration(
  credential: unknown,
  expected: GateExpectation,
): Promise<CheckedRegistration> {
  return refusing(async () => {
    // Steps 3 and 4: the outer shape. Client extension outputs are not sent on.
    const parsed = parseRegistration(credential);
    checkIds(parsed);
    // Steps 5 to 11: client data.
    checkClientData(parsed.response.clientDataJSON, 'webauthn.create', expected);
    // Step 13: attestation object and authenticator data.
    const attestation = parseAttestationObject(parsed.response.attestationObject);
    const authData = parseAuthData(attestation.authData);
    // Steps 14, 15 and 17: relying party, presence, backup flags.
    await checkAuthData(authData, expected);
    const { attested } = authData;
    demand(attested, 'no credential is attested');
    // Section 5.1, id: the outer id is the attested one.
    demand(isoBase64URL.fromBuffer(attested.credentialId) === parsed.id, 'another id is attested');
    // Step 20: the algorithm was offered, and the key is a sound one of it.
    const { publicKey } = attested;
    const algorithm = checkPublicKey(publicKey);
    // Steps 21 to 24: the statement verifies; it earns no trust.
    await checkStatement({ credential: parsed, attestation, publicKey, algorithm }, expected);
    // Step 16, last: whoever hears "verify yourself" has done everything else right.
    if (!expected.unattended && !expected.presenceIsEnough) checkUserVerified(authData);
    const { flags, counter } = authData;
    const discoverable = readDiscoverable(credential);
    return { credential: parsed, credentialId: parsed.id, flags, counter, discoverable };
  });
}

/**
 * Section 7.2, verifying an assertion. Steps 6, 7 and 21 (the user owns the credential, the signature) are the passkey
 * API's; steps 19 and 22 (backup eligibility, counter) need the stored record.
 * @param credential the posted body, unread
 * @returns what may be sent on, and which credential and user it claims
 * @throws {GateRefusal} and nothing else
 */
export function checkAssertion(credential: unknown, expected: GateExpectation): Promise<CheckedAssertion> {
  return refusing(async () => {
    // Steps 3 and 4: the outer shape. Client extension outputs are not used and not sent on.
    const parsed = parseAssertion(credential);
    checkIds(parsed);
    // Step 6: the handle is required, unless the user was identified before.
    const { userHandle } = parsed.response;
    const userId = userHandle ? readUserHandle(userHandle) : expected.userId;
    demand(userId !== undefined, 'the user handle is missing');
    const authData = await readSigned(parsed.response, expected);
    return { credential: parsed, credentialId: parsed.id, userId, flags: authData.flags };
  });
}

/**
 * Section 7.2, steps 8 to 18, alone: what an assertion says was signed, whoever has the credential. For an assertion that was
 * kept, and is looked at again.
 *
 * @throws {GateRefusal} and nothing else
 */
export async function checkSigned(signed: SignedParts, expected: GateExpectation): Promise<void> {
  await refusing(() => readSigned(signed, expected));
}

async function readSigned(signed: SignedParts, expected: GateExpectation): Promise<AuthenticatorData> {
  // Steps 8 to 14: client data.
  checkClientData(signed.clientDataJSON, 'webauthn.get', expected);
  // Of a transaction: what was signed is what would be done.
  if (expected.transaction && !isBoundTo(expected.challenge, expected.transaction))
    throw new GateRefusal('something else was signed', 'act_changed');
  // Steps 15, 16 and 18: relying party, presence, backup flags.
  const authData = parseAuthData(decodeBase64url(signed.authenticatorData));
  await checkAuthData(authData, expected);
  demand(!authData.attested, 'a credential is attested at sign-in');
  // Before step 21: the signature is one whole value.
  demand(isWholeSignature(decodeBase64url(signed.signature)), 'the signature is malformed');
  // Step 17, last: whoever hears "verify yourself" has done everything else right.
  if (!expected.presenceIsEnough) checkUserVerified(authData);
  return authData;
}

/** Fail closed: whatever goes wrong inside, foreseen or not, is a refusal. */
async function refusing<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw error instanceof GateRefusal ? error : new GateRefusal('the credential could not be read');
  }
}

function checkIds({ id, rawId }: { id: string; rawId: string }): void {
  demand(id === rawId, 'id and rawId differ');
  const { length } = decodeBase64url(id);
  demand(length >= 16 && length <= 1023, 'the id is too short or too long');
}

function checkClientData(encoded: string, type: string, expected: GateExpectation): void {
  const clientData = parseClientData(encoded);
  demand(clientData.type === type, 'the client data is of another ceremony');
  demand(clientData.challenge === expected.challenge, 'the challenge is another one');
  demand(clientData.origin === expected.origin, 'the origin is another one');
  demand(!clientData.embedded, 'the ceremony ran in an embedded page');
}

async function checkAuthData(
  { rpIdHash, flags }: AuthenticatorData,
  expected: GateExpectation,
): Promise<void> {
  demand(isoUint8Array.areEqual(rpIdHash, await toHash(expected.rpId)), 'the relying party is another one');
  demand(flags.userPresent || expected.unattended, 'the user was not present');
  demand(flags.backupEligible || !flags.backedUp, 'backed up without being eligible');
}

function checkUserVerified({ flags }: AuthenticatorData): void {
  if (!flags.userVerified) throw new GateRefusal('the user was not verified', 'uv_required');
}
