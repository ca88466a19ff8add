/** docs/words.md is what people read today, and has all of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourcesOf } from '../support/sources.ts';
import { wordsDocument, wordsFile } from '../words/document.ts';
import { saidInModule } from '../words/modules.ts';
import { readIn } from '../words/read.ts';
import { saidInTemplate } from '../words/templates.ts';

it('docs/words.md is as `npm run docs:words` writes it', () => {
  expect(readFileSync(wordsFile, 'utf8')).toBe(wordsDocument());
});

describe('what people may read, by other eyes than those that write docs/words.md', () => {
  const speaking = /^src\/(?:web\/|(?:accounts|passkeys|operations)\/|errors\.ts)/;
  /** Read by programs, by the log or by operators. */
  const others =
    /^src\/(?:passkeys\/(?:gate|hanko)\/|accounts\/(?:\w+-store|demo-account|links)|web\/http\/assets)/;
  /** Headers, faults in the log, and what stands in a page that is written out in another way. */
  const known =
    /^(?:Connection|Cookie|Forwarded|Via|text\/html; .*|login after … |unexpected error|<!doctype .*|what was left for the next page could not be kept|this proxy names no address .*|a request counts as plain http.*)$/;

  it('stands there', () => {
    const words = wordsDocument().replaceAll('\\|', '|').replaceAll('&lt;', '<');
    const read = sourcesOf('src', '.ts')
      .filter(({ file }) => speaking.test(file) && !others.test(file))
      .flatMap(({ file, text }) =>
        readIn(text)
          .map((one) => one.replaceAll(/\s+/g, ' '))
          // Beside pages, what begins with a small letter is a reason for the log; code between two texts is none.
          .filter(
            (one) =>
              (file.startsWith('src/web/') || /^\p{Lu}/u.test(one)) &&
              !/[$;]\s*[{a-z]/.test(one) &&
              !known.test(one),
          )
          .map((one) => ({ file, one })),
      );
    expect(read.length).toBeGreaterThan(250);
    const isThere = (one: string) => one.split(' … ').every((part) => words.includes(part.trim()));
    expect(read.filter(({ one }) => !isThere(one))).toEqual([]);
  });
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
const part = 'your other key';
const all = ['A key is lost.', 'Sign-up is closed'];
const pieces = \`your \${n} other keys\`;
const header = 'Authorization';`;
    const found = (forPeople: boolean) =>
      saidInModule('keys', code, forPeople).map(({ state, sentence }) => `${state}: ${sentence}`);
    const sentences = [
      'saved: It’s saved.',
      `saved: You have {n === 1 ? 'One key' : \`\${n} keys\`}.`,
      'saved: One key',
      'saved: {n} keys',
      'title: Keys',
      'all: A key is lost.',
      'all: Sign-up is closed',
    ];
    expect(found(false)).toEqual(sentences);
    expect(found(true)).toEqual([
      ...sentences.slice(0, 5),
      'part: your other key',
      ...sentences.slice(5),
      'pieces: your {n} other keys',
    ]);
  });
});
