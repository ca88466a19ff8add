/** The commands of docs/operating.md that somebody copies: what they name is there. What they do is tried by hand. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { list } from '../../src/tasks/list.ts';
import { root } from '../support/built.ts';

const text = readFileSync(path.join(root, 'docs/operating.md'), 'utf8');
const commands = [...text.matchAll(/^ *```\w*\n(.*?)^ *```$/gms)].flatMap(([, block = '']) =>
  block.split('\n'),
);
const settings = readFileSync(path.join(root, '.env.example'), 'utf8');

describe('docs/operating.md', () => {
  it('calls each chore by its name, with as much as it takes', () => {
    const called = commands.flatMap((line) => [...line.matchAll(/dist\/chores\.js (\S+) ?(.*)$/g)]);
    expect(called.length).toBeGreaterThan(6);
    const wrong = called.filter(([, name = '', given = '']) => list[name]?.takes.length !== countOf(given));
    expect(wrong.map(([call]) => call)).toEqual([]);
  });

  it('has a row for each chore, with what it takes', () => {
    const [, rows = ''] = /^\| command \| does \|\n(.*?)\n\n/ms.exec(text) ?? [];
    const missing = Object.entries(list).filter(
      ([name, { takes }]) => !rows.includes(`\`${[name, ...takes].join(' ')}\``),
    );
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it('copies no file that there is not', () => {
    const named = commands.flatMap((line) => [...line.matchAll(/\bdocs\/[\w./-]+\w/g)].map(([file]) => file));
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it('sets nothing that is no setting', () => {
    const set = commands.flatMap((line) => [...line.matchAll(/^ *(?:echo ")?([A-Z][A-Z_]+)=/g)]);
    expect(set.length).toBeGreaterThan(5);
    expect(set.map(([, name]) => name).filter((name) => !settings.includes(`#${name}=`))).toEqual([]);
  });
});

/** A shell's words, of which `$(…)` is one. */
function countOf(given: string): number {
  const words = given.replace(/\$\([^)]*\)/g, 'x').trim();
  return words === '' ? 0 : words.split(/\s+/).length;
}
