/** What the gate forgives, in which ceremony, and what it does not forgive there either. */
import { describe, expect, it } from 'vitest';
import {
  withAttestation,
  withClientData,
  withCredentialId,
  withFlags,
  withPublicKey,
  withResponse,
} from '../../../test/support/credential-surgery.ts';
import { ES256, expected, filled, refusalOf, userId } from '../../../test/support/gate-fixtures.ts';
import { checkAssertion, checkRegistration } from './gate.ts';

const { registration, assertion } = ES256;
const absent = (flags: number) => flags & ~0x01;
const unverified = (flags: number) => flags & ~0x04;

describe('an automatic upgrade', () => {
  const unattended = { ...expected, unattended: true };

  it.each([
    ['nobody was present or verified', (flags: number) => unverified(absent(flags))],
    ['somebody was verified without being present', absent],
    ['somebody was present and not verified', unverified],
    ['somebody was present and verified', (flags: number) => flags],
  ])('is the one ceremony that takes an answer where %s', async (_, change) => {
    const answer = withFlags(registration, change);
    const { flags, credentialId } = await checkRegistration(answer, unattended);
    expect(credentialId).toBe(registration.id);
    expect(flags).toMatchObject({
      userPresent: change(0x05) % 2 === 1,
      userVerified: (change(0x05) & 0x04) === 0x04,
    });
    const isHonest = change(0x05) === 0x05;
    if (!isHonest) await refusalOf(checkRegistration(answer, expected));
    if (!isHonest) await refusalOf(checkRegistration(answer, { ...expected, unattended: false }));
  });

  const unseen = withFlags(registration, (flags) => unverified(absent(flags)));
  it.each([
    ['the key is weak', withPublicKey(unseen, (key) => key.set(-3, filled(32)))],
    ['the statement lies', withAttestation(unseen, (members) => members.set('fmt', 'packed'))],
    ['another id is attested', withCredentialId(unseen, filled(32), registration.id)],
    ['it is backed up without being eligible', withFlags(unseen, (flags) => (flags & ~0x08) | 0x10)],
    ['it is of another origin', withClientData(unseen, { origin: 'https://evil.example' })],
    ['its challenge is another one', withClientData(unseen, { challenge: 'A'.repeat(43) })],
    ['it ran in an embedded page', withClientData(unseen, { crossOrigin: true })],
    ['it is of another ceremony', withClientData(unseen, { type: 'webauthn.get' })],
    ['its attestation is broken', withResponse(unseen, { attestationObject: 'AAAA' })],
  ])('takes nothing else: not when %s', async (_, answer) => {
    expect((await refusalOf(checkRegistration(answer, unattended))).code).toBe('refused');
  });
});

describe('the owner of an assertion', () => {
  const nameless = withResponse(assertion, { userHandle: undefined });

  it('must be said by it, unless it is known whose ceremony it is', async () => {
    expect((await refusalOf(checkAssertion(nameless, expected))).reason).toBe('the user handle is missing');
    const known = await checkAssertion(nameless, { ...expected, userId });
    expect(known).toMatchObject({ userId, credentialId: assertion.id });
    expect(known.credential.response).not.toHaveProperty('userHandle');
  });

  it('is whom it says, also where somebody else is expected: the ceremony judges that', async () => {
    expect((await checkAssertion(assertion, { ...expected, userId: 'grace' })).userId).toBe(userId);
  });

  it('is not believed when it says nonsense, although it is known', async () => {
    const nonsense = withResponse(assertion, { userHandle: '_w' });
    const refusal = await refusalOf(checkAssertion(nonsense, { ...expected, userId }));
    expect(refusal.reason).toBe('the user handle is not UTF-8');
  });

  it.each([
    ['present', absent, 'refused'],
    ['verified', unverified, 'uv_required'],
  ])('must be %s, also where it is known who they are', async (_, change, code) => {
    const answer = withFlags(nameless, change);
    const expectation = { ...expected, userId, unattended: false };
    expect((await refusalOf(checkAssertion(answer, expectation))).code).toBe(code);
  });
});
