/** The list of breaks (`npm run test:mutants`) goes with the sources: what it wants to break must be there. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { Eta } from 'eta';
import { describe, expect, it } from 'vitest';
import { choosable } from '../mutants/break.ts';
import { breaks } from '../mutants/breaks/index.ts';
import { testsOf } from '../support/sources.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe('the list of breaks', () => {
  it('is long, and names each once', () => {
    expect(breaks.length).toBeGreaterThanOrEqual(60);
    const names = breaks.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('finds what it breaks exactly once', () => {
    const lost = breaks.filter(({ file, find }) => read(file).split(find).length !== 2);
    expect(lost.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
  });

  it('breaks what the code does, and not the code', () => {
    for (const { file, find, replace } of breaks) {
      const text = read(file).replace(find, () => replace);
      if (file.endsWith('.eta')) new Eta().compile(text);
      else transformSync(text, { loader: file.endsWith('.css') ? 'css' : 'ts', logLevel: 'silent' });
    }
  });

  it('names tests that there are, and that can be run for it', () => {
    const there = new Set([...testsOf('src'), ...testsOf('test')].map(({ file }) => file));
    const named = new Set(breaks.flatMap(({ tests }) => tests));
    expect([...named].filter((file) => !there.has(`${file}.test.ts`) || !choosable.test(file))).toEqual([]);
  });
});
