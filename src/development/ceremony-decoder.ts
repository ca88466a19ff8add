/**
 * Ceremonies decoded into rows of field, value and specification step. Shows and judges nothing: what cannot be read
 * is shown as such, and nothing that can be posted makes it throw. Must not know HTTP.
 */
import { createHash } from 'node:crypto';
import { authenticatorMetadata } from '@passwordless-id/webauthn/dist/esm/authenticatorMetadata.js';
import {
  convertAAGUIDToString,
  cose,
  decodeAttestationObject,
  decodeClientDataJSON,
  decodeCredentialPublicKey,
  isoBase64URL,
  parseAuthenticatorData,
} from '@simplewebauthn/server/helpers';
import { readable } from './readable.ts';
import {
  attestationSteps,
  authenticatorDataSteps,
  claimSteps,
  clientDataSteps,
  credentialSteps,
  kindOf,
  optionSteps,
  type Purpose,
  type Steps,
  stepOf,
} from './specification-steps.ts';

type Row = { field: string; value: string; step: string };
export type Section = { title: string; rows: Row[] };

type Reading = [field: string, read: () => unknown];

/** The options of a start, members of members as `rp.id`. */
export function decodeOptions(purpose: Purpose, publicKey: object): Section {
  const title = kindOf[purpose] === 'creation' ? 'Creation options' : 'Request options';
  return section(title, optionSteps, purpose, () =>
    flattened(publicKey).map(([field, value]) => [field, () => option(field, value)]),
  );
}

/**
 * What was posted at a finish.
 *
 * @param credential anything
 * @param options those of the start, to tell whose hash is meant; undefined when the start is not known
 */
export function decodeCredential(purpose: Purpose, credential: unknown, options?: object): Section[] {
  const response = memberOf(credential, 'response');
  const created = kindOf[purpose] === 'creation';
  const attestation = () => attestationMembers(memberOf(response, 'attestationObject'));
  const authenticatorData = () =>
    created
      ? (attestation().get('authData') as Uint8Array)
      : bytesOf(memberOf(response, 'authenticatorData'));
  const rpId = created ? memberOf(memberOf(options, 'rp'), 'id') : memberOf(options, 'rpId');
  return [
    section('Credential', credentialSteps, purpose, () => postedReadings(credential, response, created)),
    section('Client data', clientDataSteps, purpose, () => clientDataReadings(response)),
    ...(created
      ? [section('Attestation object', attestationSteps, purpose, () => attestationReadings(attestation()))]
      : []),
    section('Authenticator data', authenticatorDataSteps, purpose, () =>
      authenticatorDataReadings(authenticatorData(), rpId),
    ),
  ];
}

/** The claims of a token that has been verified already. */
export function decodeClaims(purpose: Purpose, claims: object): Section {
  return section('Token claims', claimSteps, purpose, () =>
    Object.entries(claims).map(([field, value]) => [field, () => claim(field, value)]),
  );
}

/** The challenge that a posted credential answers; null when there is none, or it cannot be read. */
export function challengeOf(credential: unknown): string | null {
  try {
    const challenge = memberOf(clientDataOf(memberOf(credential, 'response')), 'challenge');
    return typeof challenge === 'string' ? challenge : null;
  } catch {
    return null;
  }
}

function section(title: string, steps: Steps, purpose: Purpose, readings: () => Reading[]): Section {
  const rows = orUnreadable(title, readings).map(([field, read]) => ({
    field,
    value: readable(read),
    step: stepOf(steps, field, purpose),
  }));
  return { title, rows };
}

/** When the whole cannot be taken apart, it is one row that says why. */
function orUnreadable(whole: string, readings: () => Reading[]): Reading[] {
  try {
    return readings();
  } catch (error) {
    const unreadable = () => {
      throw error;
    };
    return [[whole, unreadable]];
  }
}

function postedReadings(credential: unknown, response: unknown, created: boolean): Reading[] {
  const members = ['id', 'rawId', 'type', 'authenticatorAttachment', 'clientExtensionResults'];
  const outer = members.map((field): Reading => [field, () => memberOf(credential, field)]);
  const inner: Reading[] = created
    ? [['transports', () => memberOf(response, 'transports')]]
    : [
        ['userHandle', () => utf8(memberOf(response, 'userHandle'))],
        ['signature', () => memberOf(response, 'signature')],
      ];
  return [...outer, ...inner];
}

const clientDataMembers = ['type', 'challenge', 'origin', 'crossOrigin', 'topOrigin'];

function clientDataReadings(response: unknown): Reading[] {
  const clientData = clientDataOf(response);
  const others = Object.entries(clientData).filter(([name]) => !clientDataMembers.includes(name));
  return [
    ...clientDataMembers.map((field): Reading => [field, () => memberOf(clientData, field)]),
    ...(others.length > 0 ? [['other members', () => Object.fromEntries(others)] as Reading] : []),
  ];
}

function clientDataOf(response: unknown): object {
  const value: unknown = decodeClientDataJSON(textOf(memberOf(response, 'clientDataJSON')));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('it is JSON, but no object');
  }
  return value;
}

function attestationMembers(encoded: unknown): Map<unknown, unknown> {
  const value: unknown = decodeAttestationObject(bytesOf(encoded));
  if (!(value instanceof Map)) throw new Error('it is CBOR, but no map');
  return value;
}

function attestationReadings(members: Map<unknown, unknown>): Reading[] {
  return ['fmt', 'attStmt'].map((field) => [field, () => members.get(field)]);
}

function authenticatorDataReadings(bytes: Uint8Array, rpId: unknown): Reading[] {
  // A copy: the library changes the bytes for a moment while it reads a key of Firefox 117.
  const data = parseAuthenticatorData(new Uint8Array(bytes));
  const { flags, aaguid, credentialID, credentialPublicKey, extensionsData } = data;
  return [
    ['rpIdHash', () => hashOf(data.rpIdHash, rpId)],
    ['UP, user present', () => setOrNot(flags.up)],
    ['UV, user verified', () => setOrNot(flags.uv)],
    ['BE, backup eligible', () => setOrNot(flags.be)],
    ['BS, backed up', () => setOrNot(flags.bs)],
    ['AT, credential attested', () => setOrNot(flags.at)],
    ['ED, extension data', () => setOrNot(flags.ed)],
    ['sign count', () => data.counter],
    ...(aaguid ? [['AAGUID', () => model(convertAAGUIDToString(aaguid))] as Reading] : []),
    ...(credentialID ? [['credential id', () => credentialID] as Reading] : []),
    ...(credentialPublicKey ? [['key algorithm', () => algorithmOf(credentialPublicKey)] as Reading] : []),
    ...(extensionsData ? [['extensions', () => extensionsData] as Reading] : []),
  ];
}

function setOrNot(flag: boolean): string {
  return flag ? 'set' : 'not set';
}

function hashOf(hash: Uint8Array<ArrayBuffer>, rpId: unknown): string {
  const text = isoBase64URL.fromBuffer(hash);
  if (typeof rpId !== 'string') return text;
  const matches = createHash('sha256').update(rpId).digest('base64url') === text;
  return `${text} (${matches ? 'SHA-256 of' : 'not the SHA-256 of'} ${rpId})`;
}

function model(aaguid: string): string {
  return `${aaguid} (${authenticatorMetadata[aaguid] ?? 'not a model that we know'})`;
}

function algorithmOf(publicKey: Uint8Array<ArrayBuffer>): string {
  return algorithm(decodeCredentialPublicKey(publicKey).get(cose.COSEKEYS.alg));
}

function algorithm(id: unknown): string {
  const name = typeof id === 'number' ? cose.COSEALG[id] : undefined;
  return name ? `${name} (${id})` : `${id}`;
}

/** What a member of the options means, where that is not plain. */
function option(field: string, value: unknown): unknown {
  if (field === 'user.id') return utf8(value);
  if (field === 'pubKeyCredParams') {
    return (value as unknown[]).map((offered) => algorithm(memberOf(offered, 'alg'))).join(', ');
  }
  return value;
}

function claim(field: string, value: unknown): unknown {
  const isTime = (field === 'iat' || field === 'exp') && typeof value === 'number';
  return isTime ? `${value} (${new Date(value * 1000).toISOString()})` : value;
}

/** Members of members by one name, one level deep: `rp.id`. */
function flattened(value: object): [field: string, value: unknown][] {
  return Object.entries(value).flatMap(([field, member]) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) && field !== 'extensions'
      ? Object.entries(member).map(([name, inner]): [string, unknown] => [`${field}.${name}`, inner])
      : [[field, member] as [string, unknown]],
  );
}

/** An own member of what may be no object at all. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(value === undefined ? 'it is absent' : 'it is no text');
  return value;
}

function bytesOf(encoded: unknown): Uint8Array<ArrayBuffer> {
  return isoBase64URL.toBuffer(textOf(encoded));
}

/** Text that travels as base64url of UTF-8. */
function utf8(encoded: unknown): string | undefined {
  if (encoded === undefined || encoded === null || encoded === '') return undefined;
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(encoded));
}
