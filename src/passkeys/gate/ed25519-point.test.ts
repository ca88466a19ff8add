import { createPublicKey, verify } from 'node:crypto';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import { concat, hex } from '../../../test/support/credential-surgery.ts';
import { isSoundEd25519Key } from './ed25519-point.ts';

const one = concat(hex('01'), new Uint8Array(31));
const negated = (key: Uint8Array) => Uint8Array.from(key, (byte, at) => (at === 31 ? byte ^ 0x80 : byte));

/** y of all points whose order divides 8; with each sign of x these are the eight points, some of them twice. */
const smallOrder = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

describe('an Ed25519 key', () => {
  it('is sound when it was made by the book', async () => {
    for (let made = 0; made < 20; made += 1) {
      const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
      expect(isSoundEd25519Key(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)))).toBe(
        true,
      );
    }
  });

  it.each([
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  ])('of RFC 8032 is sound: %s', (digits) => {
    expect(isSoundEd25519Key(hex(digits))).toBe(true);
  });

  it.each(smallOrder)('of small order is not sound: %s', (digits) => {
    expect(isSoundEd25519Key(hex(digits))).toBe(false);
    expect(isSoundEd25519Key(negated(hex(digits)))).toBe(false);
  });

  it.each([
    ['a y without a point', concat(hex('02'), new Uint8Array(31))],
    ['zero, spelled as p', hex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')],
    ['one, spelled as p + 1', hex('eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')],
    ['a base point plus p', hex('f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')],
    ['all bits set', new Uint8Array(32).fill(0xff)],
  ])('is not sound when it is %s', (_, key) => {
    expect(isSoundEd25519Key(key)).toBe(false);
  });

  it('of small order would let anybody sign, because Node takes it before release 24', () => {
    const key = createPublicKey({
      format: 'jwk',
      key: { kty: 'OKP', crv: 'Ed25519', x: isoBase64URL.fromBuffer(one) },
    });
    const signatureOfNobody = concat(one, new Uint8Array(32));
    expect(verify(null, Buffer.from('any message'), key, signatureOfNobody)).toBe(
      Number.parseInt(process.versions.node, 10) < 24,
    );
  });
});
