import { isoBase64URL, isoCBOR } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../test/support/authenticator.ts';
import { creationOptions, EdDSA, ES256, expected, RS256, userId } from '../../test/support/gate-fixtures.ts';
import {
  challengeOf,
  decodeClaims,
  decodeCredential,
  decodeOptions,
  type Section,
} from './ceremony-decoder.ts';

const publicKey = creationOptions.publicKey;
const requestOptions = { challenge: expected.challenge, rpId: expected.rpId, userVerification: 'required' };

/** Rows by field, over all sections. */
function rowsOf(...sections: Section[]): Record<string, { value: string; step: string }> {
  return Object.fromEntries(
    sections.flatMap(({ title, rows }) => rows.map((row) => [`${title}: ${row.field}`, row])),
  );
}

describe('a registration', () => {
  const rows = rowsOf(
    decodeOptions('register', publicKey),
    ...decodeCredential('register', ES256.registration, publicKey),
  );

  it.each([
    ['Creation options: rp.id', 'app.example.com', '7.1 step 14'],
    ['Creation options: user.id', userId, '7.1 step 29'],
    ['Creation options: pubKeyCredParams', 'EdDSA (-8), ES256 (-7), RS256 (-257)', '7.1 step 20'],
    ['Creation options: authenticatorSelection.userVerification', 'required', '7.1 step 16'],
    ['Credential: id', ES256.registration.id, '7.1 steps 25 and 26'],
    ['Credential: transports', '["internal","hybrid"]', '7.1 step 27'],
    ['Client data: type', 'webauthn.create', '7.1 step 7'],
    ['Client data: challenge', expected.challenge, '7.1 step 8'],
    ['Client data: origin', 'https://app.example.com', '7.1 step 9'],
    ['Client data: crossOrigin', 'false', '7.1 step 10'],
    ['Client data: topOrigin', 'absent', '7.1 step 11'],
    ['Attestation object: fmt', 'none', '7.1 step 21'],
    ['Attestation object: attStmt', '{}', '7.1 steps 22 to 24'],
    ['Authenticator data: UP, user present', 'set', '7.1 step 15'],
    ['Authenticator data: UV, user verified', 'set', '7.1 step 16'],
    ['Authenticator data: BE, backup eligible', 'set', '7.1 steps 17 and 18'],
    ['Authenticator data: BS, backed up', 'set', '7.1 steps 17 and 19'],
    ['Authenticator data: AT, credential attested', 'set', '6.1'],
    ['Authenticator data: ED, extension data', 'not set', '7.1 step 28'],
    ['Authenticator data: credential id', ES256.registration.id, '7.1 steps 25 and 26'],
    ['Authenticator data: key algorithm', 'ES256 (-7)', '7.1 step 20'],
  ])('shows %s', (field, value, step) => {
    expect(rows[field]).toMatchObject({ value, step: expect.stringMatching(new RegExp(`^${step}\\b`)) });
  });

  it('says whose hash it is', () => {
    expect(rows['Authenticator data: rpIdHash']?.value).toMatch(
      /^[\w-]{43} \(SHA-256 of app\.example\.com\)$/,
    );
    const other = { rp: { id: 'other.example.com' } };
    const foreign = rowsOf(...decodeCredential('register', ES256.registration, other));
    expect(foreign['Authenticator data: rpIdHash']?.value).toMatch(
      / \(not the SHA-256 of other\.example\.com\)$/,
    );
    const alone = rowsOf(...decodeCredential('register', ES256.registration));
    expect(alone['Authenticator data: rpIdHash']?.value).toMatch(/^[\w-]{43}$/);
  });

  it('names the other algorithms', () => {
    const named = [EdDSA, RS256].map(({ registration }) =>
      rowsOf(...decodeCredential('register', registration)),
    );
    expect(named.map((one) => one['Authenticator data: key algorithm']?.value)).toEqual([
      'EdDSA (-8)',
      'RS256 (-257)',
    ]);
  });

  it('names the model of a known AAGUID', () => {
    const aaguid = Uint8Array.from(Buffer.from('ea9b8d664d011d213ce4b6b48cb575d4', 'hex'));
    const registration = createAuthenticator({ aaguid }).create(creationOptions, expected.origin);
    expect(rowsOf(...decodeCredential('upgrade', registration))['Authenticator data: AAGUID']?.value).toBe(
      'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4 (Google Password Manager)',
    );
  });

  it('shows flags that are not set', () => {
    const flags = { userPresent: false, userVerified: false, backupEligible: false, backedUp: false };
    const registration = createAuthenticator({ flags }).create(creationOptions, expected.origin);
    const shown = rowsOf(...decodeCredential('upgrade', registration));
    for (const flag of ['UP, user present', 'UV, user verified', 'BE, backup eligible', 'BS, backed up']) {
      expect(shown[`Authenticator data: ${flag}`]?.value).toBe('not set');
    }
  });
});

describe('a sign-in', () => {
  const rows = rowsOf(
    decodeOptions('sign-in', requestOptions),
    ...decodeCredential('sign-in', ES256.assertion, requestOptions),
    decodeClaims('sign-in', { aud: ['app.example.com'], sub: userId, cred: 'an-id', iat: 0, exp: 1e300 }),
  );

  it.each([
    ['Request options: rpId', 'app.example.com', '7.2 step 15'],
    ['Request options: userVerification', 'required', '7.2 step 17'],
    ['Credential: userHandle', userId, '7.2 step 6'],
    ['Credential: signature', ES256.assertion.response.signature, '7.2 step 21'],
    ['Client data: type', 'webauthn.get', '7.2 step 10'],
    ['Client data: challenge', expected.challenge, '7.2 step 11'],
    ['Client data: origin', 'https://app.example.com', '7.2 step 12'],
    ['Client data: crossOrigin', 'false', '7.2 step 13'],
    ['Client data: topOrigin', 'absent', '7.2 step 14'],
    ['Authenticator data: UP, user present', 'set', '7.2 step 16'],
    ['Authenticator data: UV, user verified', 'set', '7.2 step 17'],
    ['Authenticator data: BE, backup eligible', 'set', '7.2 steps 18 and 19'],
    ['Authenticator data: AT, credential attested', 'not set', '6.1'],
    ['Authenticator data: sign count', expect.stringMatching(/^\d+$/), '7.2 step 22'],
    ['Token claims: aud', '["app.example.com"]', 'Hanko API'],
    ['Token claims: sub', userId, 'Hanko API'],
    ['Token claims: cred', 'an-id', 'Hanko API'],
    ['Token claims: iat', '0 (1970-01-01T00:00:00.000Z)', 'Hanko API'],
    ['Token claims: exp', expect.stringMatching(/^cannot be read: /), 'Hanko API'],
  ])('shows %s', (field, value, step) => {
    expect(rows[field]).toMatchObject({ value, step: expect.stringMatching(new RegExp(`^${step}\\b`)) });
  });

  it('shows no attestation and no model, which only a registration has', () => {
    expect(Object.keys(rows).filter((field) => /Attestation|AAGUID|key algorithm/.test(field))).toEqual([]);
  });
});

describe('what nobody expects', () => {
  const base64url = (text: string) => isoBase64URL.fromUTF8String(text);
  const withResponse = (response: object) => ({ ...ES256.registration, response });
  const cbor = (value: Parameters<typeof isoCBOR.encode>[0]) =>
    isoBase64URL.fromBuffer(isoCBOR.encode(value));
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  const clientData = (text: string) => withResponse({ clientDataJSON: base64url(text) });

  const junk: Record<string, unknown> = {
    nothing: undefined,
    null: null,
    'a number': 7,
    text: 'credential',
    'a list': [],
    'an empty object': {},
    'a response that is text': { response: 'response' },
    'numbers for everything': {
      id: 1,
      rawId: 2,
      type: 3,
      response: { clientDataJSON: 4, authenticatorData: 5 },
    },
    'no base64url': withResponse({ clientDataJSON: '*', attestationObject: '%', authenticatorData: 'ö' }),
    'client data that is not JSON': clientData('{'),
    'client data that is null': clientData('null'),
    'client data that is a list': clientData('[1]'),
    'client data of other types': clientData(
      '{"type":{"a":[null]},"challenge":1e400,"origin":[],"topOrigin":""}',
    ),
    'client data with names of prototypes': clientData(
      '{"__proto__":{"type":"x"},"constructor":1,"toString":2}',
    ),
    'client data that is deep': clientData(`{"type":${deep},"more":${deep}}`),
    'client data that is no UTF-8': withResponse({
      clientDataJSON: isoBase64URL.fromBuffer(Uint8Array.of(255)),
    }),
    'CBOR that is no map': withResponse({ attestationObject: cbor(7) }),
    'a map without members': withResponse({ attestationObject: cbor(new Map()) }),
    'a map of other types': withResponse({ attestationObject: cbor(new Map([['authData', 'text']])) }),
    'CBOR that is deep': withResponse({
      attestationObject: isoBase64URL.fromBuffer(new Uint8Array(40_000).fill(0x81)),
    }),
    'authenticator data that is short': withResponse({ authenticatorData: base64url('short') }),
    'authenticator data that promises more than it holds': withResponse({
      authenticatorData: isoBase64URL.fromBuffer(new Uint8Array(37).fill(255)),
      attestationObject: cbor(new Map([['authData', new Uint8Array(60).fill(255)]])),
    }),
    'a handle that is no text': { response: { userHandle: isoBase64URL.fromBuffer(Uint8Array.of(255, 0)) } },
  };

  it.each(Object.entries(junk))('is shown and never throws: %s', (_, credential) => {
    for (const purpose of ['register', 'second factor registration', 'sign-in', 'second factor'] as const) {
      const sections = decodeCredential(purpose, credential, publicKey);
      expect(sections.length).toBeGreaterThan(2);
      for (const { rows } of sections) expect(rows.length).toBeGreaterThan(0);
    }
    expect(challengeOf(credential)).toBeNull();
  });

  it('is said to be unreadable, and why', () => {
    const rows = rowsOf(...decodeCredential('sign-in', clientData('null')));
    expect(rows['Client data: Client data']).toEqual({
      field: 'Client data',
      value: 'cannot be read: it is JSON, but no object',
      step: '7.2 steps 8 and 9: JSON in UTF-8',
    });
    expect(rows['Authenticator data: Authenticator data']?.value).toBe('cannot be read: it is absent');
  });

  it('is cut where it is long', () => {
    const rows = rowsOf(...decodeCredential('sign-in', clientData(`{"type":"${'A'.repeat(40_000)}"}`)));
    expect(rows['Client data: type']?.value).toBe(`${'A'.repeat(1_000)}… (40000 characters)`);
  });

  it('is shown beside what is known, on one row', () => {
    const rows = rowsOf(
      ...decodeCredential('sign-in', clientData('{"type":"x","other_keys":1,"more":{"a":2}}')),
    );
    expect(rows['Client data: other members']?.value).toBe('{"other_keys":1,"more":{"a":2}}');
  });

  it('may be options, too', () => {
    const rows = rowsOf(decodeOptions('register', { rp: null, pubKeyCredParams: 7, new: { thing: 1 } }));
    expect(rows['Creation options: rp']?.value).toBe('null');
    expect(rows['Creation options: pubKeyCredParams']?.value).toMatch(/^cannot be read: /);
    expect(rows['Creation options: new.thing']).toMatchObject({ value: '1', step: '' });
  });
});
