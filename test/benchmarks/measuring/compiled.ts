/**
 * Programs that a benchmark starts, as JavaScript: a compiler that is loaded with them would be measured with them. Their
 * libraries stay where they are, as most people run theirs.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from '../../support/built.ts';

const sources = path.join(root, 'test/benchmarks/processes');
/** In reach of node_modules, where the programs find their libraries. */
const output = path.join(root, 'node_modules/.cache/latchkey-benchmark', String(process.pid));

/** @param names files of test/benchmarks/processes, without extension. @returns where each of them is now */
export async function compiled<Name extends string>(...names: Name[]): Promise<Record<Name, string>> {
  await build({
    entryPoints: names.map((name) => path.join(sources, `${name}.ts`)),
    outdir: output,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
  process.once('exit', () => rmSync(output, { recursive: true, force: true }));
  const entries = names.map((name) => [name, path.join(output, `${name}.mjs`)]);
  return Object.fromEntries(entries) as Record<Name, string>;
}
