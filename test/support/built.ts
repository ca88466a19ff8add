/** What `npm run build` has made. Knows when it is too old to say anything; must not know who asks. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** The project directory. */
export const root = path.resolve(import.meta.dirname, '../..');

/** What a bundle is made of. */
const bundled = ['src', 'migrations', 'esbuild.config.ts', 'package.json'];
/** What the files of the browser are made of. */
const shown = [
  'src/client',
  'src/brand.ts',
  'src/web/passkeys/providers.ts',
  'public/styles.css',
  'public/icons',
  'views/partials/logo.svg',
  'esbuild.config.ts',
];

/** Those that have been looked at: every process that is started asks, and all files of the sources take a while. */
const known = new Map<string, string>();

/**
 * @param name `server.js` or `chores.js`
 * @returns its path
 * @throws {Error} when it is not built, or older than what it is made of: a test of it would tell of another release
 */
export function built(name: string): string {
  const file = known.get(name) ?? demandNew(`dist/${name}`, bundled);
  known.set(name, file);
  return file;
}

/** @throws {Error} when the files of the browser are not built, or older than what they are made of */
export function demandNewAssets(): void {
  demandNew('public/assets/manifest.json', shown);
}

function demandNew(name: string, sources: string[]): string {
  const file = path.join(root, name);
  const builtAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newer = sources.flatMap(filesIn).find((source) => statSync(source).mtimeMs > builtAt);
  if (newer) {
    const what = builtAt === 0 ? 'not built' : `older than ${path.relative(root, newer)}`;
    throw new Error(`${name} is ${what}: run npm run build, which npm test does first`);
  }
  return file;
}

function filesIn(name: string): string[] {
  const whole = path.join(root, name);
  if (!statSync(whole).isDirectory()) return [whole];
  return readdirSync(whole, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}
