/** The body of registration/finalize, taken apart. Knows its shape; decides nothing about trust. */
import {
  decodeAttestationObject,
  isoBase64URL,
  parseAuthenticatorData,
} from '@simplewebauthn/server/helpers';
import * as z from 'zod';
import { type ClientData, readClientData } from './client-data.ts';
import { Problem } from './problem.ts';
import { bytes, credentialIdText, parseBody } from './response-fields.ts';

const transports = z.array(z.string().max(32)).max(16).nullish();

const envelope = z.object({
  id: credentialIdText,
  type: z.literal('public-key'),
  transports,
  response: z.unknown().optional(),
});

const parts = z.object({ clientDataJSON: bytes, attestationObject: bytes, transports });

type AuthenticatorData = ReturnType<typeof parseAuthenticatorData>;

export type Attestation = {
  /** As the caller names it; the credential's own id stands in the authenticator data. */
  id: string;
  clientDataJSON: string;
  attestationObject: string;
  /** Without repeats. */
  transports: readonly string[];
  clientData: ClientData;
  format: string;
  authenticatorData: AuthenticatorData;
};

/** @throws {Problem} 400 when a part is missing or cannot be read */
export function parseAttestation(text: string): Attestation {
  const body = parseBody(envelope, text);
  if (!body) throw unreadable('Parse error for Registration');
  const response = parts.safeParse(body.response);
  if (!response.success) throw unreadable('Error parsing attestation response');
  const { clientDataJSON, attestationObject } = response.data;
  const named = response.data.transports?.length ? response.data.transports : body.transports;
  return {
    id: body.id,
    clientDataJSON,
    attestationObject,
    transports: [...new Set(named)],
    ...decode(clientDataJSON, attestationObject),
  };
}

function decode(clientDataJSON: string, attestationObject: string) {
  try {
    const object = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
    return {
      clientData: readClientData(clientDataJSON),
      format: String(object.get('fmt')),
      authenticatorData: parseAuthenticatorData(object.get('authData')),
    };
  } catch {
    throw unreadable('Error parsing attestation response');
  }
}

function unreadable(details: string): Problem {
  return new Problem(400, 'unable to parse credential creation response', details);
}
