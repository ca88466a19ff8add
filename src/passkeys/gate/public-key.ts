/**
 * The credential public key: a COSE_Key of an algorithm that was offered, in the one shape it may have. Must not know
 * whose key it is.
 */
import { createPublicKey } from 'node:crypto';
import { cose, isoBase64URL } from '@simplewebauthn/server/helpers';
import { type CborMap, decodeCborMap } from './cbor.ts';
import { isSoundEd25519Key } from './ed25519-point.ts';
import { demand, orRefuse } from './gate-refusal.ts';

const { COSEALG, COSECRV, COSEKEYS, COSEKTY } = cose;

/** COSE algorithms that are offered and accepted, the preferred one first: Ed25519, ES256, RS256. */
export const acceptedAlgorithms: readonly number[] = [COSEALG.EdDSA, COSEALG.ES256, COSEALG.RS256];

type JsonWebKeyParts = Record<string, string>;

/** Reads the members of its key type into a JWK, which node then judges. */
const shapes: Record<number, { members: number[]; read(key: CborMap): JsonWebKeyParts }> = {
  [COSEALG.EdDSA]: {
    members: [COSEKEYS.kty, COSEKEYS.alg, COSEKEYS.crv, COSEKEYS.x],
    read(key) {
      demand(key.get(COSEKEYS.kty) === COSEKTY.OKP, 'the key type does not belong to the algorithm');
      demand(key.get(COSEKEYS.crv) === COSECRV.ED25519, 'the curve does not belong to the algorithm');
      const x = bytesOf(key, COSEKEYS.x, 32, 32);
      demand(isSoundEd25519Key(x), 'the key is not a sound point of its curve');
      return { kty: 'OKP', crv: 'Ed25519', x: isoBase64URL.fromBuffer(x) };
    },
  },
  [COSEALG.ES256]: {
    members: [COSEKEYS.kty, COSEKEYS.alg, COSEKEYS.crv, COSEKEYS.x, COSEKEYS.y],
    read(key) {
      demand(key.get(COSEKEYS.kty) === COSEKTY.EC2, 'the key type does not belong to the algorithm');
      demand(key.get(COSEKEYS.crv) === COSECRV.P256, 'the curve does not belong to the algorithm');
      const x = isoBase64URL.fromBuffer(bytesOf(key, COSEKEYS.x, 32, 32));
      const y = isoBase64URL.fromBuffer(bytesOf(key, COSEKEYS.y, 32, 32));
      return { kty: 'EC', crv: 'P-256', x, y };
    },
  },
  [COSEALG.RS256]: {
    members: [COSEKEYS.kty, COSEKEYS.alg, COSEKEYS.n, COSEKEYS.e],
    read(key) {
      demand(key.get(COSEKEYS.kty) === COSEKTY.RSA, 'the key type does not belong to the algorithm');
      const n = bytesOf(key, COSEKEYS.n, 2048 / 8, 4096 / 8);
      const e = isoBase64URL.fromBuffer(bytesOf(key, COSEKEYS.e, 3, 3));
      // The top bit set means: no leading zero, and no modulus of 2041 to 2047 bits in 256 bytes.
      demand((n[0] ?? 0) >= 0x80, 'the modulus is short or has leading zeros');
      demand((n.at(-1) ?? 0) % 2 === 1, 'the modulus is even');
      demand(e === 'AQAB', 'the public exponent is not 65537');
      return { kty: 'RSA', n: isoBase64URL.fromBuffer(n), e };
    },
  },
};

/**
 * @param bytes the COSE_Key as it stands in the authenticator data
 * @returns its algorithm
 * @throws {GateRefusal} when the algorithm was not offered, a member is missing or superfluous (WebAuthn Level 3,
 *   section 6.5.1, allows no optional ones), a length is wrong, the key is weak, or its point is not on the curve
 */
export function checkPublicKey(bytes: Uint8Array<ArrayBuffer>): number {
  const key = decodeCborMap(bytes, 'the public key');
  const algorithm = key.get(COSEKEYS.alg) as number;
  const shape = acceptedAlgorithms.includes(algorithm) && shapes[algorithm];
  demand(shape, 'the algorithm was not offered');
  const isExact = key.size === shape.members.length && shape.members.every((member) => key.has(member));
  demand(isExact, 'the public key has other members');
  const jwk = shape.read(key);
  orRefuse('the public key is not valid', () => createPublicKey({ format: 'jwk', key: jwk }));
  return algorithm;
}

function bytesOf(key: CborMap, member: number, shortest: number, longest: number): Uint8Array<ArrayBuffer> {
  const value = key.get(member);
  demand(value instanceof Uint8Array, 'the public key lacks a member');
  demand(
    value.length >= shortest && value.length <= longest,
    'a part of the public key has the wrong length',
  );
  return new Uint8Array(value);
}
