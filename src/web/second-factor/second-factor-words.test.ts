import { expect, it } from 'vitest';
import { noCodesLeft } from './second-factor-words.ts';

const risk = (first: string) =>
  `You have no recovery codes. If you lose your passkey, ${first} will not be enough.`;

it.each([
  [{ hasPassword: true, emailVerified: false }, 0, false, risk('your password')],
  [{ hasPassword: false, emailVerified: true }, 0, true, risk('a link that we email you')],
  [{ hasPassword: false, emailVerified: true }, 0, false, ''],
  [{ hasPassword: false, emailVerified: false }, 0, true, ''],
  [{ hasPassword: true, emailVerified: true }, 1, true, ''],
  [{ hasPassword: true, emailVerified: true }, null, true, ''],
])('whoever has %o and %s codes, mail: %s, is told: %s', (account, left, mail, said) => {
  expect(noCodesLeft(account, left, mail)).toBe(said);
});
