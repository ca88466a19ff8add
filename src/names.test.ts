import { describe, expect, it } from 'vitest';
import { cleaned, inHtml, inPlainText, isolated } from './names.ts';

const hebrew = 'הטלפון שלי';

describe('a name in a sentence', () => {
  it('is an element of its own in HTML, whatever the name is', () => {
    expect(inHtml(`Renamed to ${isolated('Laptop')}.`)).toBe('Renamed to <bdi>Laptop</bdi>.');
    expect(inHtml(`${isolated(hebrew)}, ${isolated('B')}`)).toBe(`<bdi>${hebrew}</bdi>, <bdi>B</bdi>`);
  });

  it('is set apart in plain text where it is written from right to left, and else stands as it is', () => {
    expect(inPlainText(`Added: ${isolated('Laptop')}.`)).toBe('Added: Laptop.');
    expect(inPlainText(`Added: ${isolated(hebrew)}.`)).toBe(`Added: \u2068${hebrew}\u2069.`);
    for (const name of ['هاتفي', '٣', '\u{1e900}', 'My هاتف'])
      expect(inPlainText(isolated(name))).toBe(`\u2068${name}\u2069`);
  });

  it('begins and ends nothing by itself', () => {
    const name = 'a\u2069b\u2068c\u2068';
    expect(inHtml(isolated(name))).toBe('<bdi>abc</bdi>');
    expect(inPlainText(isolated(name))).toBe('abc');
    expect(inHtml('\u2069typed\u2068')).toBe('typed');
  });
});

describe('[ASVS 1.3.3] what is unseen or turns text around', () => {
  it.each([
    '\u0000',
    '\u001b',
    '\u007f',
    '\u009b',
    '\u00ad',
    '\u061c',
    '\u200b',
    '\u200e',
    '\u200f',
    '\u2028',
    '\u2029',
    '\u202a',
    '\u202b',
    '\u202c',
    '\u202d',
    '\u202e',
    '\u2066',
    '\u2067',
    '\ufeff',
    '\u{e0041}',
  ])('does not get through: %j', (character) => {
    const text = `a${character}b`;
    expect([cleaned(text), inHtml(text), inPlainText(text)]).toEqual(['ab', 'ab', 'ab']);
    expect(inHtml(isolated(text))).toBe('<bdi>ab</bdi>');
    expect(inPlainText(isolated(hebrew + character))).toBe(`\u2068${hebrew}\u2069`);
  });

  it.each(['two\nlines', 'a\ttab', '👩‍💻', 'نمی‌دانم', '❤️'])('is not %j', (text) => {
    expect([cleaned(text), inHtml(text), inPlainText(text)]).toEqual([text, text, text]);
  });
});
