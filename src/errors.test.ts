import { describe, expect, it } from 'vitest';
import { AppError } from './errors.ts';

describe('AppError', () => {
  it('says to people only its sentence; code, cause and reason are for us', () => {
    const cause = new Error('inner');
    const error = new AppError('too_many_requests', 'Try again in 3 s.', {
      cause,
      retryAfter: 3,
      reason: 'flood',
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'AppError',
      code: 'too_many_requests',
      retryAfter: 3,
      reason: 'flood',
      cause,
    });
    expect(error.message).toBe('Try again in 3 s.');
  });

  it('needs no more than a code and a sentence', () => {
    const error = new AppError('not_found', 'There is no such passkey.');
    expect([error.cause, error.retryAfter, error.reason]).toEqual([undefined, undefined, undefined]);
  });
});
