/** Values as text for a person to read. Takes whatever hostile input decodes to; must not know what it means, nor throw. */
import { isoBase64URL } from '@simplewebauthn/server/helpers';

/** Characters of a value that are shown: more than any honest member of a ceremony has, except certificates. */
const longest = 1_000;

/** What reading yields, as text; or that it cannot be read, and why. Never throws. */
export function readable(read: () => unknown): string {
  try {
    return shortened(textOf(read()));
  } catch (error) {
    return shortened(`cannot be read: ${error instanceof Error ? error.message : 'no reason given'}`);
  }
}

function textOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  const plain = plainOf('', value);
  return typeof plain === 'string' ? plain : (JSON.stringify(plain, plainOf) ?? typeof value);
}

/** CBOR has bytes and maps, which JSON has not. */
function plainOf(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return isoBase64URL.fromBuffer(new Uint8Array(value));
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
}

function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
