/**
 * What is kept of an act that was signed, and whether it still is what was signed: that takes the record alone, and neither
 * the passkey API nor a secret. Knows no table.
 */
import { createHash } from 'node:crypto';
import { isoUint8Array, toHash, verifySignature } from '@simplewebauthn/server/helpers';
import * as z from 'zod';
import { decodeBase64url } from './gate/base64url.ts';
import { parseClientData } from './gate/client-data.ts';
import { checkSigned } from './gate/gate.ts';
import { checkPublicKey } from './gate/public-key.ts';

/** All in the words of the wire, binary members in base64url. */
export type SignedRecord = {
  transactionId: string;
  /** What was signed, in canonical JSON. */
  data: string;
  /** COSE_Key of the passkey. */
  publicKey: string;
  clientData: string;
  authenticatorData: string;
  signature: string;
};

/** What of the data stands beside it as well, so that it can be found. */
export type KeptRecord = SignedRecord & { userId: string; at?: string };

const facts = z.object({ account: z.string(), at: z.string() });

/** When it was asked to be signed, ISO text. */
export const timeOf = ({ data }: SignedRecord): string => facts.parse(JSON.parse(data)).at;

/**
 * JSON in the one spelling that is signed: members in the order of their names, no spaces, and nothing that HTML could take
 * for markup. The names are ASCII here, and no numbers.
 */
export function canonicalOf(data: object): string {
  const inOrder = (_name: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  return JSON.stringify(data, inOrder).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A name for an act as it was shown, by which it is seen whether it still is that. */
export const digestOf = (data: object): string =>
  createHash('sha256').update(canonicalOf(data)).digest('base64url');

/**
 * Where a record was signed, if it is what was signed: by a verified user at that site, with this key, in answer to a
 * challenge that is bound to the data, which is about this account and time. Never throws.
 *
 * @returns the origin that the client data names, since a site may move; null when the record is not what was signed
 */
export async function verifiedOrigin(record: KeptRecord): Promise<string | null> {
  try {
    const { account, at } = facts.parse(JSON.parse(record.data));
    const isAbout = account === record.userId && (record.at === undefined || record.at === at);
    const origin = await checkedOrigin(record);
    return isAbout && (await isSignatureOf(record)) ? origin : null;
  } catch {
    return null;
  }
}

/**
 * The origin of a signature that would pass the gate there: its RP ID is the host of its origin, as that of this application
 * is. The challenge that is expected is the record's own: only that it is bound to the data is checked.
 *
 * @throws {GateRefusal} when it would not
 */
async function checkedOrigin({
  transactionId,
  data,
  clientData,
  authenticatorData,
  signature,
}: SignedRecord) {
  const { challenge, origin } = parseClientData(clientData);
  const { hostname: rpId, origin: normalized } = new URL(origin);
  const expected = { challenge, origin: normalized, rpId, transaction: { id: transactionId, data } };
  await checkSigned({ clientDataJSON: clientData, authenticatorData, signature }, expected);
  return origin;
}

/** WebAuthn Level 3, section 7.2, steps 20 and 21. Read strictly, so that the same bytes in another spelling are a change. */
async function isSignatureOf({ publicKey, clientData, authenticatorData, signature }: SignedRecord) {
  const credentialPublicKey = decodeBase64url(publicKey);
  checkPublicKey(credentialPublicKey);
  return verifySignature({
    signature: decodeBase64url(signature),
    data: isoUint8Array.concat([
      decodeBase64url(authenticatorData),
      await toHash(decodeBase64url(clientData)),
    ]),
    credentialPublicKey,
  });
}
