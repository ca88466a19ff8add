import { expect, it } from 'vitest';
import { reviewedWords } from './passkey-words.ts';

it.each([
  [0, 2, 'Thank you. You keep all your passkeys, and they work again.'],
  [1, 0, 'One passkey was deleted.'],
  [1, 1, 'One passkey was deleted. The other one works again.'],
  [2, 0, '2 passkeys were deleted.'],
  [2, 3, '2 passkeys were deleted. The others work again.'],
])('of passkeys that were looked through, %d deleted and %d left, it is said: %s', (deleted, left, words) => {
  expect(reviewedWords({ deleted, left })).toBe(words);
});
