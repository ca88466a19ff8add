/**
 * `node run.js FILE WORDS` runs a TypeScript file of this repository as it is now, like `node --import tsx`, and begins in
 * half the time: all that is ours becomes one file first, a third of a second, which nobody has to keep from growing old.
 * For commands that learners wait for.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

const root = import.meta.dirname;
/** Within the repository: from there the libraries are found. */
const cache = path.join(root, 'node_modules/.cache');

/** A module that asks where it lies is told so, and not where the bundle does. */
const ownPlaces = {
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const places = { dirname: path.dirname(file), url: pathToFileURL(file).href };
      const text = await readFile(file, 'utf8');
      const contents = text.replaceAll(/\bimport\.meta\.(dirname|url)\b/g, (_, name) =>
        JSON.stringify(places[name]),
      );
      return { contents, loader: 'ts' };
    });
  },
};

/** Libraries are required, not imported: where they are CommonJS, Node would read each file twice, for its names. */
const libraries = {
  name: 'libraries',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
      kind === 'import-statement' && !name.startsWith('node:')
        ? { path: name, namespace: 'library' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'library' }, ({ path: name }) => ({
      contents: `module.exports = require(${JSON.stringify(name)});`,
      resolveDir: root,
    }));
  },
};

// The words are where the file looks for them.
process.argv.splice(1, 1);
await import(await bundled(path.resolve(root, process.argv[1])));

/** @returns the address of the bundle */
async function bundled(file) {
  const {
    outputFiles: [{ contents, hash }],
  } = await build({
    entryPoints: [file],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir: cache,
    write: false,
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
    plugins: [ownPlaces, libraries],
  });
  await stop();
  // Named by what is in it: a copy of the repository that shares the libraries may be starting something else.
  const bundle = path.join(cache, `run-${hash.replaceAll('/', '-')}.mjs`);
  await mkdir(cache, { recursive: true });
  // Moved there as a whole: the same command may begin elsewhere at this moment.
  await writeFile(`${bundle}.${process.pid}`, contents);
  await rename(`${bundle}.${process.pid}`, bundle);
  return pathToFileURL(bundle).href;
}
