/** The body of login/finalize and transaction/finalize, taken apart. Knows its shape; decides nothing about trust. */
import { isoBase64URL, parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import * as z from 'zod';
import { type ClientData, readClientData } from './client-data.ts';
import { Problem } from './problem.ts';
import { bytes, credentialIdText, parseBody } from './response-fields.ts';

const envelope = z.object({
  id: z.string().nullish(),
  rawId: bytes.or(z.literal('')).nullish(),
  type: z.string().nullish(),
  response: z.unknown().optional(),
});

const parts = z.object({
  clientDataJSON: bytes,
  authenticatorData: bytes,
  signature: bytes,
  userHandle: bytes.or(z.literal('')).nullish(),
});

type AuthenticatorData = ReturnType<typeof parseAuthenticatorData>;

export type Assertion = {
  /** What the credential is looked up by; `''` when it was not sent. */
  rawId: string;
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
  /** The user id as text; `''` when it was not sent or cannot be one. */
  userHandle: string;
  clientData: ClientData;
  parsed: AuthenticatorData;
};

/**
 * @param title of the refusal, which names what could not be finished
 * @throws {Problem} 400 when a part is missing or cannot be read
 */
export function parseAssertion(text: string, title = 'unable to finish login'): Assertion {
  const unreadable = (details: string) => new Problem(400, title, details);
  const attempt = <T>(read: () => T, details: string): T => {
    try {
      return read();
    } catch {
      throw unreadable(details);
    }
  };
  const body = parseBody(envelope, text);
  if (!body) throw unreadable('Parse error for Assertion');
  if (!body.id) throw unreadable('CredentialAssertionResponse with ID missing');
  if (!credentialIdText.safeParse(body.id).success) {
    throw unreadable('CredentialAssertionResponse with ID not base64url encoded');
  }
  if (body.type !== 'public-key') throw unreadable('CredentialAssertionResponse with bad type');
  const response = parts.safeParse(body.response);
  if (!response.success) throw unreadable('Error parsing assertion response');
  const { clientDataJSON, authenticatorData, signature, userHandle } = response.data;
  return {
    rawId: body.rawId ?? '',
    clientDataJSON,
    authenticatorData,
    signature,
    userHandle: textOfHandle(userHandle ?? ''),
    clientData: attempt(() => readClientData(clientDataJSON), 'Error parsing client data'),
    parsed: attempt(
      () => parseAuthenticatorData(isoBase64URL.toBuffer(authenticatorData)),
      'Error unmarshalling auth data',
    ),
  };
}

/** A handle is the UTF-8 of a user id, and no user id holds NUL. */
function textOfHandle(handle: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      isoBase64URL.toBuffer(handle),
    );
    return text.includes('\0') ? '' : text;
  } catch {
    return '';
  }
}
