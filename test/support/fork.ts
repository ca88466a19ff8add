/** A copy of the project that somebody has made their own: what they changed is changed in its files, and it is built. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { root } from './built.ts';
import { withOnce } from './with-once.ts';

/** What a copy needs to be built, started and walked through. */
const parts = ['src', 'views', 'migrations', 'public/styles.css', 'public/icons', 'test/support'];
const files = ['esbuild.config.ts', 'package.json', 'tsconfig.json'];

export type Fork = {
  directory: string;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /** @throws {Error} when the piece is not there, or more than once */
  change(file: string, piece: string, other: string): Promise<void>;
  /** Modules of the copy, together, so that they share what both import from it. */
  load<Modules>(...files: string[]): Promise<Modules>;
  /** Builds it for production. @throws {Error} with what the build printed, when it refuses */
  build(): Promise<void>;
  remove(): Promise<void>;
};

export async function forkProject(): Promise<Fork> {
  const directory = await mkdtemp(path.join(tmpdir(), 'fork-'));
  for (const part of [...parts, ...files])
    await cp(path.join(root, part), path.join(directory, part), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  const placeOf = (file: string) => path.join(directory, file);
  const read = (file: string) => readFile(placeOf(file), 'utf8');
  const write = (file: string, text: string) => writeFile(placeOf(file), text);
  return {
    directory,
    read,
    write,
    change: async (file, piece, other) => write(file, withOnce(await read(file), piece, other)),
    load: async (...files) => {
      const bundles = await bundledIn(directory, files);
      return Object.assign({}, ...(await Promise.all(bundles.map((bundle) => import(bundle)))));
    },
    build: async () => {
      const env = { ...process.env, NODE_ENV: 'production' };
      await promisify(execFile)('node', ['--import', 'tsx', 'esbuild.config.ts'], { cwd: directory, env });
    },
    remove: () => rm(directory, { recursive: true }),
  };
}

/**
 * Bundles modules with all that they import of the copy, for Node to import without Vite, which takes seconds for an
 * application. Packages stay where they are. A bundle lies as far below the project as a file of src, as which it passes
 * where one asks for its own place; modules that lie deeper may not ask.
 *
 * @returns the path of each bundle
 */
async function bundledIn(directory: string, files: string[]): Promise<string[]> {
  const outdir = path.join(directory, 'bundled');
  await build({
    absWorkingDir: directory,
    entryPoints: files,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    entryNames: '[name]',
    outdir,
  });
  return files.map((file) => path.join(outdir, `${path.parse(file).name}.js`));
}
