/**
 * Authenticator data, parsed to its last byte (WebAuthn Level 3, section 6.1). Must not know what is expected of
 * its flags, nor whether its key is any good.
 */
import { isoUint8Array, parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import { decodeCborMap } from './cbor.ts';
import { demand, orRefuse } from './gate-refusal.ts';

export type AuthenticatorFlags = {
  userPresent: boolean;
  userVerified: boolean;
  backupEligible: boolean;
  backedUp: boolean;
};

/** What an authenticator says about a new credential. */
type AttestedCredential = {
  credentialId: Uint8Array<ArrayBuffer>;
  publicKey: Uint8Array<ArrayBuffer>;
};

export type AuthenticatorData = {
  rpIdHash: Uint8Array<ArrayBuffer>;
  flags: AuthenticatorFlags;
  /** Of signatures: 0 to 2^32 - 1. */
  counter: number;
  /** Null when the authenticator attests no credential, as at sign-in. */
  attested: AttestedCredential | null;
};

const headLength = 37;
const attestedHeadLength = 18;

/**
 * Reserved flag bits and unknown extensions are tolerated.
 * @throws {GateRefusal} when bytes are missing, left over or spelled loosely, or extension data is not a map
 */
export function parseAuthData(bytes: Uint8Array<ArrayBuffer>): AuthenticatorData {
  const data = orRefuse('the authenticator data is malformed', () => parseAuthenticatorData(bytes));
  const {
    credentialID: credentialId,
    credentialPublicKey: publicKey,
    extensionsDataBuffer: extensions,
  } = data;
  // The library rebuilds key and extensions from what it understood. They count only if they are what was sent.
  const parts = [bytes.slice(0, headLength)];
  if (credentialId && publicKey) {
    const idEnd = headLength + attestedHeadLength + credentialId.length;
    parts.push(bytes.slice(headLength, idEnd), publicKey);
  }
  if (extensions) {
    decodeCborMap(extensions, 'the extension data');
    parts.push(extensions);
  }
  demand(
    isoUint8Array.areEqual(isoUint8Array.concat(parts), bytes),
    'the authenticator data is cut or loose',
  );
  return {
    rpIdHash: data.rpIdHash,
    flags: {
      userPresent: data.flags.up,
      userVerified: data.flags.uv,
      backupEligible: data.flags.be,
      backedUp: data.flags.bs,
    },
    counter: data.counter,
    attested: credentialId && publicKey ? { credentialId, publicKey } : null,
  };
}
