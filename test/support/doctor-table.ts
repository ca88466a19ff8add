/** The tables of docs/operating.md that say what the doctor says, and whether something that it said stands in them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './built.ts';

export type Row = { cause: string; sentence: string };

/** By heading, of the section "What `doctor` says". */
export function doctorTables(): Map<string, Row[]> {
  const text = readFileSync(path.join(root, 'docs/operating.md'), 'utf8');
  const [, section = ''] = /^## What `doctor` says\n(.*?)^## /ms.exec(text) ?? [];
  const parts = section.split(/^### /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), rowsOf(part)]));
}

function rowsOf(part: string): Row[] {
  const rows = part.matchAll(/^\| (.+) \| `(.+)` \|$/gm);
  return [...rows].map(([, cause = '', sentence = '']) => ({ cause, sentence }));
}

/** @returns the warnings and faults among what was printed that stand in none of the tables */
export function undocumented({ out, err }: { out: string; err: string }): string[] {
  const known = [...doctorTables().values()].flat().map(({ sentence }) => patternOf(sentence));
  return [...troubles(out), ...complaints(err)].filter(
    (said) => !known.some((pattern) => pattern.test(said)),
  );
}

const troubles = (out: string) =>
  [...out.matchAll(/^(?:warning|fault) +(.*)$/gm)].map(([, said = '']) => said);

/** What ends a start ends the doctor as well, on standard error. */
const complaints = (err: string) =>
  [...err.matchAll(/^ {2}- (.*)$|^((?:SECRET_KEYS|The database).*)$/gm)].map(
    ([, item, sentence]) => item ?? sentence ?? '',
  );

/** `…` stands for anything, also for a line of its own in what a server said. */
export function patternOf(sentence: string): RegExp {
  const fixed = sentence.split('…').map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${fixed.join('.*')}$`);
}
