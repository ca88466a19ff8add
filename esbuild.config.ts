/**
 * The build. The files of the browser go into public/assets: named by content, precompressed, listed in a manifest. Into
 * dist go four bundles: the server, the chores (in pieces), metrics, and what only developers need, which a build with
 * NODE_ENV=production leaves out. Run by `npm start`, `npm test` and `npm run build`; `--chores` builds the chores alone.
 */
import { createHash } from 'node:crypto';
import { access, constants as files, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { icons } from '@iconify-json/simple-icons';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { brand } from './src/brand.ts';
import { brandFaults, brandStyles, inBrandColours } from './src/brand-rules.ts';
import { type ColourScheme, iconFile, providerEntries } from './src/web/passkeys/providers.ts';

const root = import.meta.dirname;
/** What knex would load for databases that are not ours. */
const otherDrivers = [
  'better-sqlite3',
  'mariadb',
  'mysql',
  'mysql2',
  'oracledb',
  'pg-query-stream',
  'tedious',
];
/**
 * Packages that run when something of them is first used, and not at the start: undici speaks to remote tenants, nodemailer
 * to mail servers, and @peculiar reads the certificates of attestations, which nobody is asked for. A start takes a fifth
 * less CPU time, and the idle process 9 MB less.
 */
const lazyPackages = /^(undici|nodemailer|@peculiar\/(x509|asn1-(android|rsa|x509|x509-post-quantum)))$/;
/** Where everything is written; tests build elsewhere, beside an application that runs. */
const output = process.env.BUILD_DIRECTORY ?? root;
const assets = path.join(output, 'public/assets');
const dist = path.join(output, 'dist');

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What the server loads only when and if it runs it, and the bundle that has it. */
const apart: Record<string, string> = {
  './development/development-tools.ts': './development.js',
  './metrics/metrics.ts': './metrics.js',
  './tasks/doctor.ts': './doctor.js',
};

const onlyChores = process.argv.includes('--chores');
for (const directory of onlyChores ? [dist] : [dist, assets]) await demandWritable(directory);
if (onlyChores) await bundleChores();
else await buildAll();

/** Before anything is removed: somebody who may not build may still start what another user has built. */
async function demandWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    for (const each of [directory, path.dirname(directory)]) await access(each, files.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    process.stderr.write(
      `The build cannot write ${directory} (${code}). Build as a user who may, and start with: node dist/server.js\n`,
    );
    process.exit(1);
  }
}

async function buildAll(): Promise<void> {
  await demandReadableBrand();
  await rm(assets, { recursive: true, force: true });
  await rm(dist, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  await Promise.all([
    buildAssets(),
    // Whole: what it loads late must be there even when another build has replaced the files beside it.
    bundle({ server: 'src/server.ts' }, { plugins: [lazyImports(), loadedApart()] }),
    bundleChores(),
    bundle({ metrics: 'src/metrics/metrics.ts' }),
    ...(process.env.NODE_ENV === 'production'
      ? []
      : [bundle({ development: 'src/development/development-tools.ts' })]),
  ]);
}

/** In pieces, so that a command loads only what it needs. By itself it takes nothing away from a server that runs. */
function bundleChores(): Promise<void> {
  const entries = { chores: 'src/tasks/main.ts', doctor: 'src/tasks/doctor.ts' };
  return bundle(entries, { splitting: true, chunkNames: 'chores-[hash]' });
}

/** Before anything is removed: what nobody could read, or what would break a mail or a cookie, is not built. */
async function demandReadableBrand(): Promise<void> {
  const faults = brandFaults(brand, await readFile(path.join(root, 'public/styles.css'), 'utf8'));
  if (faults.length === 0) return;
  const list = faults.map((fault) => `  - ${fault}\n`).join('');
  process.stderr.write(`The brand cannot be used; look at src/brand.ts:\n${list}`);
  process.exit(1);
}

async function buildAssets(): Promise<void> {
  const bundled = await build({
    entryPoints: ['src/client/guest.ts', 'src/client/account.ts', 'public/styles.css'].map((file) =>
      path.join(root, file),
    ),
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'safari16'],
    outdir: assets,
    entryNames: '[name]',
    write: false,
    plugins: [brandOfStyles()],
  });
  const files = [
    ...bundled.outputFiles.map((file) => ({
      name: path.basename(file.path),
      content: Buffer.from(file.contents),
    })),
    { name: 'icon.svg', content: await drawIcon() },
    ...(await Promise.all(providerEntries.map(drawIcons))).flat(),
  ];
  const entries = await Promise.all(files.map(({ name, content }) => writeAsset(name, content)));
  await writeFile(path.join(assets, 'manifest.json'), JSON.stringify(Object.fromEntries(entries), null, 2));
}

async function drawIcon(): Promise<Buffer> {
  const logo = await readFile(path.join(root, 'views/partials/logo.svg'), 'utf8');
  return Buffer.from(inBrandColours(logo.trim(), brand));
}

/** An image knows nothing of the page around it, so each colour is a file of its own. */
async function drawIcons([name, { brand, light, dark }]: (typeof providerEntries)[number]) {
  const drawing = brand
    ? `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${icons.icons[brand]?.body}</svg>`
    : await readFile(path.join(root, 'public/icons', `${name}.svg`), 'utf8');
  return Object.entries({ light, dark }).map(([scheme, colour]) => ({
    name: iconFile(name, scheme as ColourScheme),
    content: Buffer.from(drawing.trim().replaceAll('currentColor', colour)),
  }));
}

async function writeAsset(name: string, content: Buffer) {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const file = `${stem}-${hash}${ext}`;
  const target = path.join(assets, file);
  const smallest = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await writeFile(target, content);
  await writeFile(`${target}.br`, await promisify(brotliCompress)(content, smallest));
  await writeFile(`${target}.gz`, await promisify(gzip)(content, { level: 9 }));
  const integrity = `sha384-${createHash('sha384').update(content).digest('base64')}`;
  return [name, { path: `/assets/${file}`, integrity, type: types[ext] }] as const;
}

/** @param entryPoints the name of the bundle and where it starts from */
async function bundle(entryPoints: Record<string, string>, options: BuildOptions = {}): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir: dist,
    sourcemap: true,
    // Without comments: one typographic quote in them, and V8 keeps two bytes for every character of the file. Names
    // and lines stay, for stack traces that can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    // Native modules cannot be bundled; pg finds its helpers by name at run time.
    external: ['sqlite3', '@node-rs/argon2', 'pg', ...otherDrivers],
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
    ...options,
  });
}

/**
 * An import of such a package becomes an object that requires the package when a name is first read. The proxy is its
 * prototype, because that is what esbuild's copy of an imported CommonJS module keeps. The package stays in the same file, so
 * that another build takes nothing away from a server that runs.
 */
function lazyImports(): Plugin {
  return {
    name: 'lazy-imports',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: lazyPackages }, ({ path: name, kind, resolveDir }) =>
        kind === 'import-statement'
          ? { path: name, namespace: 'lazy', pluginData: { resolveDir } }
          : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path: name, pluginData: { resolveDir } }) => {
        const lookUp = `{ get: (_, name) => require(${JSON.stringify(name)})[name] }`;
        return { contents: `module.exports = Object.create(new Proxy({}, ${lookUp}));`, resolveDir };
      });
    },
  };
}

/** The colours of src/brand.ts come before the stylesheet. */
function brandOfStyles(): Plugin {
  return {
    name: 'brand-of-styles',
    setup({ onLoad }) {
      onLoad({ filter: /styles\.css$/ }, async ({ path: file }) => ({
        contents: `${brandStyles(brand)}\n${await readFile(file, 'utf8')}`,
        loader: 'css',
      }));
    },
  };
}

/** The server's own imports of these become imports of their bundles. */
function loadedApart(): Plugin {
  return {
    name: 'loaded-apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path: file }) =>
        apart[file] ? { path: apart[file], external: true } : undefined,
      );
    },
  };
}
