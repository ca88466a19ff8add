import { describe, expect, it } from 'vitest';
import {
  cbor,
  concat,
  hex,
  withAuthData,
  withFlags,
  withResponse,
} from '../../../test/support/credential-surgery.ts';
import {
  type Answer,
  bothRefuse,
  ES256,
  expected,
  registrationRefuses,
  signInRefuses,
} from '../../../test/support/gate-fixtures.ts';
import { checkAssertion, checkRegistration } from './gate.ts';

const { registration, assertion } = ES256;

/** The answer with the extension flag and these bytes behind its authenticator data. */
const withExtensions = (digits: string) => (a: Answer) =>
  withFlags(
    withAuthData(a, (data) => concat(data, hex(digits))),
    (flags) => flags | 0x80,
  );

describe('both ceremonies accept', () => {
  const accepted: Record<string, (honest: Answer) => Answer> = {
    'eligible for backup, not backed up': (a) => withFlags(a, (flags) => flags & ~0x10),
    'a device-bound key': (a) => withFlags(a, (flags) => flags & ~0x18),
    'reserved flag bits': (a) => withFlags(a, (flags) => flags | 0x22),
    'a counter over 2^31': (a) =>
      withAuthData(a, (data) => concat(data.slice(0, 33), hex('fffffffe'), data.slice(37))),
    'unknown extensions': withExtensions(
      Buffer.from(cbor(new Map([['org.example', [1, true, 'x']]]))).toString('hex'),
    ),
    'an empty map of extensions': withExtensions('a0'),
  };
  it.each(Object.entries(accepted))('%s', async (_, change) => {
    await expect(checkRegistration(change(registration), expected)).resolves.toBeDefined();
    await expect(checkAssertion(change(assertion), expected)).resolves.toBeDefined();
  });
});

describe('the backup flags', () => {
  it.each([
    ['neither eligible nor backed up', 0x00],
    ['eligible', 0x08],
    ['backed up', 0x18],
  ])('may say %s', async (_, bits) => {
    const flagged = (flags: number) => (flags & ~0x18) | bits;
    await expect(checkRegistration(withFlags(registration, flagged), expected)).resolves.toBeDefined();
    await expect(checkAssertion(withFlags(assertion, flagged), expected)).resolves.toBeDefined();
  });
});

bothRefuse({
  'the authenticator data is malformed': {
    '36 bytes': (a) => withAuthData(a, (data) => data.slice(0, 36)),
    'a byte behind': (a) => withAuthData(a, (data) => concat(data, hex('00'))),
    'extension data without its flag': (a) => withAuthData(a, (data) => concat(data, hex('a0'))),
    'the extension flag without data': (a) => withFlags(a, (flags) => flags | 0x80),
    'extension data of indefinite length': withExtensions('bf617801ff'),
    'extension data with loose lengths': withExtensions('b801617801'),
    'two maps of extensions': withExtensions('a0a0'),
    'an extension named twice': withExtensions('a2617801617802'),
    'a number as extension data': withExtensions('01'),
  },
  'the extension data is not a map': {
    'a list as extension data': withExtensions('8182617801'),
    'a text as extension data': withExtensions('626162'),
  },
  'the authenticator data is cut or loose': {
    'extension data that is cut': withExtensions('a1617844aabb'),
  },
  'the relying party is another one': {
    'the hash of another RP id': (a) => withAuthData(a, (data) => concat(new Uint8Array(32), data.slice(32))),
    'a hash with its last bit turned': (a) =>
      withAuthData(a, (data) => data.map((byte, at) => (at === 31 ? byte ^ 1 : byte))),
  },
  'the user was not present': {
    'nobody present': (a) => withFlags(a, (flags) => flags & ~0x01),
    'neither present nor verified': (a) => withFlags(a, (flags) => flags & ~0x05),
  },
  'backed up without being eligible': {
    'BS without BE': (a) => withFlags(a, (flags) => flags & ~0x08),
    'BS without BE, and not verified': (a) => withFlags(a, (flags) => flags & ~0x0c),
  },
});

const withIdLength = (digits: string) =>
  withAuthData(registration, (data) => concat(data.slice(0, 53), hex(digits), data.slice(55)));

registrationRefuses({
  'no credential is attested': {
    'no attested data': withFlags(
      withAuthData(registration, (data) => data.slice(0, 37)),
      (flags) => flags & ~0x40,
    ),
  },
  'the authenticator data is malformed': {
    'attested data without its flag': withFlags(registration, (flags) => flags & ~0x40),
    'attested data that is cut': withAuthData(registration, (data) => data.slice(0, 54)),
    'an attested id longer than the data': withIdLength('ffff'),
    'an attested id that reaches into the key': withIdLength('0021'),
  },
});

signInRefuses({
  'a credential is attested at sign-in': {
    'the authenticator data of the registration': withResponse(assertion, {
      authenticatorData: registration.response.authenticatorData,
    }),
  },
  'the authenticator data is malformed': {
    'the attested flag without data': withFlags(assertion, (flags) => flags | 0x40),
  },
});
