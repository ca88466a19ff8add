/** The brand stands in one place: nothing else that people get to see has the name or a colour of it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { sourcesOf, withoutComments } from '../support/sources.ts';

const root = path.resolve(import.meta.dirname, '../..');
const shown = [
  ...sourcesOf('src', '.ts').map(({ file, text }) => ({ file, text: withoutComments(text) })),
  ...['.eta', '.svg', '.css'].flatMap((ending) => sourcesOf('views', ending)),
  ...sourcesOf('public', '.css').filter(({ file }) => !file.includes('/assets/')),
];
const holding = (spelling: string) =>
  shown
    .filter(({ text }) => text.toLowerCase().includes(spelling.toLowerCase()))
    .map(({ file }) => file)
    .sort();

describe('the brand', () => {
  it.each([brand.name, brand.slug])(
    'is called %s in one file, and in the labels by which links, proofs and keys that are there are known again',
    (name) => {
      const labels = [
        'src/accounts/links.ts',
        'src/deployment-proof.ts',
        'src/passkey-api/key-encryption.ts',
      ];
      expect(holding(name).filter((file) => !labels.includes(file))).toEqual(['src/brand.ts']);
    },
  );

  it.each(
    Object.values(brand.colours).flatMap(({ accent, accentHover, tint }) => [accent, accentHover, tint]),
  )('has the colour %s in one file', (colour) => expect(holding(colour)).toEqual(['src/brand.ts']));

  it.each(['README.md', 'docs/operating.md', 'docs/passkeys.md', '.env.example'])(
    'has its name at the top of %s',
    (file) => {
      const [first] = readFileSync(path.join(root, file), 'utf8').split('\n');
      expect(first).toMatch(/^# /);
      expect(first).toContain(brand.name);
    },
  );
});
