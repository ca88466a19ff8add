import { describe, expect, it } from 'vitest';
import { codesInSet, faultOfCode, hashOfCode, newRecoveryCodes } from './recovery-codes.ts';

describe('recovery codes', () => {
  it('come ten at a time, each another one, in groups that can be typed', () => {
    const { codes, hashes } = newRecoveryCodes();
    expect(codes.map(hashOfCode)).toEqual(hashes);
    expect(new Set(codes).size).toBe(codesInSet);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}$/);
  });

  it('are read as people type them', () => {
    const code = newRecoveryCodes().codes[0] ?? '';
    const hash = hashOfCode(code);
    expect(hash).toMatch(/^[\w-]{43}$/);
    const typed = [
      code.toLowerCase(),
      code.replaceAll('-', ''),
      `  ${code.replaceAll('-', ' ')}\n`,
      code.replaceAll('-', '–'),
      code.replaceAll('0', 'o').replaceAll('1', 'l'),
      code.replaceAll('0', 'O').replaceAll('1', 'I'),
    ];
    expect(typed.map(hashOfCode)).toEqual(typed.map(() => hash));
  });

  it.each(['', '-', '1234', 'U'.repeat(26), '0'.repeat(25), '0'.repeat(27), '０'.repeat(26)])(
    'are not %j',
    (typed) => {
      expect(hashOfCode(typed)).toBeNull();
      expect(faultOfCode(typed)).toBe(typed === '' ? 'missing_code' : 'malformed_code');
    },
  );

  it('are worth a try when they may be one, whoever they belong to', () => {
    expect([faultOfCode('0'.repeat(26)), faultOfCode(' ')]).toEqual([null, 'missing_code']);
  });
});
