/** The three members of a collected client data object (WebAuthn section 5.8.1) that a ceremony is recognised by. */
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import * as z from 'zod';

const schema = z.object({
  type: z.string().catch(''),
  challenge: z.string().catch(''),
  origin: z.string().catch(''),
});

export type ClientData = z.infer<typeof schema>;

/**
 * Reads base64url of clientDataJSON; a leading byte order mark is skipped. A member that is missing or no string is `''`.
 *
 * @throws when it is no JSON object
 */
export function readClientData(clientDataJSON: string): ClientData {
  return schema.parse(JSON.parse(isoBase64URL.toUTF8String(clientDataJSON)));
}
