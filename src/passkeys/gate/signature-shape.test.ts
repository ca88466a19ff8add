import { generateKeyPairSync, sign } from 'node:crypto';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import { concat, hex, withResponse } from '../../../test/support/credential-surgery.ts';
import { EdDSA, ES256, expected, filled, RS256, signInRefuses } from '../../../test/support/gate-fixtures.ts';
import { checkAssertion } from './gate.ts';
import { isWholeSignature } from './signature-shape.ts';

const honest = isoBase64URL.toBuffer(ES256.assertion.response.signature);
const signed = (bytes: Uint8Array<ArrayBuffer>) =>
  withResponse(ES256.assertion, { signature: isoBase64URL.fromBuffer(bytes) });
/** A SEQUENCE of these two INTEGERs. */
const der = (r: string, s: string) => concat(hex('30'), Uint8Array.of((r.length + s.length) / 2), hex(r + s));
const integer = '0201';

describe('a signature', () => {
  it('of a real key passes, whatever the lengths of its two numbers', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (let made = 0; made < 600; made += 1) {
      expect(isWholeSignature(sign('sha256', Buffer.of(made & 255, made >> 8), privateKey))).toBe(true);
    }
  });

  it.each([
    ['ES256', ES256],
    ['EdDSA', EdDSA],
    ['RS256', RS256],
  ])('by %s passes the gate', async (_, { assertion }) => {
    await expect(checkAssertion(assertion, expected)).resolves.toBeDefined();
  });

  it.each([64, 256, 384, 512])('of %i bytes that begins with 0x30 by chance passes', (length) => {
    expect(isWholeSignature(filled(length, 0x30))).toBe(true);
    expect(isWholeSignature(filled(length, 0x30, length - 2, 0x02))).toBe(true);
  });

  it('of 64 bytes that begins like a longer ECDSA signature passes', () => {
    const longer = der(`022100${'a5'.repeat(32)}`, `022100${'a5'.repeat(32)}`);
    expect(isWholeSignature(longer)).toBe(true);
    expect(isWholeSignature(longer.slice(0, 64))).toBe(true);
  });
});

signInRefuses({
  'the signature is malformed': {
    'a byte behind': signed(concat(honest, hex('00'))),
    'a tail as long as an RSA signature': signed(concat(honest, filled(256 - honest.length))),
    'a second signature behind': signed(concat(honest, honest)),
    'a cut end': signed(honest.slice(0, -1)),
    'a length that says less': signed(honest.map((byte, at) => (at === 1 ? byte - 1 : byte))),
    'a length that says more': signed(honest.map((byte, at) => (at === 1 ? byte + 1 : byte))),
    'a length in long form': signed(concat(hex('3081'), honest.slice(1))),
    'a set instead of a sequence': signed(honest.map((byte, at) => (at === 0 ? 0x31 : byte))),
    'a number that is a bit string': signed(der('030101', `${integer}01`)),
    'one number': signed(concat(hex('3003'), hex(`${integer}01`))),
    'three numbers': signed(der(`${integer}01`, `${integer}01${integer}01`)),
    'an empty number': signed(der('0200', `${integer}01`)),
    'a negative number': signed(der(`${integer}80`, `${integer}01`)),
    'a number with leading zeros': signed(der('02020001', `${integer}01`)),
    'a number of 34 bytes': signed(der(`0222${'7f'.repeat(34)}`, `${integer}01`)),
    'r and s without DER, and a byte behind': signed(filled(65)),
  },
  'a binary member is not base64url': {
    'a padded signature': withResponse(ES256.assertion, {
      signature: `${ES256.assertion.response.signature}=`,
    }),
  },
});
