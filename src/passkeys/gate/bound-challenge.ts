/** A challenge that is bound to data, so that whoever signs it signs the data. Must not know what the data means. */
import { createHash } from 'node:crypto';

/** What was asked to be signed: under which name, and in which words, to the byte. */
export type Transaction = { id: string; data: string };

/** Bytes of chance at the start of the challenge; after them comes SHA-256. */
const randomLength = 32;

/** Whether a challenge ends with SHA-256 of name and data, as that of a Hanko transaction does. */
export function isBoundTo(challenge: string, { id, data }: Transaction): boolean {
  const bound = createHash('sha256')
    .update(id + data)
    .digest();
  const bytes = Buffer.from(challenge, 'base64url');
  return bytes.length === randomLength + bound.length && bytes.subarray(randomLength).equals(bound);
}
