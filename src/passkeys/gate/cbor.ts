/** CBOR with exactly one spelling. Knows bytes and values, not what they mean. */
import { isoCBOR, isoUint8Array } from '@simplewebauthn/server/helpers';
import { demand, orRefuse } from './gate-refusal.ts';

/** A decoded CBOR map; keys are text or integers. */
export type CborMap = Map<string | number, unknown>;

/**
 * The map these bytes hold, and nothing but it. The library ignores what follows a value and shortens a value that
 * is cut; encoding the result again and comparing tells both, as well as loose lengths. The order of members is free,
 * since some password managers do not sort them. Repeated members are refused by the library.
 * @throws {GateRefusal}
 */
export function decodeCborMap(bytes: Uint8Array<ArrayBuffer>, what: string): CborMap {
  const value = orRefuse(`${what} is not CBOR`, () => isoCBOR.decodeFirst<unknown>(bytes));
  demand(value instanceof Map, `${what} is not a map`);
  const again = orRefuse(`${what} is not CBOR`, () => isoCBOR.encode(value));
  demand(isoUint8Array.areEqual(again, bytes), `${what} is not the only spelling of its content`);
  return value;
}
