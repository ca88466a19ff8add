/**
 * `node run.js FILE ARGUMENTS` runs a TypeScript file of this repository, as `node --import tsx FILE ARGUMENTS` does, and
 * begins in half the time: learners wait for these commands. All that is ours becomes one file first, in a third of a
 * second and anew each time, so that it is never stale. Knows nothing of what it runs.
 */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

const root = import.meta.dirname;

/** `import.meta.dirname` and `import.meta.url` are those of the source, and not of the bundle. */
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
      kind.includes('import') && !name.startsWith('node:') ? { path: name, namespace: 'library' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'library' }, ({ path: name }) => ({
      contents: `module.exports = require(${JSON.stringify(name)});`,
      resolveDir: root,
    }));
  },
};

/**
 * The first lines of the bundle, which has been read when it runs: it removes the directory that it alone is in. Modules
 * have no `require`; this one finds the libraries from here.
 */
const beginning = [
  "import { createRequire as requireFrom } from 'node:module';",
  `const require = requireFrom(${JSON.stringify(import.meta.url)});`,
  "require('node:fs').rmSync(new URL('.', import.meta.url), { recursive: true });",
].join('\n');

// As if the file had been started itself: its arguments begin at the third.
process.argv.splice(1, 1);
await runBundled(path.resolve(root, process.argv[1]));

async function runBundled(file) {
  const {
    outputFiles: [{ contents }],
  } = await build({
    entryPoints: [file],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir: root,
    write: false,
    logLevel: 'warning',
    // A fault is told with the names and lines of the sources.
    sourcemap: 'inline',
    sourceRoot: `${root}/`,
    banner: { js: beginning },
    plugins: [ownPlaces, libraries],
  });
  await stop();
  process.setSourceMapsEnabled(true);
  // Not beside the libraries, where whoever runs it may not be allowed to write.
  const bundle = path.join(await mkdtemp(path.join(tmpdir(), 'latchkey-run-')), 'bundle.mjs');
  await writeFile(bundle, contents);
  await import(pathToFileURL(bundle).href);
}
