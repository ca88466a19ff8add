/** Where libraries come from, and that the one that was tried is the one that is installed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** Without `resolved` it is the registry that npm is set to, under the name that it has there. */
type Locked = { resolved?: string; integrity?: string; link?: boolean; inBundle?: boolean };

/** Where packages are installed, and how many there are at least: the project, what a benchmark compares it with, and Lighthouse. */
const places: [directory: string, atLeast: number][] = [
  ['.', 300],
  ['test/benchmarks/peers', 100],
  ['test/lighthouse', 100],
];

describe.each(places)('[ASVS 15.1.2, 15.2.4] libraries of %s', (directory, atLeast) => {
  it('come from the registry alone, and are known by their hashes', () => {
    const lock = read(path.join(directory, 'package-lock.json'));
    const { '': _, ...locked } = lock.packages as Record<string, Locked>;
    expect(Object.keys(locked).length).toBeGreaterThan(atLeast);
    const strange = Object.entries(locked).filter(
      ([, { resolved = 'https://registry.npmjs.org/', integrity, link, inBundle }]) =>
        link ||
        !resolved.startsWith('https://registry.npmjs.org/') ||
        !(inBundle || integrity?.startsWith('sha512-')),
    );
    expect(strange.map(([name]) => name)).toEqual([]);
  });

  it('are asked for in one version each', () => {
    const manifest = read(path.join(directory, 'package.json'));
    const { dependencies, devDependencies } = manifest as Record<string, Record<string, string>>;
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});
