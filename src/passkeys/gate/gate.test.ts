import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import {
  withAttestation,
  withClientDataText,
  withCredentialId,
  withFlags,
  withPublicKey,
  withResponse,
} from '../../../test/support/credential-surgery.ts';
import {
  EdDSA,
  ES256,
  expected,
  filled,
  RS256,
  refusalOf,
  registrationRefuses,
  userId,
} from '../../../test/support/gate-fixtures.ts';
import { acceptedAlgorithms, checkAssertion, checkRegistration } from './gate.ts';

const { registration, assertion } = ES256;
const unverified = (flags: number) => flags & ~0x04;

describe('an honest answer', () => {
  it.each([
    ['ES256', ES256],
    ['EdDSA', EdDSA],
    ['RS256', RS256],
  ])('passes with %s', async (_, answers) => {
    const credentialId = answers.registration.id;
    expect(await checkRegistration(answers.registration, expected)).toMatchObject({ credentialId });
    expect(await checkAssertion(answers.assertion, expected)).toMatchObject({ credentialId, userId });
  });

  it.each([16, 1023])('passes with an id of %i bytes', async (length) => {
    const answer = withCredentialId(registration, filled(length));
    expect((await checkRegistration(answer, expected)).credentialId).toBe(
      isoBase64URL.fromBuffer(filled(length)),
    );
  });

  it('is judged by the relying party at hand, not by any that fits the answer', async () => {
    for (const other of [
      { rpId: 'example.com' },
      { origin: 'https://example.com' },
      { challenge: 'other' },
    ]) {
      await refusalOf(checkRegistration(registration, { ...expected, ...other }));
      await refusalOf(checkAssertion(assertion, { ...expected, ...other }));
    }
  });
});

registrationRefuses({
  'another id is attested': {
    'another id of the same length': withCredentialId(registration, filled(32), registration.id),
    'the attested id cut': withCredentialId(registration, filled(32), isoBase64URL.fromBuffer(filled(31))),
  },
  'the id is too short or too long': { 'an id of 15 bytes': withCredentialId(registration, filled(15)) },
});

describe('uv_required', () => {
  it('is said when only user verification is missing', async () => {
    const made = await refusalOf(checkRegistration(withFlags(registration, unverified), expected));
    expect(made).toMatchObject({ code: 'uv_required', reason: 'the user was not verified' });
    const used = await refusalOf(checkAssertion(withFlags(assertion, unverified), expected));
    expect(used).toMatchObject({ code: 'uv_required', reason: 'the user was not verified' });
  });

  it.each([
    ['the key is weak', withPublicKey(registration, (key) => key.set(-3, filled(32)))],
    ['the statement lies', withAttestation(registration, (members) => members.set('fmt', 'packed'))],
    ['another id is attested', withCredentialId(registration, filled(32), registration.id)],
  ])('is not said at registration when also %s', async (_, answer) => {
    expect((await refusalOf(checkRegistration(withFlags(answer, unverified), expected))).code).toBe(
      'refused',
    );
  });

  it.each([
    ['the signature is malformed', withResponse(assertion, { signature: 'AAAA' })],
    ['the user handle is no text', withResponse(assertion, { userHandle: '_w' })],
  ])('is not said at sign-in when also %s', async (_, answer) => {
    expect((await refusalOf(checkAssertion(withFlags(answer, unverified), expected))).code).toBe('refused');
  });
});

describe('a refusal', () => {
  it('carries nothing that was posted', async () => {
    const refusal = await refusalOf(
      checkAssertion(
        withClientDataText(assertion, () => 'S3CRET'),
        expected,
      ),
    );
    expect(refusal.cause).toBeUndefined();
    expect(`${refusal.message} ${refusal.reason} ${refusal.stack}`).not.toContain('S3CRET');
  });
});

describe('the accepted algorithms', () => {
  it('are Ed25519, ES256 and RS256, in this order', () => {
    expect(acceptedAlgorithms).toEqual([-8, -7, -257]);
  });
});
