import { describe, expect, it } from 'vitest';
import { emailAddress } from './email-address.ts';

describe('emailAddress', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada@Example.COM\n', 'ada@example.com'],
    ['ａｄａ@example.com', 'ada@example.com'],
    ['ada+tag@sub.example.co.uk', 'ada+tag@sub.example.co.uk'],
  ])('[ASVS 1.1.1] brings %j into one spelling', (given, spelled) => {
    expect(emailAddress.parse(given)).toBe(spelled);
  });

  it.each([
    ['nothing', ''],
    ['no host', 'ada'],
    ['no name', '@example.com'],
    ['two at signs', 'ada@eve@example.com'],
    ['a NUL', 'ada\0@example.com'],
    ['a NUL at its end', 'ada@example.com\0'],
    ['a control character', 'ada\u0007@example.com'],
    ['a C1 control character', 'ada\u0085@example.com'],
    ['a header of a mail', 'ada@example.com\r\nBcc:eve@example.com'],
    ['a line break inside', 'ada\n@example.com'],
    ['a list', 'ada@example.com,eve@example.com'],
    ['a comment', 'ada(x)@example.com'],
    ['a second at sign that only normalising shows', 'eve@evil.example＠example.com'],
    ['an encoded character', 'ada%40example.com'],
    ['letters of another script that look alike', 'аda@example.com'],
    ['more than 254 characters', `${'a'.repeat(243)}@example.com`],
    ['more than a thousand', `${' '.repeat(1_000)}ada@example.com`],
  ])('[ASVS 2.2.1] refuses %s', (_, given) => {
    expect(emailAddress.safeParse(given).success).toBe(false);
  });

  it.each([null, undefined, 1, ['ada@example.com'], { toString: () => 'ada@example.com' }])(
    'refuses %j',
    (given) => {
      expect(emailAddress.safeParse(given).success).toBe(false);
    },
  );
});
