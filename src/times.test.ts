import { describe, expect, it } from 'vitest';
import { dateWords, durationWords, timeAgo } from './times.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const ago = (seconds: number) => timeAgo(new Date(now - seconds * 1_000), now);

describe('timeAgo', () => {
  it.each([
    [0, 'just now'],
    [59, 'just now'],
    [60, '1 minute ago'],
    [3_599, '59 minutes ago'],
    [3_600, '1 hour ago'],
    [24 * 3_600 - 1, '23 hours ago'],
    [24 * 3_600, 'yesterday'],
    [2 * 24 * 3_600, '2 days ago'],
    [30 * 24 * 3_600, '24 Oct 2026'],
  ])('says of %i seconds: %s', (seconds, words) => {
    expect(ago(seconds)).toBe(words);
  });

  it('takes a time that another clock put into the future for now', () => {
    expect(ago(-90)).toBe('just now');
  });
});

describe('dateWords', () => {
  it('says the day in UTC, wherever the server is', () => {
    expect(dateWords(new Date('2026-11-03T23:59:59Z'))).toBe('3 Nov 2026');
  });
});

it.each([
  [30, '30 minutes'],
  [60, '60 minutes'],
  [24 * 60, '24 hours'],
  [7 * 24 * 60, '7 days'],
])('%d minutes last %s', (minutes, words) => {
  expect(durationWords(minutes * 60_000)).toBe(words);
});
