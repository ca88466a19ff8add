/** The documents of docs/security that have generated parts, as they should be. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { keysTable, usesTable } from './cryptography.ts';
import { eventsTable } from './events.ts';
import { deviationsTable, levelsTable, requirementsTables } from './table.ts';

const directory = path.resolve(import.meta.dirname, '../../docs/security');

/** The generated parts of each document, by the names between which they stand in it. */
const parts: Record<string, Record<string, () => string>> = {
  'asvs.md': { levels: levelsTable, deviations: deviationsTable, requirements: requirementsTables },
  'cryptography.md': { keys: keysTable, uses: usesTable },
  'log.md': { events: eventsTable },
};

export type Document = { file: string; committed: string; generated: string };

/** @throws {Error} when a document has no place for one of its parts */
export function documents(): Document[] {
  return Object.entries(parts).map(([name, generators]) => {
    const file = path.join(directory, name);
    const committed = readFileSync(file, 'utf8');
    const generated = Object.entries(generators).reduce(
      (text, [part, generate]) => withPart(text, part, generate()),
      committed,
    );
    return { file, committed, generated };
  });
}

function withPart(text: string, part: string, content: string): string {
  const begin = `<!-- ${part}: written by npm run docs:asvs -->`;
  const end = `<!-- end of ${part} -->`;
  const [before, rest] = text.split(begin);
  const [, after] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined) throw new Error(`There is no place for ${part}.`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}
