import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import { concat, hex, utf8, withResponse } from '../../../test/support/credential-surgery.ts';
import { ES256, expected, signInRefuses, userId } from '../../../test/support/gate-fixtures.ts';
import { checkAssertion } from './gate.ts';

const handle = (bytes: Uint8Array<ArrayBuffer>) =>
  withResponse(ES256.assertion, { userHandle: isoBase64URL.fromBuffer(bytes) });

describe('a user handle', () => {
  it('is the id that the account was given', async () => {
    expect((await checkAssertion(ES256.assertion, expected)).userId).toBe(userId);
  });

  it('is read as it is, with a byte order mark and beyond ASCII', async () => {
    const { userId: read } = await checkAssertion(handle(concat(hex('efbbbf'), utf8('zoë'))), expected);
    expect(read).toBe('\uFEFFzoë');
  });

  it('may have 64 bytes', async () => {
    await expect(checkAssertion(handle(utf8('a'.repeat(64))), expected)).resolves.toBeDefined();
  });
});

signInRefuses({
  'the user handle is not UTF-8': {
    'half a character': handle(hex('c328')),
    'a surrogate': handle(hex('eda080')),
    'an overlong sequence': handle(hex('c080')),
  },
  'the user handle contains NUL': { 'a NUL behind': handle(concat(utf8(userId), hex('00'))) },
  'a binary member is not base64url': {
    'a padded handle': withResponse(ES256.assertion, {
      userHandle: `${ES256.assertion.response.userHandle}=`,
    }),
  },
  'a binary member is not the only spelling of its bytes': {
    'a handle with bits to spare': withResponse(ES256.assertion, { userHandle: 'QR' }),
  },
});
