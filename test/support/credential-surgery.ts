/** Changes to single parts of a browser's answer, everything else left as it was. Each gives a new answer. */
import { isoBase64URL, isoCBOR, isoUint8Array } from '@simplewebauthn/server/helpers';
import type { AssertionAnswer, RegistrationAnswer } from './authenticator.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Answer = RegistrationAnswer | AssertionAnswer;
export type Cbor = Map<string | number, unknown>;

const { fromBuffer, toBuffer } = isoBase64URL;

export const utf8 = (text: string): Bytes => isoUint8Array.fromUTF8String(text);
export const hex = (digits: string): Bytes => isoUint8Array.fromHex(digits);
export const concat = (...parts: Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts));
export const cbor = (value: unknown): Bytes => isoCBOR.encode(value as Parameters<typeof isoCBOR.encode>[0]);

/** The same answer with other outer members; `undefined` removes one. */
export function withOuter<T extends Answer>(answer: T, members: Record<string, unknown>): T {
  return JSON.parse(JSON.stringify({ ...answer, ...members }));
}

/** The same answer with other members of `response`; `undefined` removes one. */
export function withResponse<T extends Answer>(answer: T, members: Record<string, unknown>): T {
  return withOuter(answer, { response: { ...answer.response, ...members } });
}

/** @param change from the client data's text to another, or to any bytes */
export function withClientDataText<T extends Answer>(answer: T, change: (text: string) => string | Bytes): T {
  const changed = change(new TextDecoder().decode(toBuffer(answer.response.clientDataJSON)));
  return withResponse(answer, {
    clientDataJSON: fromBuffer(typeof changed === 'string' ? utf8(changed) : changed),
  });
}

/** The same answer with other members in its client data; `undefined` removes one. */
export function withClientData<T extends Answer>(answer: T, members: Record<string, unknown>): T {
  return withClientDataText(answer, (text) => JSON.stringify({ ...JSON.parse(text), ...members }));
}

/** @param change from the attestation object's map to another, or to any bytes */
export function withAttestation(
  answer: RegistrationAnswer,
  change: (members: Cbor) => Cbor | Bytes,
): RegistrationAnswer {
  const changed = change(isoCBOR.decodeFirst<Cbor>(toBuffer(answer.response.attestationObject)));
  const bytes = changed instanceof Map ? cbor(changed) : changed;
  return withResponse(answer, { attestationObject: fromBuffer(bytes) });
}

/** The authenticator data of either answer. */
export function authDataOf(answer: Answer): Bytes {
  if (!('attestationObject' in answer.response)) return toBuffer(answer.response.authenticatorData);
  const attestation = isoCBOR.decodeFirst<Cbor>(toBuffer(answer.response.attestationObject));
  return attestation.get('authData') as Bytes;
}

/** @param change from the authenticator data to other bytes */
export function withAuthData<T extends Answer>(answer: T, change: (bytes: Bytes) => Bytes): T {
  const changed = change(authDataOf(answer));
  if (!('attestationObject' in answer.response)) {
    return withResponse(answer, { authenticatorData: fromBuffer(changed) });
  }
  return withAttestation(answer as RegistrationAnswer, (members) => members.set('authData', changed)) as T;
}

/** @param change from the flags byte to another */
export function withFlags<T extends Answer>(answer: T, change: (flags: number) => number): T {
  return withAuthData(answer, (bytes) => bytes.map((byte, at) => (at === 32 ? change(byte) : byte)));
}

/** Another credential id inside the authenticator data, and outside too unless told otherwise. */
export function withCredentialId(
  answer: RegistrationAnswer,
  id: Bytes,
  outer = fromBuffer(id),
): RegistrationAnswer {
  const changed = withAuthData(answer, (bytes) => {
    const length = hex(id.length.toString(16).padStart(4, '0'));
    return concat(bytes.slice(0, 53), length, id, bytes.slice(keyStart(bytes)));
  });
  return withOuter(changed, { id: outer, rawId: outer });
}

/** @param change from the COSE key to another, or to any bytes */
export function withPublicKey(
  answer: RegistrationAnswer,
  change: (key: Cbor) => Cbor | Bytes,
): RegistrationAnswer {
  return withAuthData(answer, (bytes) => {
    const changed = change(isoCBOR.decodeFirst<Cbor>(bytes.slice(keyStart(bytes))));
    return concat(bytes.slice(0, keyStart(bytes)), changed instanceof Map ? cbor(changed) : changed);
  });
}

function keyStart(authData: Bytes): number {
  return 55 + (authData[53] ?? 0) * 256 + (authData[54] ?? 0);
}
