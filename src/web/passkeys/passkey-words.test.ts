import { expect, it } from 'vitest';
import { reviewedWords } from './passkey-words.ts';

it.each([
  [true, 0, 2, 'Thank you. You keep all your passkeys, and they work again.'],
  [true, 1, 0, 'One passkey was deleted.'],
  [true, 1, 1, 'One passkey was deleted. The other one works again.'],
  [true, 2, 0, '2 passkeys were deleted.'],
  [true, 2, 3, '2 passkeys were deleted. The others work again.'],
  [false, 0, 2, 'Thank you. You keep all your passkeys.'],
  [false, 1, 1, 'One passkey was deleted.'],
])(
  'of passkeys that were looked through, held: %s, %d deleted and %d left, it is said: %s',
  (held, deleted, left, words) => {
    expect(reviewedWords({ held, deleted, left })).toBe(words);
  },
);
