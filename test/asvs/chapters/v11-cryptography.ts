import { applies, deviates, outside, type Requirements } from '../requirement.ts';

export const cryptography: Requirements = {
  '11.1.1': applies(
    2,
    'How keys are made, kept, replaced and destroyed is documented',
    'docs/security/cryptography.md#keys',
  ),
  '11.1.2': applies(
    2,
    'All keys and algorithms are listed, with what they are for',
    'docs/security/cryptography.md#inventory',
  ),
  '11.1.3': applies(3, 'All uses of cryptography in the code are found'),
  '11.2.1': applies(2, 'Implementations are well known ones', 'docs/security/cryptography.md#inventory'),
  '11.2.2': applies(2, 'Algorithms and keys can be replaced'),
  '11.2.3': deviates(
    2,
    'Everything has 128 bits of strength',
    'Some people’s devices make RSA keys of 2048 bits (112 bits) for their passkeys, and a Hanko tenant may sign its tokens with one. Refusing them would lock these people out. Such a key opens one account, and such a token counts for seconds, in the answer to our own call. All keys that are made here have 128 bits and more.',
    'src/passkeys/gate/public-key.ts',
    'docs/security/cryptography.md#inventory',
  ),
  '11.3.1': applies(1, 'No weak modes and paddings of encryption', 'src/passkey-api/key-encryption.ts'),
  '11.3.2': applies(1, 'Only approved ciphers and modes: AES-256-GCM', 'src/passkey-api/key-encryption.ts'),
  '11.3.3': applies(2, 'What is encrypted cannot be changed unseen', 'src/passkey-api/key-encryption.ts'),
  '11.3.4': applies(3, 'Nonces are used once'),
  '11.4.1': applies(1, 'Only approved hashes', 'docs/security/cryptography.md#inventory'),
  '11.4.2': applies(2, 'Passwords are stored with a costly function: argon2id', 'src/accounts/password.ts'),
  '11.4.3': applies(2, 'Hashes in signatures have 256 bits', 'docs/security/cryptography.md#inventory'),
  '11.4.4': outside(
    2,
    'Keys made from passwords are stretched',
    'no key is made from a password; secret keys are random',
  ),
  '11.5.1': applies(2, 'What must not be guessed has 128 random bits and more'),
  '11.6.1': applies(
    2,
    'Only approved algorithms make keys and signatures',
    'docs/security/cryptography.md#inventory',
  ),
};
