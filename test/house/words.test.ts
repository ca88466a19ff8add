/** docs/words.md is what people read today, and has all of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wordsDocument, wordsFile } from '../words/document.ts';
import { saidInModule } from '../words/modules.ts';
import { saidInTemplate } from '../words/templates.ts';

it('docs/words.md is as `npm run docs:words` writes it', () => {
  expect(readFileSync(wordsFile, 'utf8')).toBe(wordsDocument());
});

describe('the sentences that are found', () => {
  it('in a template are whole, with what is filled in and when they are shown', () => {
    const template =
      '<h1>Keys</h1>\n<% if (it.has) { %>\n<p>Hello, <strong><%= it.name %></strong>: <a href="<%= it.url %>">Rename it</a>.</p>\n<% } else { %>\n<button<% if (it.last) { %> class="last"<% } %> aria-label="Close">None</button>\n<% } %>\n<p>End.</p>';
    expect(saidInTemplate('keys', template).map(({ state, sentence }) => [state, sentence])).toEqual([
      ['', 'Keys'],
      ['has', 'Hello, {name}: Rename it.'],
      ['not has', 'Close'],
      ['not has', 'None'],
      ['', 'End.'],
    ]);
  });

  it('in a module are its texts, also inside others, and no names', () => {
    const code = `export function saved(n: number) {
  set('Content-Type');
  if (e.name === 'NotAllowedError') return 'It’s saved.';
  return \`You have \${n === 1 ? 'One key' : \`\${n} keys\`}.\`;
}
const title = 'Keys';
const part = 'your other key';`;
    const found = (forPeople: boolean) =>
      saidInModule('keys', code, forPeople).map(({ state, sentence }) => `${state}: ${sentence}`);
    const sentences = [
      'saved: It’s saved.',
      `saved: You have {n === 1 ? 'One key' : \`\${n} keys\`}.`,
      'saved: One key',
      'saved: {n} keys',
      'title: Keys',
    ];
    expect(found(false)).toEqual(sentences);
    expect(found(true)).toEqual([...sentences, 'part: your other key']);
  });
});
