/** A registration that no authenticator made and that no service may keep. Knows nobody who would send it. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isoCBOR, toHash } from '@simplewebauthn/server/helpers';

type RelyingParty = { id: string; origin: string };

/**
 * A RegistrationResponseJSON that is in order but for its statement: that of the format `none` has to be empty (WebAuthn Level
 * 3, section 8.7).
 */
export async function impossibleRegistration(challenge: string, { id, origin }: RelyingParty) {
  const credentialId = randomBytes(32);
  const clientData = { type: 'webauthn.create', challenge, origin, crossOrigin: false };
  const attestation = new Map<string, string | Map<string, string> | Uint8Array>([
    ['fmt', 'none'],
    ['attStmt', new Map([['made', 'up']])],
    ['authData', await authenticatorData(id, credentialId)],
  ]);
  return {
    id: credentialId.toString('base64url'),
    rawId: credentialId.toString('base64url'),
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: Buffer.from(JSON.stringify(clientData)).toString('base64url'),
      attestationObject: Buffer.from(isoCBOR.encode(attestation)).toString('base64url'),
    },
  };
}

/** WebAuthn Level 3, section 6.1: present, verified, with a credential; counter and AAGUID are zero. */
async function authenticatorData(rpId: string, credentialId: Buffer): Promise<Uint8Array> {
  const presentVerifiedAttested = 0x45;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(credentialId.length);
  return new Uint8Array(
    Buffer.concat([
      await toHash(rpId),
      Buffer.from([presentVerifiedAttested, 0, 0, 0, 0]),
      Buffer.alloc(16),
      length,
      credentialId,
      newKey(),
    ]),
  );
}

/** A COSE_Key of P-256 (RFC 9053, section 7.1.1), whose private half nobody keeps. */
function newKey(): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const coordinate = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'));
  const key = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, coordinate(x)],
    [-3, coordinate(y)],
  ]);
  return isoCBOR.encode(key);
}
