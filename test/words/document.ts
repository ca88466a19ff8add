/** docs/words.md: every sentence that people read, from the code itself, so that all can be read through in one voice. */
import path from 'node:path';
import { createMessageRenderer } from '../../src/mail/message.ts';
import { type Ceremony, messagesOf } from '../../src/web/passkeys/ceremony-words.ts';
import { everyLetter } from '../support/every-letter.ts';
import { type Source, sourcesOf, withoutComments } from '../support/sources.ts';
import { saidInModule } from './modules.ts';
import type { Said } from './said.ts';
import { saidInTemplate } from './templates.ts';

const root = path.resolve(import.meta.dirname, '../..');
export const wordsFile = path.join(root, 'docs/words.md');

/** Modules in which there are sentences for people; the others speak to operators, logs and programs. */
const worded = /^src\/(?:(?:web|accounts|passkeys|operations)\/|(?:errors|event-words)\.ts)/;
/** Of page and words modules all is for people. */
const forPeople = /(?:-page|-words|-place|\/field)\.ts$/;
/** Written out below as people get to see them; or speaking to operators or the passkey service, and not to people. */
const leftOut = /ceremony-words\.ts$|http\/assets\.ts$|passkeys\/(?:gate|hanko\/(?:service-errors|setup))/;

export function wordsDocument(): string {
  const parts = [
    ['Templates', 'When it is shown stands in the words of the template.', templates()],
    ['Modules', 'What is said beside the templates: by what part of which file.', modules()],
    ['Passkey ceremonies', 'How one ends, on pages with passkeys.', ceremonies()],
    ['Letters', 'As text; the HTML says the same.', letters()],
  ] as const;
  return [
    '# Words',
    'Every sentence that people read, so that they can be read through as a whole: one voice, plain English, each thing said once. Values that are filled in stand in braces. `npm run docs:words` writes this file from the code; do not edit it.',
    ...parts.flatMap(([title, about, said]) => [`## ${title}`, about, table(said)]),
    '',
  ].join('\n\n');
}

/** By their names: directories list their files in an order of their own. */
function inOrder(directory: string, ending: string): Source[] {
  return sourcesOf(directory, ending).toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

function templates(): Said[] {
  return inOrder('views', '.eta')
    .filter(({ file }) => !file.startsWith('views/mail/'))
    .flatMap(({ file, text }) => saidInTemplate(file.replace(/^views\/|\.eta$/g, ''), text));
}

function modules(): Said[] {
  return (
    inOrder('src', '.ts')
      .filter(({ file }) => worded.test(file) && !leftOut.test(file))
      .flatMap(({ file, text }) =>
        saidInModule(file.replace(/^src\/|\.ts$/g, ''), withoutComments(text), forPeople.test(file)),
      )
      // The log is read by operators, and its events stand in docs/security/log.md.
      .filter(({ state }) => state !== 'events of the log')
  );
}

function ceremonies(): Said[] {
  const all: Ceremony[] = ['sign-in', 'second-factor', 'autofill', 'step-up', 'registration', 'upgrade'];
  return all.flatMap((ceremony) => {
    const usual = messagesOf(ceremony);
    const others = messagesOf(ceremony, false).filter(({ text }, at) => text !== usual[at]?.text);
    const said = [...usual, ...others.map((each) => ({ ...each, key: `${each.key}, without a password` }))];
    return said
      .filter(({ text }) => text !== '')
      .map(({ key, text, link }) => ({
        page: ceremony,
        state: key,
        sentence: link ? `${text} ${link.text}` : text,
      }));
  });
}

function letters(): Said[] {
  const render = createMessageRenderer(root);
  return everyLetter().flatMap(([page, content]) => {
    const { subject, text } = render(content);
    return [
      { page, state: 'subject', sentence: subject },
      ...text
        .split('\n\n')
        .filter((paragraph) => !paragraph.startsWith('https://') && !paragraph.startsWith('-- '))
        .map((paragraph) => ({ page, state: 'text', sentence: paragraph })),
    ];
  });
}

function table(said: readonly Said[]): string {
  const rows = said.map(
    ({ page, state, sentence }) => `| ${[page, state, sentence].map(cell).join(' | ')} |`,
  );
  return ['| page | state | sentence |', '|---|---|---|', ...new Set(rows)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
