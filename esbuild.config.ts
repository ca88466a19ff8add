/**
 * The build: the browser's files into public/assets (named by content, precompressed, listed in a manifest), the
 * server into one bundle in dist. Run by `npm start`, `npm test` and `npm run build`.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'esbuild';

const root = import.meta.dirname;
const assets = path.join(root, 'public/assets');

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

await rm(assets, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
await Promise.all([buildAssets(), buildServer()]);

async function buildAssets(): Promise<void> {
  const bundled = await build({
    entryPoints: [path.join(root, 'src/client/main.ts'), path.join(root, 'public/styles.css')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'safari16'],
    outdir: assets,
    entryNames: '[name]',
    write: false,
  });
  const files = [
    ...bundled.outputFiles.map((file) => ({
      name: path.basename(file.path),
      content: Buffer.from(file.contents),
    })),
    { name: 'icon.svg', content: await readFile(path.join(root, 'public/icon.svg')) },
  ];
  const entries = await Promise.all(files.map(({ name, content }) => writeAsset(name, content)));
  await writeFile(path.join(assets, 'manifest.json'), JSON.stringify(Object.fromEntries(entries), null, 2));
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

async function buildServer(): Promise<void> {
  await build({
    entryPoints: [path.join(root, 'src/server.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile: path.join(root, 'dist/server.js'),
    sourcemap: true,
    // Native modules cannot be bundled; knex finds its dialects, and pg its helpers, by name at run time.
    external: ['sqlite3', '@node-rs/argon2', 'knex', 'pg'],
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
