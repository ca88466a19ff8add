/** A directory for what a benchmark writes; it is gone when the benchmark is. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export async function createDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-benchmark-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
