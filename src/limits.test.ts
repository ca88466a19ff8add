import { describe, expect, it } from 'vitest';
import { tokenLifetime } from './lifetimes.ts';
import { limits } from './limits.ts';

const day = 24 * 3_600;

describe('the limits', () => {
  it('[ASVS 6.1.1] let nobody guess more than a hundred times in a row at an account, or in a year', () => {
    expect(limits.guessesInARow).toBeLessThanOrEqual(100);
    expect((365 * day) / limits.guessForgotten).toBeLessThanOrEqual(100);
  });

  it.each(['sign-up', 'confirm-email', 'reset-password', 'known-device'] as const)(
    'leave a link that works to whoever finds the letters used up: %s',
    (purpose) => {
      for (const { duration } of [limits.lettersOfAsker, limits.lettersOfRecipient])
        expect(2 * duration * 1_000).toBeLessThanOrEqual(tokenLifetime[purpose]);
    },
  );

  it('leave other askers letters when one has had all of theirs', () => {
    expect(limits.lettersOfRecipient.points).toBeGreaterThan(limits.lettersOfAsker.points);
    expect(limits.lettersOfRecipient.duration).toBe(limits.lettersOfAsker.duration);
  });
});
