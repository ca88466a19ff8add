/** What documents say of the code: the files that they name are there. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type Source, sourcesOf } from '../support/sources.ts';

const root = path.resolve(import.meta.dirname, '../..');
const atTheTop = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'];

/** Below `public` the guide has files of the learner's own. */
const spelling =
  /\b(?:src|test|views|migrations|docs|examples)\/[\w/.-]+\.(?:ts|eta|md|js|json|css|yml)\b|\.ci\/\w+/g;

it('names no file that is not there', () => {
  const read = (file: string): Source => ({ file, text: readFileSync(path.join(root, file), 'utf8') });
  const named = [...atTheTop.map(read), ...sourcesOf('docs', '.md')].flatMap(({ file, text }) =>
    [...text.matchAll(spelling)].map(([name]) => ({ file, name })),
  );
  expect(named.length).toBeGreaterThan(100);
  const lost = named.filter(({ name }) => !existsSync(path.join(root, name)));
  expect(lost).toEqual([]);
});
