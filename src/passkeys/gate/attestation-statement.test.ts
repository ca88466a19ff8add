import { createHash, createPrivateKey, sign } from 'node:crypto';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import {
  type Authenticator,
  createAuthenticator,
  type RegistrationAnswer,
} from '../../../test/support/authenticator.ts';
import { authDataOf, concat, hex, withAttestation } from '../../../test/support/credential-surgery.ts';
import {
  type Algorithm,
  creationOptions,
  ES256,
  expected,
  filled,
  registrationRefuses,
} from '../../../test/support/gate-fixtures.ts';
import { checkRegistration } from './gate.ts';

/** Made for these tests alone: a certificate as section 8.2.1 wants it, valid until 2120, and its private key. */
const certificate = isoBase64URL.toBuffer(
  'MIIBpzCCAU2gAwIBAgIBATAKBggqhkjOPQQDAjBTMQswCQYDVQQGEwJTRTERMA8GA1UEChMITGF0Y2hrZXkxIjAgBgNVBAsTGUF1' +
    'dGhlbnRpY2F0b3IgQXR0ZXN0YXRpb24xDTALBgNVBAMTBFRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMFMx' +
    'CzAJBgNVBAYTAlNFMREwDwYDVQQKEwhMYXRjaGtleTEiMCAGA1UECxMZQXV0aGVudGljYXRvciBBdHRlc3RhdGlvbjENMAsGA1UE' +
    'AxMEVGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKZsy4nHxBUnK8wluu8YvrrAEPpgYix3kpc9QzX4ZuztiLB8vRC7Totd' +
    '1BIddp0tGIv3rO-wfkioTVMBNX8MPPajEDAOMAwGA1UdEwEB_wQCMAAwCgYIKoZIzj0EAwIDSAAwRQIhAO6-tM_llGWZf_UQ49Gr' +
    'sBoesNXS2xenfsqGn_XM65elAiA-RPl6Pl3vC_tvwtfTvFTaj4ViDMl7diFLcGc66v0kgw',
);
const certificateKey = isoBase64URL.toBuffer(
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPw3Z4B3dQo3ddxCW9VhsQUbPiHKj7G9Tzx9qTmLY9fmhRANCAASm' +
    'bMuJx8QVJyvMJbrvGL66wBD6YGIsd5KXPUM1-Gbs7YiwfL0Qu06LXdQSHXadLRiL96zvsH5IqE1TATV_DDz2',
);
const foreignSignature = isoBase64URL.toBuffer(ES256.assertion.response.signature);

const statement = (fmt: string, members: Record<string, unknown> = {}) =>
  withAttestation(ES256.registration, (m) =>
    m.set('fmt', fmt).set('attStmt', new Map(Object.entries(members))),
  );
const withChain = (x5c: unknown) => statement('packed', { alg: -7, sig: filled(70), x5c });

registrationRefuses({
  'a statement of format none is not empty': { 'a statement where none is': statement('none', { alg: -7 }) },
  'the attestation format is not accepted': {
    'an unknown format': statement('compound'),
    'a format in capitals': statement('None'),
    'a format that every object has': statement('__proto__'),
    'an empty format': statement(''),
    'apple, whose verification follows posted addresses': statement('apple'),
    'android-key, for the same reason': statement('android-key'),
    'android-safetynet, for the same reason': statement('android-safetynet'),
  },
  'the self-attestation is malformed': { 'packed without a statement': statement('packed') },
  'the credential could not be read': {
    'packed with an empty chain': withChain([]),
    'packed with rubbish as chain': withChain([filled(9)]),
    'packed with a number as chain': withChain(1),
    'tpm with rubbish': statement('tpm', { ver: '2.0', alg: -257 }),
    'fido-u2f without a chain': statement('fido-u2f', { sig: filled(70) }),
  },
});

type Statement = Map<string, unknown>;
type Change = (statement: Statement) => unknown;
type Signer = (authenticator: Authenticator, answer: RegistrationAnswer, clientData: Uint8Array) => Statement;

/** A registration whose statement is signed over what it attests, and then changed. */
function packed(algorithm: Algorithm, signed: Signer, change: Change = () => {}): RegistrationAnswer {
  const authenticator = createAuthenticator({ algorithms: [algorithm] });
  const answer = authenticator.create(creationOptions, expected.origin);
  const attStmt = signed(authenticator, answer, isoBase64URL.toBuffer(answer.response.clientDataJSON));
  change(attStmt);
  return withAttestation(answer, (members) => members.set('fmt', 'packed').set('attStmt', attStmt));
}

const byItself: Signer = (authenticator, answer, clientData) => {
  const sig = authenticator.sign(answer.id, authDataOf(answer), clientData);
  return new Map<string, unknown>(Object.entries({ alg: answer.response.publicKeyAlgorithm, sig }));
};

const byCertificate: Signer = (_, answer, clientData) => {
  const key = createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.from(certificateKey) });
  const signed = concat(authDataOf(answer), createHash('sha256').update(clientData).digest());
  const sig = new Uint8Array(sign('sha256', signed, key));
  return new Map<string, unknown>(Object.entries({ alg: -7, sig, x5c: [certificate] }));
};

const sig = (of: Statement) => of.get('sig') as Uint8Array;

describe('self-attestation', () => {
  it.each(['ES256', 'EdDSA', 'RS256'] as const)('passes when it verifies, with %s', async (algorithm) => {
    await expect(checkRegistration(packed(algorithm, byItself), expected)).resolves.toBeDefined();
  });

  const refused: Record<string, Record<string, Change>> = {
    'the self-attestation does not verify': { 'another signature': (s) => s.set('sig', foreignSignature) },
    'the self-attestation is malformed': {
      'a signature that is cut': (s) => s.set('sig', sig(s).slice(0, -1)),
      'a byte behind the signature': (s) => s.set('sig', concat(sig(s), hex('00'))),
      'a signature as text': (s) => s.set('sig', 'sig'),
      'no signature': (s) => s.delete('sig'),
      'another member': (s) => s.set('ecdaaKeyId', filled(8)),
    },
    'the self-attestation names another algorithm': { 'another algorithm': (s) => s.set('alg', -257) },
  };
  registrationRefuses(changed(refused, byItself));
});

describe('attestation with a certificate', () => {
  it('passes when it verifies', async () => {
    await expect(checkRegistration(packed('ES256', byCertificate), expected)).resolves.toBeDefined();
  });

  const refused: Record<string, Record<string, Change>> = {
    'the attestation statement does not verify': {
      'another signature': (s) => s.set('sig', foreignSignature),
    },
    'the credential could not be read': {
      'a certificate that is cut': (s) => s.set('x5c', [certificate.slice(0, -1)]),
      'no algorithm': (s) => s.delete('alg'),
    },
  };
  registrationRefuses(changed(refused, byCertificate));
});

function changed(table: Record<string, Record<string, Change>>, signed: Signer) {
  return Object.fromEntries(
    Object.entries(table).map(([reason, changes]) => [
      reason,
      Object.fromEntries(
        Object.entries(changes).map(([name, change]) => [name, packed('ES256', signed, change)]),
      ),
    ]),
  );
}
