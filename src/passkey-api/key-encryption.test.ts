import { expect, test } from 'vitest';
import { seal, unseal } from './key-encryption.ts';

const secrets = ['the first secret', 'the second secret'];

test('what was sealed opens with any listed secret', () => {
  const sealed = seal('plain', secrets, 'here');
  expect(unseal(sealed, secrets, 'here')).toBe('plain');
  expect(unseal(sealed, ['a new one', 'the first secret'], 'here')).toBe('plain');
});

test('only the first secret seals', () => {
  expect(unseal(seal('plain', secrets, 'here'), ['the second secret'], 'here')).toBeNull();
});

test('[ASVS 11.3.2, 11.3.3] nothing opens in another context, with no secret, or after a change', () => {
  const sealed = seal('plain', secrets, 'here');
  expect(unseal(sealed, secrets, 'there')).toBeNull();
  expect(unseal(sealed, [], 'here')).toBeNull();
  for (const position of [0, 12, 28]) {
    const bytes = Buffer.from(sealed, 'base64url');
    bytes[position] = (bytes[position] ?? 0) ^ 1;
    expect(unseal(bytes.toString('base64url'), secrets, 'here')).toBeNull();
  }
  expect(unseal('', secrets, 'here')).toBeNull();
});

test('[ASVS 11.3.4] one value is never sealed twice alike', () => {
  expect(seal('plain', secrets, 'here')).not.toBe(seal('plain', secrets, 'here'));
});

test('without a secret nothing is sealed', () => {
  expect(() => seal('plain', [], 'here')).toThrow('no secret');
});
