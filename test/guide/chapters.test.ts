/** What the guide says of the examples is what they are. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { whatToType } from '../../src/passkey-api/learners-api.ts';
import { examples } from './attack/step-directory.ts';
import { chapters, filesOf, guide, shownIn, withBlocks, withoutMarks } from './cutting.ts';

const read = (chapter: string) => readFileSync(path.join(guide, chapter), 'utf8');

it('has ten chapters', () => {
  expect(chapters.filter((name) => /^\d-/.test(name)).map((name) => Number(name[0]))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
});

it.each(chapters)('%s shows the files as they are (npm run docs:guide)', (chapter) => {
  expect(read(chapter)).toBe(withBlocks(read(chapter)));
});

it('shows no code that is written by hand', () => {
  const blocks = /^ *(?:```|~~~)[ \t]*(?!sh\n|text\n)\w+/gm;
  const count = (chapter: string) => read(chapter).match(blocks)?.length ?? 0;
  const written = chapters.map((chapter) => [chapter, count(chapter)]);
  expect(written).toEqual(chapters.map((chapter) => [chapter, shownIn(read(chapter)).length]));
});

it('shows every step and every patch', () => {
  const shown = chapters.flatMap((chapter) => shownIn(read(chapter))).join('\n');
  const steps = ['0-passwords', '2-create', '3-sign-in', '4-safe', '5-fail-well', '6-manage', '7-autofill'];
  for (const step of steps) expect(shown).toContain(`examples/express/${step}`);
  for (const file of filesOf(path.join(examples, 'express/breaks')))
    expect(shown).toContain(path.basename(file));
});

it('lists the dangers that the API prints', () => {
  const printed = whatToType({ likeHanko: true }).match(/^- .+(?=\.$)/gm) ?? [];
  expect(printed.length).toBeGreaterThan(5);
  const text = read('2-create.md').replaceAll('`', '');
  expect(printed.filter((danger) => !text.includes(`\n  ${danger}`))).toEqual([]);
});

it('asks in each step for the libraries that are tried here', () => {
  const manifest = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
  const root = manifest(path.join(examples, '../package.json'));
  const here = { ...root.dependencies, ...root.devDependencies };
  const [, install = ''] = /npm install --save-exact (.+)/.exec(read('2-create.md')) ?? [];
  const three = ['@teamhanko/passkeys-sdk', '@github/webauthn-json', 'jose'];
  expect(install).toBe(three.map((name) => `${name}@${here[name]}`).join(' '));
  const manifests = filesOf(examples).filter((file) => path.basename(file) === 'package.json');
  expect(manifests.length).toBeGreaterThan(7);
  for (const file of manifests) expect(here).toMatchObject(manifest(file).dependencies ?? {});
});

it('is safe within 200 lines', () => {
  const lines = (step: string) =>
    filesOf(path.join(examples, 'express', step))
      .filter((file) => !file.endsWith('package.json'))
      .flatMap((file) => withoutMarks(readFileSync(file, 'utf8')).split('\n'))
      .filter((line) => line.trim() !== '').length;
  expect(lines('0-passwords')).toBeGreaterThan(60);
  expect(lines('4-safe') - lines('0-passwords')).toBeLessThanOrEqual(200);
});
