/** Where libraries come from, and that the one that was tried is the one that is installed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** Without `resolved` it is the registry that npm is set to, under the name that it has there. */
type Locked = { resolved?: string; integrity?: string; link?: boolean; inBundle?: boolean };

describe('[ASVS 15.1.2, 15.2.4] libraries', () => {
  it('come from the registry alone, and are known by their hashes', () => {
    const { '': _, ...locked } = read('package-lock.json').packages as Record<string, Locked>;
    expect(Object.keys(locked).length).toBeGreaterThan(300);
    const strange = Object.entries(locked).filter(
      ([, { resolved = 'https://registry.npmjs.org/', integrity, link, inBundle }]) =>
        link ||
        !resolved.startsWith('https://registry.npmjs.org/') ||
        !(inBundle || integrity?.startsWith('sha512-')),
    );
    expect(strange.map(([name]) => name)).toEqual([]);
  });

  it('are asked for in one version each', () => {
    const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});
