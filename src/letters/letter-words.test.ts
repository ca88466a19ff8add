import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyLetter } from '../../test/support/every-letter.ts';
import { createMessageRenderer } from '../mail/message.ts';
import { describeDevice } from '../web/http/device.ts';
import { letterWords } from './letter-words.ts';

const render = createMessageRenderer(path.resolve(import.meta.dirname, '../..'));

describe.each(everyLetter())('the letter %s', (_, content) => {
  const { text, subject } = render(content);

  it('fits into 78 columns, but for addresses, which have lines of their own', () => {
    const long = text.split('\n').filter((line) => line.length > 78);
    expect(long.filter((line) => !/^https:\/\/\S+$/.test(line))).toEqual([]);
  });

  it('says what it is about, and where, and nothing twice', () => {
    expect(subject.length).toBeLessThan(50);
    expect(text).not.toMatch(/undefined|null|\[object/);
    const sentences = text.replaceAll(/\s+/g, ' ').match(/[A-Z“][^.?!]+[.?!](?= )/g) ?? [];
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(text).toContain('app.example.com');
    expect(text).not.toMatch(/\bSomebody, we hope you\b|\bmailed\b|any more/);
  });
});

it('a browser that says nothing of itself is unknown to whoever reads the letter elsewhere', () => {
  const device = describeDevice('');
  const at = '2026-11-26T14:05:00.000Z';
  const news = { kind: 'news', to: 'a@example.com', event: 'sign_in', detail: null, at, link: null } as const;
  const origin = 'https://app.example.com';
  expect(letterWords({ ...news, device }, null, origin).facts?.at(-1)).toEqual({
    name: 'Device',
    text: 'Unknown device',
  });
  expect(letterWords({ ...news, device: '' }, null, origin).facts?.map(({ name }) => name)).toEqual(['When']);
});
