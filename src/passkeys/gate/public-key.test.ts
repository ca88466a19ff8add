import { cbor, concat, hex, withPublicKey } from '../../../test/support/credential-surgery.ts';
import { EdDSA, ES256, filled, RS256, registrationRefuses } from '../../../test/support/gate-fixtures.ts';

type Change = Parameters<typeof withPublicKey>[1];
const ec = (change: Change) => withPublicKey(ES256.registration, change);
const edwards = (change: Change) => withPublicKey(EdDSA.registration, change);
const rsa = (change: Change) => withPublicKey(RS256.registration, change);

const zero = new Uint8Array(32);
const firefox117 = concat(hex('a301634f4b500327206745643235353139215820'), filled(32));
const notOffered = [-35, -36, -37, -47, -48, -258, -259, -65535, 7, 0];

registrationRefuses({
  'the public key is not a map': { 'a list as key': ec(() => cbor([1])) },
  'the authenticator data is malformed': {
    'a loosely spelled count': ec((k) => concat(hex('b805'), cbor(k).slice(1))),
    'a loosely spelled number': ec((k) => concat(hex('a51802'), cbor(k).slice(2))),
    'a member named twice': ec((k) => concat(hex('a6'), cbor(k).slice(1), hex('0102'))),
    'a byte behind': ec((k) => concat(cbor(k), hex('00'))),
  },
  'the authenticator data is cut or loose': {
    'a cut end': ec((k) => cbor(k).slice(0, -1)),
    'the broken key of Firefox 117': ec(() => firefox117),
  },
  'the algorithm was not offered': {
    'no algorithm': ec((k) => new Map([...k].filter(([member]) => member !== 3))),
    'the algorithm as text': ec((k) => k.set(3, 'ES256')),
    ...Object.fromEntries(notOffered.map((alg) => [`the algorithm ${alg}`, ec((k) => k.set(3, alg))])),
  },
  'the public key has other members': {
    'the algorithm of another key type': ec((k) => k.set(3, -257)),
    'a private member': ec((k) => k.set(-4, filled(32))),
    'a private Edwards member': edwards((k) => k.set(-4, filled(32))),
    'a private RSA member': rsa((k) => k.set(-3, filled(256))),
    'another member instead of y': ec(
      (k) => new Map([...k].map(([member, v]) => [member === -3 ? -9 : member, v])),
    ),
    'a key id': ec((k) => k.set(2, filled(4))),
    'a member of another key type': edwards((k) => k.set(-3, filled(32))),
    'a named member': ec((k) => k.set('x', 1)),
  },
  'the key type does not belong to the algorithm': {
    'an elliptic key that says RSA': ec((k) => k.set(1, 3)),
    'an Edwards key that says EC2': edwards((k) => k.set(1, 2)),
    'an RSA key that says EC2': rsa((k) => k.set(1, 2)),
    'a symmetric key': ec((k) => k.set(1, 4)),
  },
  'the curve does not belong to the algorithm': {
    'P-384': ec((k) => k.set(-1, 2)),
    secp256k1: ec((k) => k.set(-1, 8)),
    Ed448: edwards((k) => k.set(-1, 7)),
    X25519: edwards((k) => k.set(-1, 4)),
  },
  'the public key lacks a member': {
    'x as a number': ec((k) => k.set(-2, 5)),
    'y as a sign (a compressed point)': ec((k) => k.set(-3, true)),
  },
  'a part of the public key has the wrong length': {
    'x of 31 bytes': ec((k) => k.set(-2, filled(31))),
    'y with a leading zero': ec((k) => k.set(-3, concat(hex('00'), k.get(-3) as Uint8Array))),
    'an Edwards key of 33 bytes': edwards((k) => k.set(-2, filled(33))),
    'RSA with 1024 bit': rsa((k) => k.set(-1, filled(128))),
    'RSA with 8192 bit': rsa((k) => k.set(-1, filled(1024))),
    'e = 3': rsa((k) => k.set(-2, hex('03'))),
    'e = 65537 with a leading zero': rsa((k) => k.set(-2, hex('00010001'))),
  },
  'the modulus is short or has leading zeros': {
    'RSA with 2047 bit': rsa((k) => k.set(-1, filled(256, 0x7f))),
    'a modulus with a leading zero': rsa((k) => k.set(-1, concat(hex('00'), k.get(-1) as Uint8Array))),
  },
  'the modulus is even': { 'an even modulus': rsa((k) => k.set(-1, concat(filled(255), hex('02')))) },
  'the public exponent is not 65537': {
    'e = 1': rsa((k) => k.set(-2, hex('000001'))),
    'e = 65539': rsa((k) => k.set(-2, hex('010003'))),
  },
  'the public key is not valid': {
    'a point off the curve': ec((k) => k.set(-3, filled(32))),
    'the point at zero': ec((k) => k.set(-2, zero).set(-3, zero)),
    'coordinates above the field': ec((k) => k.set(-2, new Uint8Array(32).fill(0xff))),
  },
  'the key is not a sound point of its curve': {
    'an Edwards key of small order': edwards((k) => k.set(-2, zero)),
    'an Edwards key off the curve': edwards((k) => k.set(-2, concat(hex('02'), zero.slice(1)))),
  },
});
