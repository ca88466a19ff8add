/** The examples in another place: a process that has begun one of their modules there begins it anew here. */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { examples } from '../attack/step-directory.ts';

/** @returns the directory of the copies, which find their libraries where the examples find them */
export async function copiedExamples() {
  const root = await mkdtemp(path.join(tmpdir(), 'guide-'));
  const directory = path.join(root, 'examples');
  await cp(examples, directory, { recursive: true });
  await symlink(path.join(examples, '../node_modules'), path.join(root, 'node_modules'));
  return { directory, remove: () => rm(root, { recursive: true, force: true }) };
}
