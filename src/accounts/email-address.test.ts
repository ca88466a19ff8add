import { describe, expect, it } from 'vitest';
import { emailAddress } from './email-address.ts';
import { noAddressOf } from './no-address.ts';

describe('emailAddress', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada@Example.COM\n', 'ada@example.com'],
    ['ａｄａ@example.com', 'ada@example.com'],
    ['ada+tag@sub.example.co.uk', 'ada+tag@sub.example.co.uk'],
    // As Chromium sends it, as Firefox does, in capitals, and with the full stop of another script.
    ['user@xn--e1afmkfd.xn--p1ai', 'user@xn--e1afmkfd.xn--p1ai'],
    ['user@пример.рф', 'user@xn--e1afmkfd.xn--p1ai'],
    ['User@ПРИМЕР.РФ', 'user@xn--e1afmkfd.xn--p1ai'],
    ['user@例え。テスト', 'user@xn--r8jz45g.xn--zckzah'],
    ['user@müller.example', 'user@xn--mller-kva.example'],
    ['user@mu\u0308ller.example', 'user@xn--mller-kva.example'],
    ['user@straße.example', 'user@xn--strae-oqa.example'],
    ['ada＠example.com', 'ada@example.com'],
  ])('[ASVS 1.1.1] brings %j into one spelling', (given, spelled) => {
    expect(emailAddress.parse(given)).toBe(spelled);
  });

  it.each([
    ['nothing', ''],
    ['what stands in for one', noAddressOf('Ada').toUpperCase()],
    ['a domain without a dot', 'ada@localhost'],
    ['a dot that is not in the domain', 'ada.king@localhost'],
    ['a domain that ends with a dot', 'ada@example.com.'],
    ['an international domain that ends with a dot', 'ada@пример.рф.'],
    ['an empty label', 'ada@example..com'],
    ['an underscore in the domain', 'ada@my_host.example.com'],
    ['an underscore in an international domain', 'ada@my_host.пример.рф'],
    ['a hyphen at the end of a label', 'ada@example-.com'],
    ['a hyphen at the start of a label', 'ada@-example.com'],
    ['a label of 64 characters', `ada@${'a'.repeat(64)}.com`],
    ['an address in brackets', 'ada@[192.0.2.1]'],
    ['a quoted name', '"ada king"@example.com'],
    ['a path behind an international domain', 'ada@пример.рф/x'],
    ['a port behind an international domain', 'ada@пример.рф:25'],
    ['a question behind an international domain', 'ada@пример.рф?x'],
    ['an escape in an international domain', 'ada@ex%61mple.рф'],
    ['a blank in an international domain', 'ada@при мер.рф'],
    ['a joiner alone as a label', 'ada@\u200d.com'],
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

  it.each([
    'a&b@example.com',
    "o'neil@example.com",
    'a!#$%*/=?^_`{|}~b@example.com',
    'a..b@example.com',
    '.ada@example.com',
    'ada.@example.com',
    '-@example.com',
    'ada@1.example',
    'ada@a.b',
    'ada@example.x',
    'ada@a--b.example',
    `ada@${'a'.repeat(63)}.com`,
    `${'a'.repeat(65)}@example.com`,
    `${'a'.repeat(242)}@example.com`,
  ])('takes what the email field of a browser takes: %s', (given) => {
    expect(emailAddress.parse(given)).toBe(given);
  });

  it.each([null, undefined, 1, ['ada@example.com'], { toString: () => 'ada@example.com' }])(
    'refuses %j',
    (given) => {
      expect(emailAddress.safeParse(given).success).toBe(false);
    },
  );
});
