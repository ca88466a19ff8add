/** The bundles of `npm run build`, for tests of processes. Knows when they are too old to say anything. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** The project directory. */
export const root = path.resolve(import.meta.dirname, '../..');

/** What a bundle is made of. */
const made = ['src', 'migrations', 'esbuild.config.ts', 'package.json'];

/** Those that have been looked at: every process that is started asks, and all files of the sources take a while. */
const known = new Map<string, string>();

/**
 * @param name `server.js` or `chores.js`
 * @returns its path
 * @throws {Error} when it is not built, or older than what it is made of: a test of it would tell of another release
 */
export function built(name: string): string {
  const file = known.get(name) ?? demandNew(name);
  known.set(name, file);
  return file;
}

function demandNew(name: string): string {
  const file = path.join(root, 'dist', name);
  const builtAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newer = made.flatMap(filesIn).find((source) => statSync(source).mtimeMs > builtAt);
  if (newer) {
    const what = builtAt === 0 ? 'not built' : `older than ${path.relative(root, newer)}`;
    throw new Error(`dist/${name} is ${what}: run npm run build, which npm test does first`);
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
