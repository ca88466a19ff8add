/** What is said of OWASP ASVS 5.0.0 is complete, true of the files that there are, and written down as it is now. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { requirements } from '../asvs/chapters/index.ts';
import { filesWithCryptography } from '../asvs/cryptography.ts';
import { documents } from '../asvs/documents.ts';
import { taggedTests } from '../asvs/tags.ts';
import { importsOf, sourcesOf } from '../support/sources.ts';

const root = path.resolve(import.meta.dirname, '../..');
const listed = Object.entries(requirements);
const tagged = taggedTests();
const numbersOf = (level: number) =>
  listed.filter(([, one]) => one.level === level).map(([number]) => number);

describe('the list of requirements', () => {
  it('has all 70 of level 1 and all 183 of level 2', () => {
    expect([numbersOf(1).length, numbersOf(2).length]).toEqual([70, 183]);
  });

  it('knows every number that a test names', () => {
    expect(tagged.size).toBeGreaterThan(80);
    expect([...tagged.keys()].filter((number) => !(number in requirements))).toEqual([]);
  });

  it('says of each that applies which test or place shows it, or why it is not met', () => {
    const shown = ([number, { places, deviation }]: (typeof listed)[number]) =>
      tagged.has(number) || places.length > 0 || deviation !== null;
    expect(listed.filter((one) => one[1].outside === null && !shown(one)).map(([number]) => number)).toEqual(
      [],
    );
  });

  it('says of none that it does not apply when a test shows it', () => {
    expect(listed.filter(([number, { outside }]) => outside && tagged.has(number))).toEqual([]);
  });

  it('names only places that there are', () => {
    const places = new Set(listed.flatMap(([, one]) => one.places));
    expect([...places].filter((place) => !isThere(place))).toEqual([]);
  });

  it('has the two deviations of level 1 that are decided, and at most five of level 2', () => {
    const deviations = (level: number) =>
      numbersOf(level).filter((number) => requirements[number]?.deviation);
    expect(deviations(1)).toEqual(['6.2.3', '6.2.8']);
    expect(deviations(2).length).toBeLessThanOrEqual(5);
  });
});

describe('the inventory of cryptography', () => {
  const libraries = ['node:crypto', '@node-rs/argon2', 'jose', 'keygrip', '@simplewebauthn/server'];

  it('[ASVS 11.1.3] names every file that uses some, and only files that there are', () => {
    const using = sourcesOf('src', '.ts')
      .flatMap(importsOf)
      .filter(({ to, typeOnly }) => libraries.includes(to) && !typeOnly)
      .map(({ from }) => from);
    expect(using.length).toBeGreaterThan(20);
    expect([...new Set(using)].filter((file) => !filesWithCryptography.has(file))).toEqual([]);
    expect([...filesWithCryptography].filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});

describe('the documents', () => {
  it.each(documents())('are as `npm run docs:asvs` writes them: $file', ({ committed, generated }) => {
    expect(committed).toBe(generated);
  });
});

/** A file, and the heading in it where one is named, spelled as GitHub does in addresses. */
function isThere(place: string): boolean {
  const [file = '', anchor] = place.split('#');
  if (!existsSync(path.join(root, file))) return false;
  if (anchor === undefined) return true;
  const headings = readFileSync(path.join(root, file), 'utf8').match(/^#+ .*$/gm) ?? [];
  const spelled = headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  return spelled.includes(anchor);
}
