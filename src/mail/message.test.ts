import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isolated } from '../names.ts';
import { createMessageRenderer } from './message.ts';

const render = createMessageRenderer(path.resolve(import.meta.dirname, '../..'));
const action = {
  text: 'Confirm email address',
  url: `https://app.example.com/verify-email/${'t'.repeat(43)}`,
};
const takeBack = {
  text: 'This wasn’t me',
  url: `https://app.example.com/account/lockdown/${'s'.repeat(43)}`,
};
const notMe = { question: 'Wasn’t you?', paragraph: 'Secure it.', action: takeBack };
const facts = [
  { name: 'When', text: '26 Nov 2026, 14:05 UTC' },
  { name: 'Where', text: 'Chrome on macOS' },
];
const whole = {
  subject: 'Confirm',
  paragraphs: ['First.', 'Second.'],
  facts,
  action,
  afterwards: ['Last.'],
  notMe,
};

describe('a mail', () => {
  it('says the same as text and as HTML', () => {
    const { subject, text, html } = render(whole);
    expect(subject).toBe('Confirm');
    const pieces = ['First.', 'Second.', ...facts.flatMap(Object.values), 'Last.', ...Object.values(action)];
    for (const piece of [...pieces, notMe.question, notMe.paragraph, ...Object.values(takeBack)]) {
      expect(text).toContain(piece);
      expect(html).toContain(piece);
    }
    expect(text + html).not.toMatch(/undefined|null/);
  });

  it('has neither link when there is nothing to open', () => {
    const { text, html } = render({ subject: 'Gone', paragraphs: ['Your account is gone.'] });
    expect(text).toBe('Your account is gone.\n\n-- \nLatchkey\n');
    expect(html).not.toMatch(/<a |href/);
  });

  it('has each address on a line of its own, whole and with nothing behind it', () => {
    const lines = render(whole).text.split('\n');
    expect(lines.filter((line) => line.includes('://'))).toEqual([action.url, takeBack.url]);
  });

  it('has lines of text that fit into any window, and loses no word', () => {
    const paragraph = `${'word '.repeat(60)}${'x'.repeat(200)} ${'end '.repeat(30)}`.trim();
    const { text } = render({ subject: 'Long', paragraphs: [paragraph] });
    const [body = ''] = text.split('\n\n');
    expect(body.split('\n').every((line) => line.length <= 72 || line === 'x'.repeat(200))).toBe(true);
    expect(body.split('\n').length).toBeGreaterThan(5);
    expect(body.replaceAll('\n', ' ')).toBe(paragraph);
  });

  it('has a button for each thing to do, and its address below it', () => {
    const links = [...render(whole).html.matchAll(/<a class="(\w+)" href="([^"]+)"[^>]*>([^<]+)<\/a>/g)];
    expect(links.map(([, look, url, text]) => [look, url, text])).toEqual([
      ['button', action.url, action.text],
      ['address', action.url, action.url],
      ['second', takeBack.url, takeBack.text],
      ['address', takeBack.url, takeBack.url],
    ]);
  });

  it('says whom it is from, with the mark, which comes with it', () => {
    const { html, text, images } = render(whole);
    expect(text).toMatch(/\n-- \nLatchkey\n$/);
    const [, id] = /<img src="cid:([^"]+)" alt="" [^>]+>Latchkey</.exec(html) ?? [];
    expect(images?.map((image) => [image.id, image.png.subarray(1, 4).toString()])).toEqual([[id, 'PNG']]);
  });

  it('tells facts one to a line', () => {
    expect(render(whole).text).toContain('\n\nWhen: 26 Nov 2026, 14:05 UTC\nWhere: Chrome on macOS\n\n');
  });

  it('brings nothing from elsewhere and runs nothing', () => {
    const { html } = render(whole);
    expect(html).not.toMatch(/<script|<link|<iframe|<form|src=(?!"cid:)|url\(|@import|\son[a-z]+=/i);
    const addresses = html.match(/https?:[^"<\s]+/g) ?? [];
    expect([...new Set(addresses)].sort()).toEqual([takeBack.url, action.url].sort());
  });
});

describe('a name that somebody gave', () => {
  const content = (name: string) => ({
    subject: 'S',
    paragraphs: [`Added: ${isolated(name)}. ${'word '.repeat(9)}`],
  });

  it('is an element of its own in HTML, and one piece of the line in text', () => {
    const name = 'הטלפון של עדה, השני מימין';
    const { text, html } = render({ subject: 'S', paragraphs: [`${'word '.repeat(10)}${isolated(name)}.`] });
    expect(html).toContain(` <bdi>${name}</bdi>.`);
    expect(text).toContain(`\n\u2068${name}\u2069.\n`);
  });

  it('[ASVS 1.3.3] turns no text around it', () => {
    const { text, html } = render(content('Pho\u202ene\u2069'));
    expect(html).toContain('Added: <bdi>Phone</bdi>.');
    expect(text).toMatch(/^Added: Phone\./);
  });
});

describe('[ASVS 1.2.1] what somebody else has typed', () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>&`;

  it('stays text in HTML, wherever it stands', () => {
    const link = { text: hostile, url: `https://app.example.com/?${hostile}` };
    const { html } = render({
      subject: hostile,
      paragraphs: [hostile],
      action: link,
      afterwards: [hostile],
      facts: [{ name: hostile, text: hostile }],
      notMe: { question: hostile, paragraph: hostile, action: link },
    });
    expect(html).not.toMatch(/<script|<img (?!src="cid:)/);
    expect(html.match(/&lt;script>alert\(1\)|&lt;script&gt;alert\(1\)/g)?.length).toBeGreaterThan(5);
  });

  it('stays as it is in text', () => {
    expect(render({ subject: 'S', paragraphs: [hostile] }).text).toContain(hostile);
  });

  it('makes no line, no paragraph and no header of its own', () => {
    const lines = 'Phone\r\nBcc: everybody@example.com\r\n\r\n-- \r\nYour\u0000bank\u2028tells';
    const { subject, text } = render({ subject: lines, paragraphs: [lines] });
    const single = 'Phone Bcc: everybody@example.com -- Your bank tells';
    expect(subject).toBe(single);
    expect(text).toBe(`${single}\n\n-- \nLatchkey\n`);
  });
});
